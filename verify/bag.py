"""BagIt 1.0 (RFC 8493): declaration, both manifests both ways, bag-info.txt; and no file that log-format.md has not.

The manifests are read first; every file's digest is compared when it has been read, by whoever needed it or at the end.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from verify.findings import Place, Report
from verify.source import FILES_MAX, Reading, Source, find_collisions

MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
CLAIM: Final = "data/extract.json"
"""The file by which an extract is known (section 7a)."""
_TAG_FILE_MAX_BYTES: Final = 16 << 20
_INFO_MAX_BYTES: Final = 1 << 16
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE = re.compile(r"([0-9a-f]{64})(?:  | \*)([^\r\n]+)")
_INFO: Final = "bag-info.txt"
_INFO_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]*: .*")
# The files that an archive may have (log-format.md section 7); which tables there are is asked elsewhere.
_SPECIFIED = re.compile(
    r"bagit\.txt|bag-info\.txt|(?:tag)?manifest-sha256\.txt|README\.txt|ПРОЧТИ\.html|verify\.pyz"
    r"|spec/[a-z-]+\.md|signature/[a-z0-9.-]+|data/(?:log/(?:"
    r"(?:start-)?checkpoint|start-edge|disclosures\.jsonl|entries-[0-9]{12}\.jsonl|(?:cosignatures|timestamps)/.+)"
    r"|(?:tables|documents|description)/.+)"
)
# The files that an extract may have (section 7a).
EXTRACT_FILES: Final = re.compile(
    r"bagit\.txt|bag-info\.txt|(?:tag)?manifest-sha256\.txt|README\.txt|ПРОЧТИ\.html|verify\.pyz|spec/[a-z-]+\.md"
    r"|data/(?:extract\.json|log/(?:checkpoint|proof|entries\.jsonl|disclosures\.jsonl|closing-[0-9]{12}\.json)"
    r"|tables/(?:marks|absences|results|result_corrections)\.csv)"
)


class Bag:
    """A bag's files with what its manifests say of them."""

    def __init__(self, source: Source, report: Report, specified: re.Pattern[str] = _SPECIFIED) -> None:
        self.report = report
        self.source = source
        self._specified = specified
        self.pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="read")
        self.manifests: dict[str, bytes] = {}
        self._expected: dict[str, str] = {}
        self._readings: dict[str, Reading] = {}
        self._info: list[str] = []
        self.elsewhere: Callable[[Reading, Report], bool] | None = None

    def reading(self, name: str) -> Reading:
        """Begin to read a file; its digest is compared in `finish`."""
        reading = self._readings[name] = Reading(self.source, name, self.pool, self.report)
        return reading

    def small(self, name: str, max_bytes: int) -> bytes | None:
        """Return a small file's bytes; None where it is not there, too large or unreadable."""
        if name not in self.source.sizes:
            return None
        reading, parts, total = self.reading(name), list[bytes](), 0
        for chunk in reading.chunks():
            total += len(chunk)
            if total <= max_bytes:
                parts.append(chunk)
        if total > max_bytes:
            self.report.add("archive-limit", Place(name), f"at most {max_bytes} bytes", total)
            return None
        return None if reading.digest is None else b"".join(parts)

    def begin(self) -> None:
        """Read the tag files and compare names both ways: what is there is listed, what is listed is there."""
        names = self.source.sizes
        find_collisions(list(names), self.report)
        for name in sorted(name for name in names if not self._specified.fullmatch(name)):
            self.report.add("bag-file-unexpected", Place(name), "the files of the specification", "another")
        for name in ("bagit.txt", _INFO, MANIFEST, TAG_MANIFEST):
            if name not in names:
                self.report.add("bag-file-missing", Place(name), "a file", "none")
        declaration = self.small("bagit.txt", _TAG_FILE_MAX_BYTES)
        if declaration is not None and declaration.replace(b"\r\n", b"\n") != _DECLARATION:
            self.report.add("bag-declaration", Place("bagit.txt"), _DECLARATION, declaration)
        payload = {name for name in names if name.startswith("data/")}
        self._expect(MANIFEST, payload)
        signatures = {name for name in names if name.startswith("signature/")}
        self._expect(TAG_MANIFEST, set(names) - payload - signatures - {TAG_MANIFEST})
        info = self.small(_INFO, _INFO_MAX_BYTES)
        if info is not None:
            *self._info, rest = info.decode("utf-8", "replace").split("\n")
            for number, line in enumerate(self._info, 1):
                if not _INFO_LINE.fullmatch(line):
                    self.report.add("bag-info", Place(_INFO, number), "Label: value", line)
            if rest:
                self.report.add("bag-info", Place(_INFO, len(self._info) + 1), "a line feed at the end", "none")
        oxum = f"{sum(names[name] for name in payload)}.{len(payload)}"
        self.check_info({"Payload-Oxum": oxum}, "bag-oxum")

    def _expect(self, manifest: str, present: set[str]) -> None:
        raw = self.small(manifest, _TAG_FILE_MAX_BYTES)
        if raw is None:
            return
        self.manifests[manifest] = raw
        if raw.count(b"\n") > FILES_MAX:
            self.report.add("archive-limit", Place(manifest), f"at most {FILES_MAX} lines", "more")
            return
        listed: dict[str, str] = {}
        lines = raw.decode("utf-8", "replace").split("\n")
        if lines.pop():
            self.report.add("manifest-malformed", Place(manifest, len(lines) + 1), "a line feed at the end", "none")
        for number, line in enumerate(lines, 1):
            match = _LINE.fullmatch(line)
            if match is None or match[2] in listed:
                self.report.add(
                    "manifest-malformed", Place(manifest, number), "<sha-256>  <name>, each name once", line
                )
            elif match[2].startswith("signature/"):
                # What signs a manifest cannot stand in one.
                self.report.add("manifest-malformed", Place(manifest, number), "no file of signature/", line)
            else:
                listed[match[2]] = match[1]
        for name in sorted(present - listed.keys()):
            self.report.add("manifest-extra", Place(name), f"a line in {manifest}", "none")
        for name in sorted(listed.keys() - present):
            self.report.add("manifest-missing", Place(name), "a file", "none")
        self._expected |= listed

    def close(self) -> None:
        """Read no more, and let go of every file."""
        self.pool.shutdown(wait=True, cancel_futures=True)
        for reading in self._readings.values():
            reading.close()

    def check_info(self, expected: dict[str, str], code: str = "bag-info") -> None:
        """Compare what bag-info.txt says with what follows from the rest: each label once, in one spelling."""
        for label, value in expected.items() if _INFO in self.source.sizes else ():
            found = [line for line in self._info if line.lower().startswith(label.lower() + ":")]
            if found != [f"{label}: {value}"]:
                self.report.add(code, Place(_INFO, field=label), value, " ".join(found) or "none")

    def digest_of(self, name: str) -> str | None:
        """Return the SHA-256 of a file that was read to its end, hex; None where it was not."""
        reading = self._readings.get(name)
        return None if reading is None else reading.digest

    def unread(self) -> list[str]:
        """Return the files that nobody has begun to read."""
        return [name for name in self.source.sizes if name not in self._readings]

    def finish(self) -> None:
        """Read what nobody has read, and compare every digest."""
        rest = [self.reading(name) for name in self.unread()]
        for reading in rest:
            if self.elsewhere is None or not self.elsewhere(reading, self.report):
                reading.exhaust()
        for reading in rest:
            if reading.digest is not None:
                self.report.by_manifest[reading.name.rpartition("/")[2].rpartition(".")[2]] += 1
        for name, reading in self._readings.items():
            wanted = self._expected.get(name)
            if wanted is not None and reading.digest is not None and reading.digest != wanted:
                self.report.add("manifest-mismatch", Place(name), wanted, reading.digest)
            elif wanted is not None and reading.digest is not None:
                self.report.checked["files"] += 1
        self.report.facts["files"] = len(self.source.sizes)
        self.pool.shutdown(wait=True, cancel_futures=True)

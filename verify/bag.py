"""BagIt 1.0 (RFC 8493): declaration, both manifests both ways, Payload-Oxum.

The manifests are read first; every file's digest is compared when it has been read, by whoever needed it or at the end.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from verify.findings import Place, Report
from verify.source import Reading, Source, find_collisions, read_small

MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
_TAG_FILE_MAX_BYTES: Final = 16 << 20
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE = re.compile(r"([0-9a-f]{64})(?:  | \*)([^\r\n]+)")
_OXUM = re.compile(r"^Payload-Oxum: *(\S*) *$", re.MULTILINE)


class Bag:
    """A bag's files with what its manifests say of them."""

    def __init__(self, source: Source, report: Report) -> None:
        self.report = report
        self.source = source
        self.pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="read")
        self._expected: dict[str, str] = {}
        self._readings: dict[str, Reading] = {}
        self._texts: dict[str, bytes] = {}

    def reading(self, name: str) -> Reading:
        """Begin to read a file; its digest is compared in `finish`."""
        reading = self._readings[name] = Reading(self.source, name, self.pool, self.report)
        return reading

    def small(self, name: str, max_bytes: int) -> bytes | None:
        """Return a small file's bytes; None where it is not there, too large or unreadable."""
        if name not in self.source.sizes:
            return None
        return read_small(self.reading(name), max_bytes, self.report)

    def begin(self) -> None:
        """Read the tag files and compare names both ways: what is there is listed, what is listed is there."""
        names = self.source.sizes
        find_collisions(list(names), self.report)
        for name in ("bagit.txt", MANIFEST, TAG_MANIFEST):
            if name not in names:
                self.report.add("bag-file-missing", Place(name), "a file", "none")
        declaration = self.small("bagit.txt", _TAG_FILE_MAX_BYTES)
        if declaration is not None and declaration.replace(b"\r\n", b"\n") != _DECLARATION:
            self.report.add("bag-declaration", Place("bagit.txt"), _DECLARATION, declaration)
        payload = {name for name in names if name.startswith("data/")}
        self._expect(MANIFEST, payload)
        self._expect(TAG_MANIFEST, set(names) - payload - {TAG_MANIFEST})
        self._check_oxum(payload)

    def _expect(self, manifest: str, present: set[str]) -> None:
        raw = self.small(manifest, _TAG_FILE_MAX_BYTES)
        if raw is None:
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
            else:
                listed[match[2]] = match[1]
        for name in sorted(present - listed.keys()):
            self.report.add("manifest-extra", Place(name), f"a line in {manifest}", "none")
        for name in sorted(listed.keys() - present):
            self.report.add("manifest-missing", Place(name), "a file", "none")
        self._expected |= listed

    def _check_oxum(self, payload: set[str]) -> None:
        raw = self.small("bag-info.txt", _TAG_FILE_MAX_BYTES)
        expected = f"{sum(self.source.sizes[name] for name in payload)}.{len(payload)}"
        for found in _OXUM.findall("" if raw is None else raw.decode("utf-8", "replace").replace("\r\n", "\n")):
            if found != expected:
                self.report.add("bag-oxum", Place("bag-info.txt"), expected, found)

    def finish(self) -> None:
        """Read what nobody has read, and compare every digest."""
        rest = [self.reading(name) for name in self.source.sizes if name not in self._readings]
        for reading in rest:
            for _ in reading.chunks():
                pass
        for name, reading in self._readings.items():
            wanted = self._expected.get(name)
            if wanted is not None and reading.digest is not None and reading.digest != wanted:
                self.report.add("manifest-mismatch", Place(name), wanted, reading.digest)
        self.report.facts["files"] = len(self.source.sizes)
        self.pool.shutdown(wait=True, cancel_futures=True)

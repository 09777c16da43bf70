"""Verification of an extract (log-format.md section 7a): entries of a log that prove themselves without the rest.

Whatever its `extract.json` claims is checked; what nobody can show without the other entries is no claim, and is told
as a limit with the verdict.
"""

import re
from binascii import hexlify
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from verify import canonical
from verify.bag import CLAIM, Bag
from verify.disclosures import DISCLOSURES_MAX, MALFORMED_MAX, NAMES, NAMES_BY_TYPE, Disclosures
from verify.entry import AT, DATA, INDEX, PREV, STREAM, VERSION, Groups, read
from verify.events import TYPES, unescape
from verify.extract_blocks import ExtractBlocks
from verify.extract_recount import Recount
from verify.extract_scope import SCOPES, Scope
from verify.extract_tables import ExtractTables
from verify.findings import Place, Report
from verify.log import BROKEN_MAX, digests_of
from verify.note import NOTE_MAX_BYTES, Checkpoint
from verify.signed import Pinned, blocks, check_checkpoint, check_note
from verify.source import open_source
from verify.tree import EMPTY_ROOT, ZERO_PREV, leaf_hash, root_from_shared

ENTRIES_MAX: Final = 1_000_000
CLAIM_MAX_BYTES: Final = 1 << 24
PROOF_MAX_BYTES: Final = 1 << 26
ENTRIES, _PROOF = "data/log/entries.jsonl", "data/log/proof"
CHECKPOINT, _DISCLOSURES = "data/log/checkpoint", "data/log/disclosures.jsonl"
_CLOSING = re.compile(r"data/log/closing-([0-9]{12})\.json")
_HASHES = re.compile(rb"(?:[0-9a-f]{64}\n)*")
_HASH = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_STREAM = re.compile(r"[a-z][a-z0-9_]*/" + _UUID.pattern)


def is_extract(path: Path) -> bool:
    """Tell whether a path is an extract rather than an archive; what is neither is none."""
    source = open_source(path, Report())
    return source is not None and CLAIM in source.sizes


@dataclass(frozen=True, slots=True)
class Claim:
    """What `extract.json` says: of what it is, and which streams are whole up to which (version, index)."""

    scope: str
    of: str
    origin: str
    size: int
    entries: int
    complete: dict[str, tuple[int, int]]


@dataclass(slots=True)
class _Stream:
    """The versions of a stream that are here: whether they run from 1 on, and where each is."""

    is_whole: bool = True
    last: int = 0
    indexes: list[int] = field(default_factory=list)


def check_extract(bag: Bag, pinned: Pinned, report: Report) -> dict[str, str]:
    """Check all that is under data/ and return what bag-info.txt has to say of it."""
    checkpoint = check_note(bag.small(CHECKPOINT, NOTE_MAX_BYTES), Place(CHECKPOINT), pinned.key, report)
    claim = read_claim(bag.small(CLAIM, CLAIM_MAX_BYTES), report)
    if checkpoint is None or claim is None:
        report.skip("stopped-early", CLAIM)
        return {}
    report.facts |= {
        "extract": f"{claim.scope} {claim.of}".rstrip(),
        "origin": checkpoint.origin,
        "signed_size": checkpoint.size,
        "signed_root": checkpoint.root.hex(),
    }
    _check_old(pinned, checkpoint, report)
    disclosures = Disclosures(report)
    if _DISCLOSURES in bag.source.sizes:
        for number, lines in blocks(bag.reading(_DISCLOSURES), DISCLOSURES_MAX, "disclosure-malformed", report):
            for offset, line in enumerate(lines if disclosures.malformed <= MALFORMED_MAX else ()):
                disclosures.take_line(line, Place(_DISCLOSURES, number + offset))
    tables = ExtractTables(bag, report) if claim.scope != "entries" else None
    walk = _Walk(report, claim, checkpoint, disclosures, tables)
    if ENTRIES not in bag.source.sizes:
        report.add("bag-file-missing", Place(ENTRIES), "a file", "none")
    else:
        for number, lines in blocks(bag.reading(ENTRIES), ENTRIES_MAX, "entry-too-long", report):
            walk.line = number - 1
            walk.take(lines)
    walk.check_proof(bag.small(_PROOF, PROOF_MAX_BYTES))
    walk.check_claim()
    walk.check_closings(bag)
    if tables is not None:
        tables.finish()
    elif any(name.startswith("data/tables/") for name in bag.source.sizes):
        report.add("table-unexpected", Place("data/tables"), "no tables of single entries", "another")
    disclosures.finish()
    is_disclosed = _DISCLOSURES in bag.source.sizes
    walk.tell_limits(is_disclosed=is_disclosed)
    return walk.info(is_disclosed=is_disclosed)


def _check_old(pinned: Pinned, checkpoint: Checkpoint, report: Report) -> None:
    """Compare with an earlier checkpoint, which without the other entries can only be one of the same size."""
    if pinned.old is None:
        return
    check_checkpoint(pinned.old, Place("--old"), pinned.key, report)
    if pinned.old.size != checkpoint.size:
        report.skip("old-not-covered", f"size {pinned.old.size}")
    elif pinned.old.root != checkpoint.root:
        report.add("old-root-mismatch", Place(entry=pinned.old.size), pinned.old.root.hex(), checkpoint.root.hex())


def read_claim(raw: bytes | None, report: Report) -> Claim | None:
    """Read extract.json, which has one spelling."""
    place = Place(CLAIM)
    if raw is None:
        return None
    value = _canonical_line(raw, place, report)
    if value is None:
        return None
    wanted = {"complete", "entries", "origin", "scope", "size"}
    if isinstance(value, dict) and value.get("scope") in ("class", "student"):
        wanted.add("of")
    fits = (
        isinstance(value, dict)
        and value.keys() == wanted
        and value["scope"] in SCOPES
        and isinstance(value["origin"], str)
        and all(_is_count(value[name]) for name in ("entries", "size"))
        and ("of" not in value or (isinstance(value["of"], str) and _UUID.fullmatch(value["of"]) is not None))
        and isinstance(value["complete"], list)
        and all(_is_end(end) for end in value["complete"])
        and all(one[0] < other[0] for one, other in pairwise(value["complete"]))
    )
    if not fits:
        report.add("extract-malformed", place, "the fields of an extract.json", "another")
        return None
    complete = {stream: (version, last) for stream, version, last in value["complete"]}
    return Claim(value["scope"], value.get("of", ""), value["origin"], value["size"], value["entries"], complete)


def _canonical_line(raw: bytes, place: Place, report: Report) -> Any:
    """Return the value of canonical JSON with one line feed behind it; None, and a finding, where it is not that."""
    try:
        value = canonical.parse(raw.removesuffix(b"\n"))
    except canonical.CanonicalError as error:
        report.add("extract-malformed", place, "strict JSON", error.reason)
        return None
    if canonical.render(value) + b"\n" != raw:
        report.add("extract-malformed", place, "canonical JSON and a line feed", "another spelling")
        return None
    return value


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_end(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and _STREAM.fullmatch(value[0]) is not None
        and _is_count(value[1])
        and value[1] > 0
        and _is_count(value[2])
    )


class _Walk:
    """One pass over an extract's entries, and what is to be said when all are read."""

    def __init__(
        self,
        report: Report,
        claim: Claim,
        checkpoint: Checkpoint,
        disclosures: Disclosures,
        tables: ExtractTables | None,
    ) -> None:
        self.report = report
        self.claim = claim
        self.line = 0
        self._checkpoint = checkpoint
        self._disclosures = disclosures
        self._tables = tables
        self._scope = Scope(claim.scope, claim.of.encode(), report)
        self._leaves: dict[int, bytes] = {}
        self._blocks = ExtractBlocks(report, claim.of.encode()) if claim.scope == "student" else None
        self._recount = Recount(report, claim.scope, self._leaves.__contains__)
        self._before: dict[int, bytes] = {}
        self._streams: dict[bytes, _Stream] = {}
        self._closings: dict[int, tuple[int, str]] = {}
        self._closed_lessons = [0, 0]
        self._count = 0
        self._last, self._at = -1, b""
        self._unreadable = 0
        self._partly = 0
        self._withheld = 0
        self._school = ""

    def take(self, lines: Sequence[bytes]) -> None:
        """Take the next entries, each without its line feed."""
        for line in lines:
            self.line += 1
            if self._count >= ENTRIES_MAX:
                self.report.add("archive-limit", Place(ENTRIES, self.line), f"at most {ENTRIES_MAX} entries", "more")
                return
            self._count += 1
            if self._unreadable > BROKEN_MAX:
                self.report.skip("stopped-early", f"{BROKEN_MAX} entries that cannot be read")
                return
            self._entry(line)

    def _entry(self, line: bytes) -> None:
        place = Place(ENTRIES, self.line)
        found = read(line, place, self.report)
        if found is None:
            self._unreadable += 1
            return
        name, groups = found.name, found.groups
        if not name:
            self.report.skip("unknown-type", f"entry {groups[INDEX].decode()}")
        index = int(groups[INDEX])
        place = Place(ENTRIES, self.line, index)
        if not self._last < index < self._checkpoint.size:
            expected = f"from {self._last + 1} to {self._checkpoint.size - 1}"
            self.report.add("extract-order", place, expected, index)
            return
        self._chain(index, line, groups, place)
        if groups[AT] < self._at:
            self.report.add("at-backwards", place, b"not before " + self._at, groups[AT])
        self._last, self._at = index, groups[AT]
        self._version(index, groups, place)
        if index in self._disclosures.wanted or b'"_sd":[' in line:
            self._disclose(index, name, groups[STREAM], line)
        if name:
            self._read(index, name, groups, place)

    def _chain(self, index: int, line: bytes, groups: Groups, place: Place) -> None:
        """Take the entry's leaf hash, and by its `prev` that of the entry before it."""
        before = self._leaves.get(index - 1)
        if index == 0:
            expected = ZERO_PREV
        elif before is not None:
            expected = hexlify(before)
        else:
            expected = groups[PREV]
            self._before[index - 1] = bytes.fromhex(groups[PREV].decode())
        if groups[PREV] != expected:
            self.report.add("prev-mismatch", place, expected, groups[PREV])
        self._leaves[index] = leaf_hash(line)

    def _version(self, index: int, groups: Groups, place: Place) -> None:
        stream = self._streams.setdefault(groups[STREAM], _Stream())
        version = int(groups[VERSION])
        if version <= stream.last:
            self.report.add("version-gap", place, f"more than {stream.last}", version)
        if version != stream.last + 1:
            stream.is_whole = False
        stream.last = version
        stream.indexes.append(index)

    def _disclose(self, index: int, name: bytes, stream: bytes, line: bytes) -> None:
        digests = digests_of(line)
        self._disclosures.commit(index, digests, NAMES_BY_TYPE.get(name, NAMES))
        known = self._disclosures.known(digests)
        if self._blocks is not None:
            self._blocks.disclosed(stream, known)
        of_person = name in (b"person_registered/1", b"personal_data_changed/1")
        if of_person and 0 < len(known) < len(digests):
            self._partly += 1
        if name == b"person_registered/1" and digests and not known:
            self._withheld += 1

    def _read(self, index: int, name: bytes, groups: Groups, place: Place) -> None:
        """Hand on what a known event says, by the names of its fields."""
        data = dict(zip(TYPES[name.decode()].fields, groups[DATA], strict=True))
        if name == b"school_opened/1":
            self._school = unescape(data["name"]).decode()
            self.report.facts["school"] = self._school
            if (origin := unescape(data["origin"]).decode()) != self._checkpoint.origin or index != 0:
                self.report.add("origin-mismatch", place, self._checkpoint.origin, origin)
        if name == b"period_closed/1":
            self._closings[index] = (int(data["streams"]), data["root"].decode())
        self._scope.take(name, groups[STREAM], data, place)
        self._recount.take(name, index, groups[STREAM], data)
        if self._blocks is not None:
            self._blocks.take(name, data, place)
        if self._tables is not None:
            self._tables.take(name, index, groups, data, self._disclosures)

    def check_proof(self, raw: bytes | None) -> None:
        """Lead all leaf hashes, by the shared proof, to the signed root."""
        place = Place(_PROOF)
        if raw is None:
            if self._leaves:
                self.report.add("bag-file-missing", place, "a shared proof", "none")
            return
        if _HASHES.fullmatch(raw) is None:
            self.report.add("proof-malformed", place, "hashes, one a line", raw[:80])
            return
        if not self._leaves:
            self.report.add("extract-claim", Place(ENTRIES), "entries", "none")
            return
        hashes = [bytes.fromhex(line.decode()) for line in raw.split()]
        root = root_from_shared(self._checkpoint.size, self._before | self._leaves, hashes)
        if root is None:
            self.report.add("proof-malformed", place, "as many hashes as the entries leave open", len(hashes))
        elif root != self._checkpoint.root:
            self.report.add("proof-mismatch", place, self._checkpoint.root.hex(), root.hex())

    def check_claim(self) -> None:
        """Compare what extract.json says with what is here."""
        claim, place = self.claim, Place(CLAIM)
        for name, expected, found in (
            ("origin", self._checkpoint.origin, claim.origin),
            ("size", self._checkpoint.size, claim.size),
            ("entries", self._count, claim.entries),
        ):
            if expected != found:
                self.report.add("extract-claim", Place(CLAIM, field=name), expected, found)
        if not self._school and self._count:
            self.report.add("extract-claim", Place(ENTRIES), "entry 0, which opens the school", "none")
        if claim.scope == "entries" and claim.complete:
            self.report.add("extract-claim", Place(CLAIM, field="complete"), "nothing of single entries", "a stream")
        for stream, (version, last) in claim.complete.items():
            found_ = self._streams.get(stream.encode())
            if found_ is None or not found_.is_whole or (found_.last, found_.indexes[-1]) != (version, last):
                at = "none" if found_ is None else f"version {found_.last}, entry {found_.indexes[-1]}"
                self.report.add("extract-incomplete", place, f"{stream} whole to version {version}, entry {last}", at)
        for key in sorted(self._streams):
            if self._scope.must_be_whole(key) and key.decode() not in claim.complete:
                self.report.add("extract-incomplete", place, "a claim that the stream is whole", key)
        self._scope.finish()
        if self._blocks is not None:
            self._blocks.finish()

    def check_closings(self, bag: Bag) -> None:
        """Check the commitment of every closing in a class's extract."""
        wanted = {f"data/log/closing-{index:012d}.json": index for index in self._closings}
        there = {name for name in bag.source.sizes if _CLOSING.fullmatch(name)}
        for name in sorted(there - (wanted.keys() if self.claim.scope == "class" else set())):
            self.report.add("bag-file-unexpected", Place(name), "the files of the specification", "another")
        if self.claim.scope != "class":
            return
        for name in sorted(wanted.keys() - there):
            self.report.add("bag-file-missing", Place(name), "a file", "none")
        for name in sorted(wanted.keys() & there):
            raw = bag.small(name, CLAIM_MAX_BYTES)
            value = None if raw is None else _canonical_line(raw, Place(name), self.report)
            if value is not None:
                self._closing(wanted[name], value, Place(name))

    def _closing(self, index: int, value: Any, place: Place) -> None:
        if not _is_closing(value):
            self.report.add("extract-malformed", place, "leaves in order and hashes", "another")
            return
        streams, root = self._closings[index]
        leaves = {
            position: leaf_hash(b'["%b",%d,%d]' % (stream.encode(), version, last))
            for position, stream, version, last in value["leaves"]
        }
        self._closed_lessons[0] += len(leaves)
        self._closed_lessons[1] += streams
        if any(position >= streams for position in leaves):
            self.report.add("closing-mismatch", place, f"{streams} streams", max(leaves))
            return
        hashes = [bytes.fromhex(node) for node in value["hashes"]]
        found = root_from_shared(streams, leaves, hashes) if streams else _empty_root(hashes)
        if found is None:
            self.report.add("proof-malformed", place, "as many hashes as the entries leave open", len(hashes))
        elif found.hex() != root:
            self.report.add("closing-mismatch", place, root, found.hex())
        named = {stream for _, stream, _, _ in value["leaves"]}
        for _, stream, version, last in value["leaves"]:
            self._closed(index, stream, version, last, place)
        for key in self._scope.lessons_closed_by(index):
            lesson = key.decode()
            if lesson not in named and self._streams[key].indexes[0] < index:
                self.report.add("closing-mismatch", place, lesson, "not there")

    def _closed(self, index: int, name: str, version: int, last: int, place: Place) -> None:
        """Compare a stream's end as a closing has it with the stream here."""
        stream = self._streams.get(name.encode())
        if stream is None or not stream.is_whole or len(stream.indexes) < version:
            self.report.add("extract-incomplete", place, f"{name} whole to version {version}, entry {last}", "none")
            return
        behind = stream.indexes[version] if version < len(stream.indexes) else None
        if stream.indexes[version - 1] != last or last >= index or (behind is not None and behind < index):
            expected = f"version {version} at entry {last}, and no later one before entry {index}"
            self.report.add("closing-mismatch", place, expected, stream.indexes[version - 1])

    def tell_limits(self, *, is_disclosed: bool) -> None:
        """Say what the extract does not claim."""
        report, claim = self.report, self.claim
        report.facts["entries"] = self._count
        report.facts["disclosures"] = self._disclosures.count
        report.limit("extract-part", f"{self._count} of {self._checkpoint.size} entries")
        if claim.scope == "entries":
            report.limit("extract-none", f"{self._count} entries")
        else:
            report.facts["complete_streams"] = len(claim.complete)
            report.limit("extract-ends", f"{len(claim.complete)} streams")
        if claim.scope == "class":
            own, all_ = self._closed_lessons
            report.facts["closed_lessons"] = own
            report.limit("extract-lessons", f"{own} of {all_} lessons in {len(self._closings)} closings")
        if claim.scope == "student":
            holes = [stream for stream in self._streams.values() if not stream.is_whole]
            missing = sum(stream.last - len(stream.indexes) for stream in holes)
            report.limit("extract-others", f"at least {missing} entries of {len(holes)} streams")
        if self._partly:
            report.limit("extract-names", f"{self._partly} entries")
        if self._withheld and is_disclosed:
            report.limit("extract-withheld", f"{self._withheld} people")
        self._recount.tell()

    def info(self, *, is_disclosed: bool) -> dict[str, str]:
        """Return what bag-info.txt has to say."""
        info = {
            "External-Identifier": self._checkpoint.origin,
            "Letopis-Extract": str(self.report.facts["extract"]),
            "Letopis-Size": str(self._checkpoint.size),
            "Letopis-Disclosures": "some" if is_disclosed else "none",
        }
        if self._school:
            info["Source-Organization"] = self._school
        if self._at:
            info["Bagging-Date"] = self._at[:10].decode()
        return info


def _empty_root(hashes: Sequence[bytes]) -> bytes | None:
    """Return the root of a closing that has no stream, and so no hash."""
    return None if hashes else EMPTY_ROOT


def _is_closing(value: Any) -> bool:
    """Say whether a closing file has its two lists, the leaves in order of position and of stream."""
    if not isinstance(value, dict) or value.keys() != {"hashes", "leaves"}:
        return False
    hashes, leaves = value["hashes"], value["leaves"]
    return (
        isinstance(hashes, list)
        and isinstance(leaves, list)
        and all(isinstance(node, str) and _HASH.fullmatch(node) for node in hashes)
        and all(
            isinstance(leaf, list) and len(leaf) == 4 and _is_count(leaf[0]) and _is_end(leaf[1:]) for leaf in leaves
        )
        and all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(leaves))
    )

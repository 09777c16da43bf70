"""One entry's proof (C2SP tlog-proof; log-format.md section 5): from its bytes to the root that the pinned key signed.

c2sp.org/tlog-proof@v1
extra …                     (optional, base64)
index 412
<hash>                      (base64, leaf side first)

<checkpoint>
"""

import re
from typing import Final

from verify.disclosures import NAMES, NAMES_BY_TYPE, Disclosures
from verify.entry import INDEX, read, type_of
from verify.findings import Place, Report
from verify.log import digests_of
from verify.note import NoteError, VerifierKey, strict_base64
from verify.signed import check_note
from verify.tree import leaf_hash, root_from_inclusion

HASHES_MAX: Final = 63
_HEAD: Final = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,14})")


class ProofError(ValueError):
    """A proof's text is malformed."""


def parse_proof(raw: bytes) -> tuple[int, list[bytes], bytes]:
    """Return the leaf index, the hashes and the checkpoint's bytes of a proof.

    Raises:
        ProofError: anything but the one spelling.
    """
    try:
        head, blank, checkpoint = raw.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise ProofError("bytes that are not UTF-8") from None
    lines = head.split("\n")
    if not blank or lines[0] != _HEAD:
        raise ProofError(f"it does not begin with {_HEAD}, or has no checkpoint")
    try:
        if lines[1:2] and lines[1].startswith("extra "):
            strict_base64(lines.pop(1)[6:])
        match = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
        hashes = [strict_base64(line) for line in lines[2:]]
    except NoteError as error:
        raise ProofError(str(error)) from None
    if match is None:
        raise ProofError("no line 'index N'")
    if len(hashes) > HASHES_MAX or any(len(node) != 32 for node in hashes):
        raise ProofError(f"more than {HASHES_MAX} hashes, or one that is not 32 bytes")
    return int(match[1]), hashes, checkpoint.encode()


def verify_proof(proof: bytes, entry: bytes, disclosures: bytes, key: VerifierKey | None) -> Report:
    """Check that an entry is in the log at its index, and that the disclosures given with it belong to it.

    `entry` is the entry's bytes, with or without one line feed after them; `disclosures` lines as in disclosures.jsonl.
    """
    report = Report(subject="proof")
    try:
        index, hashes, note = parse_proof(proof)
    except ProofError as error:
        report.add("proof-malformed", Place("proof"), "a tlog-proof", error)
        return report
    checkpoint = check_note(note, Place("proof"), key, report)
    entry = entry.removesuffix(b"\n")
    _check_entry(entry, index, report)
    if checkpoint is not None:
        report.facts |= {"origin": checkpoint.origin, "signed_size": checkpoint.size, "index": index}
        root = root_from_inclusion(index, checkpoint.size, leaf_hash(entry), hashes)
        if root != checkpoint.root:
            report.add(
                "proof-mismatch", Place("proof", entry=index), checkpoint.root.hex(), root.hex() if root else "no root"
            )
    disclosed = Disclosures(report)
    for number, line in enumerate(disclosures.removesuffix(b"\n").split(b"\n") if disclosures else (), 1):
        disclosed.take_line(line, Place("disclosures", number))
    if disclosed.wanted:
        names = NAMES_BY_TYPE.get(type_of(entry), NAMES)
        disclosed.commit(index, digests_of(entry), names)
    disclosed.finish()
    report.facts["disclosures"] = disclosed.count
    return report


def _check_entry(entry: bytes, index: int, report: Report) -> None:
    place = Place("entry", entry=index)
    found = read(entry, place, report)
    if found is None:
        return
    if not found.name:
        report.skip("unknown-type", f"entry {index}")
    if int(found.groups[INDEX]) != index:
        report.add("index-gap", Place("entry", entry=index, field="index"), index, found.groups[INDEX])

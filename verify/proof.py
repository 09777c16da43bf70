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
_ANSWER = re.compile(
    rb'\{"index":(0|[1-9][0-9]{0,14}),"disclosures":\[((?:"[A-Za-z0-9_-]+"(?:,"[A-Za-z0-9_-]+")*)?)\]\}'
)
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

    `entry` is the entry's bytes, with or without one line feed after them; `disclosures` lines as in disclosures.jsonl,
    or what a server answers for the entry: `{"index":14,"disclosures":["…","…"]}`.
    """
    report = Report(subject="proof")
    try:
        index, hashes, note = parse_proof(proof)
    except ProofError as error:
        report.add("proof-malformed", Place("proof"), "a tlog-proof", error)
        return report
    checkpoint = check_note(note, Place("proof"), key, report)
    entry = entry.removesuffix(b"\n")
    is_this = _check_entry(entry, index, report)
    if checkpoint is not None and is_this:
        report.facts |= {"origin": checkpoint.origin, "signed_size": checkpoint.size, "index": index}
        root = root_from_inclusion(index, checkpoint.size, leaf_hash(entry), hashes)
        if root != checkpoint.root:
            report.add(
                "proof-mismatch", Place("proof", entry=index), checkpoint.root.hex(), root.hex() if root else "no root"
            )
    disclosed = Disclosures(report)
    for number, line in enumerate(_lines(disclosures), 1):
        disclosed.take_line(line, Place("disclosures", number))
    if disclosed.wanted:
        names = NAMES_BY_TYPE.get(type_of(entry), NAMES)
        disclosed.commit(index, digests_of(entry), names)
    disclosed.finish()
    report.facts["disclosures"] = disclosed.count
    return report


def _check_entry(entry: bytes, index: int, report: Report) -> bool:
    """Report an entry that is malformed, or say whether it is the one that the proof is of."""
    found = read(entry, Place("entry", entry=index), report)
    if found is None:
        return True
    if not found.name:
        report.skip("unknown-type", f"entry {index}")
    if int(found.groups[INDEX]) == index:
        return True
    shown = f"entry {int(found.groups[INDEX])}"
    report.add("proof-mismatch", Place("entry", entry=index, field="index"), f"entry {index}", shown)
    return False


def _lines(raw: bytes) -> list[bytes]:
    """Return disclosures as lines, those of a server's answer too; an answer that is not quite one is left as it is."""
    lines = raw.removesuffix(b"\n").split(b"\n") if raw else []
    match = _ANSWER.fullmatch(raw.strip())
    if match is None:
        return lines
    texts = match[2].replace(b'"', b"").split(b",") if match[2] else []
    return [b'{"disclosure":"%b","index":%b}' % (text, match[1]) for text in texts]

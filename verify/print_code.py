"""The code on a printed form (print-code.md): its text, strictly, what it commits to, and whether a log agrees.

LETOPIS1/<origin>/<entry>/<position>/<salt>/<content>/<size>/<root>/<check>
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from verify import canonical
from verify.archive import verify_archive
from verify.disclosures import digest_of
from verify.findings import Place, Report
from verify.note import VerifierKey
from verify.replay import Replay
from verify.signed import Pinned
from verify.tree import Edge

CODE_LENGTH_MAX: Final = 250
ISSUED: Final = "sheet_issued/1"
_ORIGIN_BYTES: Final = 16
_SALT_BYTES: Final = 16
_CHECK_BYTES: Final = 5
_INT = r"(?:0|[1-9][0-9]{0,14})"
_CODE = re.compile(
    rf"LETOPIS1/([A-Z2-7]{{26}})/({_INT})/({_INT})/([A-Z2-7]{{26}})/([A-Z2-7]{{52}})/({_INT})/([A-Z2-7]{{52}})/([A-Z2-7]{{8}})",
    re.ASCII,
)


class CodeError(ValueError):
    """A text is no code of a printed form; `slip`: it looks like one, and its check says that a character is wrong."""

    def __init__(self, message: str, *, slip: bool = False) -> None:
        super().__init__(message)
        self.slip = slip


@dataclass(frozen=True, slots=True)
class PrintCode:
    """What a code says; hashes and salt as bytes."""

    origin: bytes
    entry: int
    position: int
    salt: bytes
    content: bytes
    size: int
    root: bytes

    def disclosure(self) -> bytes:
        """The disclosure that the entry's `_sd` commits to."""
        salt = base64.urlsafe_b64encode(self.salt).rstrip(b"=").decode()
        text = json.dumps([salt, "content", self.content.hex()], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=")

    def commitment(self) -> str:
        """The one digest of the entry's `_sd`."""
        return digest_of(self.disclosure())

    def is_of(self, origin: str) -> bool:
        """Say whether it names the log of this origin."""
        return self.origin == origin_digest(origin)


def origin_digest(origin: str) -> bytes:
    """What stands in a code for a log's origin."""
    return sha256(origin.encode()).digest()[:_ORIGIN_BYTES]


def parse_code(text: str) -> PrintCode:
    """Read a code's text, strictly.

    Raises:
        CodeError: it is not spelt as print-code.md says.
    """
    if len(text) > CODE_LENGTH_MAX:
        raise CodeError(f"at most {CODE_LENGTH_MAX} characters")
    match = _CODE.fullmatch(text)
    if match is None:
        raise CodeError("nine parts, the first of them LETOPIS1")
    said, check = text.rsplit("/", 1)
    if check != _spell(sha256(said.encode()).digest()[:_CHECK_BYTES]):
        raise CodeError("the check at its end does not fit: a character is wrong", slip=True)
    origin, entry, position, salt, content, size, root, _ = match.groups()
    code = PrintCode(
        _read(origin), int(entry), int(position), _read(salt), _read(content), int(size), _read(root)
    )  # fmt: skip
    if not 1 <= code.position <= code.entry < code.size:
        raise CodeError("1 <= position <= entry < size")
    return code


def without_spaces(text: str) -> str:
    """A code's text as somebody typed or pasted it, without spaces and line ends."""
    return "".join(text.split())


def _spell(raw: bytes) -> str:
    return base64.b32encode(raw).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise CodeError("base32") from None
    if _spell(raw) != text:
        raise CodeError("base32 with stray bits")
    return raw


def verify_print(path: Path, text: str, key: VerifierKey | None) -> Report:
    """Check an archive, and by it the code of a printed form; of a code that cannot be read nothing more is said.

    An archive that was not read to its end, or is only an extract, says nothing of the code: it is never verified so.
    """
    try:
        sought = Sought(parse_code(without_spaces(text)))
    except CodeError as error:
        report = Report()
        report.add("print-code-malformed", Place(), "a code of a printed form", error)
        return report
    report = verify_archive(path, Pinned(key), sought)
    if not sought.is_judged:
        report.skip("print-not-covered", path.name)
    return report


class Sought:
    """What a code is compared with while the log passes: the root at its size, the bytes of its entry."""

    def __init__(self, code: PrintCode) -> None:
        self.code = code
        self.root: bytes | None = None
        self.line: bytes | None = None
        self.is_judged = False

    def see(self, edge: Edge, lines: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Keep what the code speaks of, of the next entries."""
        first, last, code = edge.size, edge.size + len(lines), self.code
        if first <= code.entry < last:
            self.line = lines[code.entry - first]
        if first <= code.size <= last and self.root is None:
            grown = edge.copy()
            grown.extend(leaves[: code.size - first])
            self.root = grown.root()

    def judge(self, origin: str, replay: Replay, report: Report) -> None:
        """Compare what was seen with the code."""
        self.is_judged = True
        code, place = self.code, Place(entry=self.code.entry)
        report.facts |= {"print_entry": code.entry, "print_position": code.position}
        if not code.is_of(origin):
            report.add("print-code-mismatch", place, f"a code of {origin}", "a code of another log")
            return
        if self.root is None or self.line is None:
            report.skip("print-not-covered", f"entry {code.entry}, size {code.size}")
        if self.root is not None and self.root != code.root:
            report.add("print-code-mismatch", place, self.root.hex(), code.root.hex())
        if self.line is not None:
            self._judge_entry(self.line, place, replay, report)

    def _judge_entry(self, line: bytes, place: Place, replay: Replay, report: Report) -> None:
        try:
            entry = canonical.parse(line)
            type_, data = entry["type"], entry["data"]
        except (canonical.CanonicalError, KeyError, TypeError):
            type_, data = "an entry that cannot be read", {}
        if type_ != ISSUED:
            report.add("print-code-mismatch", place, ISSUED, type_)
            return
        for name, said in (("position", self.code.position), ("_sd", [self.code.commitment()])):
            if data.get(name) != said:
                where = Place(entry=self.code.entry, field=f"data.{name}")
                report.add("print-code-mismatch", where, json.dumps(data.get(name)), json.dumps(said))
        report.facts |= {"print_number": data.get("number", 0), "print_kind": str(data.get("kind", ""))}
        certified, void = replay.prints.standing(str(data.get("sheet", "")).encode())
        report.facts["print_certified"] = certified.decode() or "–"
        if void:
            report.add("print-void", place, "a form that counts", void)

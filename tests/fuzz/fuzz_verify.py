"""Atheris harness over the verifier's parsers.

    python tests/fuzz/fuzz_verify.py entry -max_total_time=60 folder_with_seeds/

A parser may raise its own error and nothing else. The first argument names the target, the rest is libFuzzer's.
"""

import base64
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["verify"]):
    from verify import canonical, note
    from verify.archive import Pinned, verify_archive
    from verify.disclosures import DisclosureError, parse_disclosure
    from verify.entry import PATTERNS, read_slowly, type_of
    from verify.findings import Place, Report
    from verify.print_code import CodeError, parse_code, without_spaces
    from verify.proof import ProofError, parse_proof
    from verify.report import to_json, to_text
    from verify.table import Table
    from verify.tiles import parse_bundle


# A checkpoint whose signature nobody checks here: of a tree of 1,000 leaves.
CHECKPOINT: Final = (
    "letopis.example/school/1534\n1000\n" + "A" * 43 + "=\n\n— letopis.example/school/1534 " + "A" * 91 + "=\n"
).encode()


def fuzz_canonical(raw: bytes) -> None:
    try:
        value = canonical.parse(raw)
    except canonical.CanonicalError:
        return
    if canonical.parse(canonical.render(value)) != value:
        raise AssertionError("render and parse disagree")


def fuzz_entry(raw: bytes) -> None:
    report = Report()
    read_slowly(raw, Place("f", 1, 1), report)
    pattern = PATTERNS[type_of(raw)]
    if report.findings and pattern is not None and pattern.fullmatch(raw):
        try:
            raw.decode()
        except UnicodeDecodeError:
            return
        raise AssertionError("the fast way takes what the slow way refuses")
    to_text(report)
    to_json(report)


def fuzz_checkpoint(raw: bytes) -> None:
    try:
        note.parse_checkpoint(raw)
    except note.NoteError:
        return


def fuzz_vkey(raw: bytes) -> None:
    try:
        note.parse_vkey(raw.decode("utf-8", "replace"))
    except note.NoteError:
        return


def fuzz_proof(raw: bytes) -> None:
    try:
        parse_proof(raw)
    except ProofError:
        return


def fuzz_print_code(raw: bytes) -> None:
    text = without_spaces(raw.decode("utf-8", "replace"))
    said = text.rpartition("/")[0]
    # A wrong check would end every other fault's way.
    right = base64.b32encode(sha256(said.encode("utf-8", "replace")).digest()[:5]).decode()
    for code in (text, f"{said}/{right}"):
        try:
            parse_code(code).commitment()
        except CodeError:
            continue


def fuzz_disclosure(raw: bytes) -> None:
    try:
        parse_disclosure(raw)
    except DisclosureError:
        return


def fuzz_bundle(raw: bytes) -> None:
    try:
        parse_bundle(raw, 2)
    except ValueError:
        return


def fuzz_extract(raw: bytes) -> None:
    """Parts of an extract between blank lines: claim, entries, proof, closing, disclosures."""
    claim, entries, proof, closing, disclosures, *_ = [*raw.split(b"\n\n"), *[b""] * 5]
    files = {
        "data/extract.json": claim + b"\n",
        "data/log/checkpoint": CHECKPOINT,
        "data/log/entries.jsonl": entries + b"\n",
        "data/log/proof": proof + b"\n",
        "data/log/closing-000000000185.json": closing + b"\n",
        "data/log/disclosures.jsonl": disclosures + b"\n",
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        to_text(verify_archive(Path(folder), Pinned()))


def fuzz_table(raw: bytes) -> None:
    report = Report()
    head = b"\xef\xbb\xbfa;b\r\n" if raw[:1] == b"\x00" else b""
    table = Table("t", ["a", "b"], iter([head, raw[:7], raw[7:]]), report)
    for index in range(3):
        row = b"%d;x\r\n" % index
        if not table.take(row):
            table.compare(index, [b"%d" % index, b"x"], frozenset(("b",)))
    table.finish()


def fuzz_zip(raw: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(raw)
        file.flush()
        to_text(verify_archive(Path(file.name), Pinned()))


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    name.removeprefix("fuzz_"): target for name, target in sorted(globals().items()) if name.startswith("fuzz_")
}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: fuzz_verify.py {{{','.join(TARGETS)}}} [libFuzzer's options and corpus]")
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

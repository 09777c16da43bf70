"""What findings say in sentences is there in Russian too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import verify
from tests.verify_archive import sample, write_folder
from verify.archive import Pinned, verify_archive
from verify.findings import Place, Report
from verify.phrases import PHRASES, in_russian
from verify.report import to_text

# How many arguments come before what was expected and found, by the function that writes it.
_BEFORE = {
    "add": 2, "find": 1, "_find": 1, "skip": 1, "LayoutError": 1, "CanonicalError": 0, "NoteError": 0,
    "DisclosureError": 0, "malformed": 1, "_malformed": 0, "ApartError": 2, "ProofError": 0, "FetchError": 0,
}  # fmt: skip
# Names of fields and types stand in the log itself; what is said of keys is said of the command line, not of an archive.
_VALUES = {"", "at", "index", "prev", "school_opened/1", "{}: {}", "{} {}"}
_OF_KEYS = ("key",)


def texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be, `{}` for a value in them."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in values)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one)
            yield from texts(other)
        case ast.BoolOp(values=values):
            for value in values:
                yield from texts(value)


def written() -> set[str]:
    """Every text that a check writes into a finding."""
    found = set()
    for path in Path(verify.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in _BEFORE:
                    found |= {text for argument in node.args[_BEFORE[name] :] for text in texts(argument)}
    return found


def test_every_sentence_of_a_check_has_its_russian() -> None:
    sentences = {text for text in written() - _VALUES if not any(word in text.split() for word in _OF_KEYS)}
    assert len(sentences) > 100
    assert {text for text in sentences - PHRASES.keys() if " key" not in text and "key's" not in text} == set()


def test_every_russian_sentence_has_the_values_of_its_english_one() -> None:
    for english, russian in PHRASES.items():
        assert english.count("{}") == russian.count("{}"), english


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("entry 12 stands", "действует запись 12"),
        ("at most 5 files, 9 bytes", "не более 5 файлов и 9 байт"),
        ("none", "нет"),
        ('"5"', '"5"'),
        ("3 of 9 on disk 1", "3 из 9 на томе 1"),
        ("{0.__class__}", "{0.__class__}"),
        ("entry {0.__class__} stands", "действует запись {0.__class__}"),
    ],
)
def test_translates_sentences_and_leaves_values(english: str, russian: str) -> None:
    assert in_russian(english) == russian


def test_the_report_says_both_where_both_are_asked_for() -> None:
    report = Report()
    report.add("recorded-twice", Place(), "one standing mark", '"5"')
    assert "один действующий факт: mark / one standing mark" in to_text(report)
    assert 'найдено / found: "5"\n' in to_text(report)
    assert "expected: one standing mark\n" in to_text(report, "en")
    assert "ожидалось: один действующий факт: mark\n" in to_text(report, "ru")


def test_a_report_in_russian_says_what_is_unchecked_in_russian(tmp_path: Path) -> None:
    path = write_folder(sample().builder.files(40), tmp_path / "bag")
    assert "(записи с 0 по 39)" in to_text(verify_archive(path, Pinned()), "ru")

"""The code on a printed form: read strictly, compared with an archive, and the same by two programs."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from exports.printing import code as writer
from tests.verify_archive import Sample, sample, write_folder
from tests.verify_extract_forgeries import extract_of
from tests.verify_print_forgeries import code_of
from verify.__main__ import main
from verify.print_code import CodeError, PrintCode, parse_code, without_spaces

SPEC = Path(__file__).parents[3] / "verify" / "spec" / "print-code.md"
EXAMPLE = writer.PrintCode(
    origin=writer.origin_digest("letopis.example/school/1534"),
    entry=412,
    position=411,
    salt=bytes(range(16)),
    content=sha256(b"").digest(),
    size=500,
    root=b"\x9c" * 32,
)
TEXT = writer.format_code(EXAMPLE)
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@pytest.fixture(scope="module")
def school() -> Sample:
    return sample()


@pytest.fixture(scope="module")
def archive(school: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(school.builder.files(), tmp_path_factory.mktemp("print") / "bag")


def checked(text: str) -> str:
    """A text with the check that belongs to it."""
    return f"{text}/{writer._check(text)}"


def test_the_example_of_the_specification_is_what_both_programs_mean() -> None:
    text = without_spaces(SPEC.read_text(encoding="utf-8"))
    assert TEXT in text
    assert EXAMPLE.commitment() in text
    read = parse_code(TEXT)
    assert isinstance(read, PrintCode)
    assert read.commitment() == EXAMPLE.commitment()
    assert read.is_of("letopis.example/school/1534")
    assert not read.is_of("letopis.example/school/5")


def test_both_read_what_is_written_and_it_fits_the_code() -> None:
    large = replace(EXAMPLE, entry=10**15 - 2, position=10**15 - 2, size=10**15 - 1)
    for code in (EXAMPLE, large):
        text = writer.format_code(code)
        assert len(text) <= 250
        assert set(text) <= ALPHANUMERIC
        theirs = parse_code(text)
        fields = ("origin", "entry", "position", "salt", "content", "size", "root")
        assert [getattr(theirs, name) for name in fields] == [getattr(code, name) for name in fields]
        assert writer.parse_code(" ".join(writer.lines_of(text))) == code
        assert parse_code(without_spaces("\n".join(writer.lines_of(text)))) == theirs


PARTS = TEXT.split("/")[:-1]


def changed(at: int, text: str) -> str:
    return checked("/".join([*PARTS[:at], text, *PARTS[at + 1 :]]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "A",
        TEXT.lower(),
        TEXT.replace("LETOPIS1", "LETOPIS2"),
        TEXT.replace("A", "B", 1),
        changed(0, "LETOPIS2"),
        changed(1, PARTS[1][:-1]),
        changed(1, PARTS[1][:-1] + "F"),
        changed(2, "0412"),
        changed(2, "+412"),
        changed(2, "٤١٢"),
        changed(2, "410"),
        changed(3, "0"),
        changed(4, PARTS[4][:-1] + "5"),
        changed(5, PARTS[5].lower()),
        changed(6, "412"),
        changed(6, "9" * 16),
        changed(7, PARTS[7] + "/A"),
        changed(7, "=" * 52),
    ],
)
def test_both_refuse_every_other_spelling(text: str) -> None:
    with pytest.raises(CodeError):
        parse_code(text)
    with pytest.raises(writer.CodeRefused):
        writer.parse_code(text)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(TEXT.rpartition("/")[0])),
    st.integers(0, 3),
    st.text(st.sampled_from("AZ27018/=+ a٤"), max_size=3),
)
def test_both_programs_take_and_refuse_the_same(place: int, cut: int, put: str) -> None:
    said = TEXT.rpartition("/")[0]
    text = without_spaces(checked(said[:place] + put + said[place + cut :]))
    try:
        ours = writer.parse_code(text)
    except writer.CodeRefused:
        with pytest.raises(CodeError):
            parse_code(text)
    else:
        assert parse_code(text).commitment() == ours.commitment()


def test_a_code_is_made_of_parts_of_their_length() -> None:
    for wrong in ({"salt": bytes(15)}, {"root": bytes(31)}, {"size": 412}, {"position": 0}):
        with pytest.raises(ValueError, match=r"code|length"):
            replace(EXAMPLE, **wrong)


def test_a_code_of_the_log_is_verified_by_its_archive(
    school: Sample, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n".join(writer.lines_of(writer.format_code(code_of(school.builder))))
    key = ["--key", school.builder.key.vkey]
    assert main(["print", text, "--archive", str(archive), *key, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert (facts["print_number"], facts["print_kind"]) == (1, "class_page")
    assert facts["print_certified"] == '2027-06-11: Зимин Илья, =директор; "школы"'
    assert main(["print", text, "--archive", str(archive)]) == 3
    assert "Форма: номер / Form: number: 1" in capsys.readouterr().out


@pytest.mark.clause("R04", breaks="verify.print_code:digest_of")
def test_a_code_of_other_content_is_found(school: Sample, archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, key = code_of(school.builder), ["--key", school.builder.key.vkey]
    assert main(["print", writer.format_code(code), "--archive", str(archive), *key]) == 0
    forged = writer.format_code(replace(code, content=bytes(32)))
    assert main(["print", forged, "--archive", str(archive), *key, "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out.partition("\n{")[2].join(("{", "")))["findings"]
    assert (finding["code"], finding["field"]) == ("print-code-mismatch", "data._sd")


def test_an_archive_that_ends_before_the_form_says_so(
    school: Sample, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = code_of(school.builder)
    later = writer.format_code(replace(code, entry=9_000, size=9_001))
    assert main(["print", later, "--archive", str(archive), "--key", school.builder.key.vkey]) == 3
    assert "[print-not-covered]" in capsys.readouterr().out


def test_an_extract_is_no_archive_to_check_a_code_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extract = extract_of(sample(), "class")
    folder, key = write_folder(extract.files(), tmp_path / "extract"), ["--key", extract.b.key.vkey]
    assert main([str(folder), *key]) == 0
    for content in (code_of(extract.b).content, bytes(32)):
        capsys.readouterr()
        code = writer.format_code(replace(code_of(extract.b), content=content))
        assert main(["print", code, "--archive", str(folder), *key]) == 3
        assert "[print-not-covered]" in capsys.readouterr().out


def test_an_archive_that_is_not_there_is_no_verdict(tmp_path: Path) -> None:
    assert main(["print", TEXT, "--archive", str(tmp_path / "none")]) == 2

"""`print`, `certify`, `check-print` on both databases: same bytes again, and every forgery found that a code can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pypdfium2
import pytest

from api.cli.console import Console, Exit
from api.cli.extracting import ExtractOptions, run_extract
from api.cli.keeping import export_archive
from api.cli.printing import (
    Chosen,
    run_again,
    run_certify,
    run_check,
    run_print,
    run_prints,
    run_void,
)
from api.printing import covering_checkpoint, scope_of, source_of
from api.schools import open_school
from api.settings import SettingsError
from exports.printing.code import PrintCode, format_code, origin_digest, parse_code
from exports.printing.forms import make_form
from exports.printing.scan import read_codes
from ledger.errors import LetopisError
from ledger.journal.commands import Correct
from ledger.wire.entry import Actor
from projections.views.class_page import class_page
from projections.views.lookups import classes, memberships, periods
from projections.views.prints import find_print
from tests.command_line import letopis
from tests.conftest import Database
from tests.sample_folders import sample_folder, sample_on_postgres
from verify.archive import Pinned, verify_archive
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.print_code import verify_print
from verify.report import to_text

QUIET = Console(as_json=True)
PAGE = Chosen("class-page", "2А", "Русский язык", None, "1")


@pytest.fixture(params=["sqlite", "postgresql"])
def var(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sample school, which nobody has open."""
    folder = tmp_path / "school"
    if request.param == "sqlite":
        with sample_folder(folder, limit=400):
            return folder
    database: Database = request.getfixturevalue("sample_database")
    with sample_on_postgres(folder, database, monkeypatch, limit=400):
        return folder


@pytest.fixture
def sqlite_var(tmp_path: Path) -> Path:
    folder = tmp_path / "school"
    with sample_folder(folder, limit=400):
        return folder


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    return answer


def printed(var: Path, out: Path, capsys: pytest.CaptureFixture[str], chosen: Chosen = PAGE) -> tuple[int, PrintCode]:
    """Issue a form; its entry and its code."""
    assert run_print(QUIET, var, chosen, None, out) == Exit.DONE
    (text,) = read_codes(out.read_bytes())
    return said(capsys)["entry"], parse_code(text)


def checked(var: Path, code: PrintCode | str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    text = code if isinstance(code, str) else format_code(code)
    exit_code = run_check(QUIET, var, None, text, None)
    return exit_code, said(capsys)


def corrected(var: Path) -> int:
    """Correct a mark of the printed page; the index of the correction."""
    with open_school(var, background=False) as school:
        group = next(row for row in classes(school.views).rows if (row.grade, row.letter) == (2, "А"))
        page = class_page(
            school.views, group.class_group, subject="Русский язык", from_date="2026-09-01", to_date="2026-10-31"
        )
        value = next(one for line in page.lines for one in line.values if one.what == "mark" and one.value == "4")
        teacher = next(one.lesson.teacher for one in page.columns if one.lesson.lesson == value.lesson)
        command = Correct(lesson=value.lesson, corrects=value.entry, new="5", reason="typo")
        entry = school.execute(command, Actor(teacher, "teacher")).first_index
        school.checkpointer.sign()
        return entry


@pytest.mark.clause("R38", breaks="api.printing:covering_checkpoint")
def test_a_form_is_printed_again_with_the_same_bytes_whatever_came_since(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, again = tmp_path / "first.pdf", tmp_path / "again.pdf"
    entry, code = printed(var, first, capsys)
    corrected(var)
    printed(var, tmp_path / "other.pdf", capsys, Chosen("conformity"))
    assert run_again(QUIET, var, entry, again) == Exit.DONE
    assert again.read_bytes() == first.read_bytes()
    assert said(capsys)["pages"] == len(pypdfium2.PdfDocument(first.read_bytes()))
    with open_school(var, background=False, recording=False) as school:
        covering = covering_checkpoint(school.recorder, entry)
        assert covering is not None
        assert (covering.size, covering.edge.root()) == (code.size, code.root)
        before = school.recorder.checkpoint(code.size - 1)
        assert before is None or before.size <= entry


@pytest.mark.clause("R04", breaks="api.print_checks:changes")
def test_what_was_corrected_since_is_named_with_its_entry_and_who(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "page.pdf"
    _, code = printed(var, out, capsys)
    exit_code, found = checked(var, code, capsys)
    assert (exit_code, found["verdict"], found["since"]["corrected"]) == (0, "verified", [])
    by = corrected(var)
    exit_code, found = checked(var, code, capsys)
    assert (exit_code, found["verdict"]) == (0, "verified")
    (change,) = found["since"]["corrected"]
    assert (change["entry"], change["old"], change["new"], change["reason"]) == (by, "4", "5", "typo")
    assert change["actor"] in found["people"]
    assert run_check(Console(as_json=False), var, out, None, tmp_path / "true.pdf") == 0
    text = capsys.readouterr().out
    assert f"[{by}]" in text
    assert "сравните её глазами" in text
    assert (tmp_path / "true.pdf").read_bytes() == out.read_bytes()


def test_what_a_form_rests_on_is_an_extract_that_proves_itself(
    sqlite_var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, code = printed(sqlite_var, tmp_path / "page.pdf", capsys)
    by = corrected(sqlite_var)
    out = tmp_path / "sheet"
    assert run_extract(QUIET, sqlite_var, out, ExtractOptions(form=entry)) == Exit.DONE
    shown = said(capsys)
    with open_school(sqlite_var, background=False, recording=False) as school:
        issued = find_print(school.read_views(), entry=entry)
        assert issued is not None
        form = make_form(source_of(school, issued.position), scope_of(issued))
        key = school.signer.vkey
    rests_on = {index for sheet in form.sheets for row in sheet.rows for index in row.entries}
    assert len(rests_on) > 10
    held = {
        orjson.loads(line)["index"] for path in out.glob("data/log/*.jsonl") for line in path.read_bytes().splitlines()
    }
    assert held == {0, entry, *rests_on}, "nothing else of the school, and nothing that came since"
    assert by not in held
    assert code.position <= entry < shown["size"]
    report = verify_archive(out, Pinned(parse_vkey(key)))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    for other in (entry - 1, 10**9):
        with pytest.raises(SettingsError, match="issued no form"):
            run_extract(QUIET, sqlite_var, tmp_path / "none", ExtractOptions(form=other))
    with pytest.raises(SettingsError, match="one of"):
        run_extract(QUIET, sqlite_var, tmp_path / "none", ExtractOptions(form=entry, class_="2А"))
    assert not (tmp_path / "none").exists()


def test_forged_codes_are_found(sqlite_var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry, code = printed(sqlite_var, tmp_path / "page.pdf", capsys)
    forged = {
        "another_log": replace(code, origin=origin_digest("letopis.example/school/5")),
        "other_content": replace(code, content=bytes(32)),
        "other_position": replace(code, position=code.position - 1),
        "other_root": replace(code, root=bytes(32)),
        "not_issued": replace(code, entry=code.entry - 1, position=code.position - 1),
        "size_missing": replace(code, size=code.size + 9),
        "entry_missing": replace(code, entry=code.size + 7, size=code.size + 8),
    }
    for finding, wrong in forged.items():
        exit_code, found = checked(sqlite_var, wrong, capsys)
        assert (exit_code, finding in [one["code"] for one in found["findings"]]) == (1, True), finding
        assert found["content"] == []
    salted = replace(code, salt=bytes(16))
    assert checked(sqlite_var, salted, capsys)[1]["findings"][0]["code"] == "other_content"
    assert checked(sqlite_var, code, capsys)[0] == 0
    assert entry == code.entry


def test_a_code_on_another_sheet_shows_what_its_own_sheet_says(
    sqlite_var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A code cannot see the paper: the answer shows the form that it belongs to, which is not the one in hand."""
    _, code = printed(sqlite_var, tmp_path / "page.pdf", capsys)
    _, other = printed(sqlite_var, tmp_path / "other.pdf", capsys, Chosen("conformity"))
    _, found = checked(sqlite_var, other, capsys)
    assert (found["verdict"], found["title"]) == ("verified", "Соответствие регламенту")
    _, found = checked(sqlite_var, code, capsys)
    assert found["content"][0]["kind"] == "class_page"


def test_the_archive_confirms_the_code_without_our_program(
    var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, code = printed(var, tmp_path / "page.pdf", capsys)
    with open_school(var, background=False) as school:
        export_archive(QUIET, school, tmp_path / "archive")
        key = parse_vkey(school.signer.vkey)
    report = verify_print(tmp_path / "archive", format_code(code), key)
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    forged = verify_print(tmp_path / "archive", format_code(replace(code, content=bytes(32))), key)
    assert [finding.code for finding in forged.findings] == ["print-code-mismatch"]
    assert verify_archive(tmp_path / "archive", Pinned(key)).verdict is Verdict.VERIFIED


def test_the_register_lists_who_certified_and_what_is_void(
    sqlite_var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, code = printed(sqlite_var, tmp_path / "page.pdf", capsys)
    with open_school(sqlite_var, background=False) as school:
        (staff, *_) = [
            row[0] for row in school.views.select("SELECT p.person FROM {persons} p WHERE p.kind <> 'student'", {})
        ]
    today = datetime.now(ZoneInfo("Europe/Moscow")).date().isoformat()
    assert run_certify(QUIET, sqlite_var, entry, staff, "директор", today, seal=True) == Exit.DONE
    with pytest.raises(LetopisError):
        run_certify(QUIET, sqlite_var, entry, staff, "директор", today, seal=True)
    assert run_void(QUIET, sqlite_var, entry, "spoiled", "акт № 1") == Exit.DONE
    capsys.readouterr()
    assert run_prints(QUIET, sqlite_var) == Exit.DONE
    (row,) = said(capsys)["rows"]
    assert (row["number"], row["entry"], row["certified_by"], row["reason"]) == (1, entry, staff, "spoiled")
    assert run_prints(QUIET, sqlite_var, position=entry + 1) == Exit.DONE
    (before,) = said(capsys)["rows"]
    assert (before["entry"], before["certified_by"], before["reason"]) == (entry, None, None)
    assert run_prints(QUIET, sqlite_var, position=entry) == Exit.DONE
    assert said(capsys)["rows"] == []
    exit_code, found = checked(sqlite_var, code, capsys)
    assert (exit_code, [one["code"] for one in found["findings"]]) == (1, ["void"])
    assert run_prints(Console(as_json=False), sqlite_var) == Exit.DONE
    assert "снята / void: испорчена, акт № 1" in capsys.readouterr().out
    with pytest.raises(SettingsError):
        run_void(QUIET, sqlite_var, 1, "spoiled", "акт")


def test_every_kind_is_printed_and_what_is_not_there_is_refused(
    sqlite_var: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_school(sqlite_var, background=False, recording=False) as school:
        quarter = next(row.period for row in periods(school.views).rows if row.kind == "quarter")
        group = next(row for row in classes(school.views).rows if row.name == "2А")
        member = memberships(school.views, class_group=group.class_group).rows[0].student
        somebody = school.names({member})[member]
    asked = (
        Chosen("summary-sheet", "2А"),
        Chosen("corrections", period=quarter),
        Chosen("substitutions", month="2026-09"),
        Chosen("conformity"),
        Chosen("attendance", "2А", month="2026-09"),
        Chosen("lesson-plan", "2А", "Русский язык"),
        Chosen("student-page", "2А", period="1", student=somebody),
    )
    for number, chosen in enumerate(asked):
        _, code = printed(sqlite_var, tmp_path / f"{number}.pdf", capsys, chosen)
        assert checked(sqlite_var, code, capsys)[1]["verdict"] == "verified"
    wrong = (
        Chosen("diary"),
        Chosen("class-page", "2Я", "Русский язык", None, "1"),
        Chosen("class-page", "2А", "Латынь", None, "1"),
        Chosen("class-page", "2А", "Русский язык", None, "9"),
        Chosen("summary-sheet"),
        Chosen("student-page", "2А", period="1"),
        Chosen("student-page", "2А", period="1", student="Никто"),
        Chosen("lesson-plan", "2А", "Латынь"),
    )
    for chosen in wrong:
        with pytest.raises(SettingsError, match="/"):
            run_print(QUIET, sqlite_var, chosen, None, tmp_path / "wrong.pdf")
    with pytest.raises(LetopisError, match="month"):
        run_print(QUIET, sqlite_var, Chosen("substitutions", month="2030-01"), None, tmp_path / "wrong.pdf")
    with pytest.raises(SettingsError, match="already"):
        run_print(QUIET, sqlite_var, PAGE, None, tmp_path / "0.pdf")
    with pytest.raises(SettingsError, match="entries"):
        run_print(QUIET, sqlite_var, PAGE, 100_000, tmp_path / "wrong.pdf")
    assert not (tmp_path / "wrong.pdf").exists()


def test_an_option_that_would_narrow_nothing_is_refused_before_anything_is_recorded(
    sqlite_var: Path, tmp_path: Path
) -> None:
    with open_school(sqlite_var, background=False, recording=False) as school:
        before = school.recorder.head().size
    wrong = {
        "--class: у corrections такого выбора нет, есть --period": Chosen("corrections", "2А", period="1"),
        "--class: у conformity такого выбора нет, есть —": Chosen("conformity", "2А"),
        "--subject, --month: у summary-sheet": Chosen("summary-sheet", "2А", "Русский язык", month="2026-09"),
        "--period: у substitutions": Chosen("substitutions", period="1", month="2026-09"),
        "--subgroup: у papers": Chosen("papers", subgroup="1"),
        "--month: у class-page": PAGE._replace(month="2026-09"),
    }
    for said_, chosen in wrong.items():
        with pytest.raises(SettingsError, match=said_):
            run_print(QUIET, sqlite_var, chosen, None, tmp_path / "wrong.pdf")
    again = letopis(
        "print", "--again", "7", "--class", "2А", "--out", str(tmp_path / "wrong.pdf"), "--var", str(sqlite_var)
    )
    assert (again.returncode, "--again" in again.stderr) == (2, True), again.stderr
    with open_school(sqlite_var, background=False, recording=False) as school:
        assert school.recorder.head().size == before


def test_what_cannot_be_read_is_no_verdict(sqlite_var: Path, tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(b"no picture")
    for arguments in (["check-print", str(tmp_path / "scan.png")], ["check-print", "--code", "LETOPIS1/A"]):
        done = letopis(*arguments, "--var", str(sqlite_var))
        assert done.returncode == 3, done.stderr
        assert " / " in done.stderr
    assert letopis("check-print", "--var", str(sqlite_var)).returncode == 2
    assert letopis("check-print", str(tmp_path / "none.png"), "--var", str(sqlite_var)).returncode == 2

"""Archives of two years of one real school: the second continues the first, which was corrected after its hand-over."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import bagit
import orjson
import pytest

from api.cli.console import Console
from api.cli.exporting import ExportOptions, run_export
from api.cli.keeping import export_archive, verifier
from api.settings import SettingsError
from ledger.journal.commands import RegisterPerson
from ledger.log import SignedCheckpoint
from tests.conftest import Database, set_database
from tests.package_judges import JUDGES, judged
from tests.two_years import FIRST_YEAR, SECOND_YEAR, TwoYears, two_years
from tests.unit.ledger.journal.small_school import uid
from tests.verify_archive import manifested, write_folder

QUIET = Console(as_json=True)


@dataclass(frozen=True)
class Made:
    """The archives, and what the second year corrected of the first."""

    folder: Path
    first: Path
    second: Path
    ends: tuple[SignedCheckpoint, SignedCheckpoint]
    vkey: str
    mark: int
    result: int


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    top = tmp_path_factory.mktemp("years")
    with two_years(top / "school") as school:
        mark, result = school.mark, school.result
        one = export_archive(QUIET, school.school, top / "first", documents=True)
        second_year(school)
        two = export_archive(QUIET, school.school, top / "second", documents=True, since=one.size)
        yield Made(top, top / "first", top / "second", (one, two), school.school.signer.vkey, mark, result)


def second_year(school: TwoYears) -> None:
    """Record the second year, in which a mark and a result of the first are corrected."""
    mark, result = school.mark, school.result
    lesson, sheet = school.lessons[-1], school.sheets[0]
    school.year(SECOND_YEAR, 9)
    school.correct(lesson, mark, "5")
    school.correct_result(sheet, result, "5")


def verify(archive: Path, vkey: str, *earlier: Path) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Ask the stand-alone verifier that lies in the archive."""
    options = [word for path in earlier for word in ("--earlier", str(path))]
    program = [sys.executable, "-I", "-S", str(archive / "verify.pyz"), str(archive), *options]
    done = subprocess.run([*program, "--key", vkey, "--json"], cwd="/", capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    answer: dict[str, list[dict[str, str]]] = orjson.loads(done.stdout)
    return done.returncode, answer


def rows(archive: Path, table: str) -> list[dict[str, str]]:
    with (archive / f"data/tables/{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{name.split(" ")[0]: cell for name, cell in row.items()} for row in csv.DictReader(file, delimiter=";")]


def test_a_second_years_archive_is_verified_beside_the_first_and_incomplete_without(made: Made) -> None:
    bagit.Bag(str(made.second)).validate()
    code, answer = verify(made.second, made.vkey, made.first)
    assert (code, answer["findings"], answer["unchecked"]) == (0, [], [])
    code, answer = verify(made.second, made.vkey)
    assert (code, answer["findings"]) == (3, [])
    assert [one["code"] for one in answer["unchecked"]] == ["before-range", "tables-by-form"]
    note = (made.second / "data/log/start-checkpoint").read_bytes()
    assert note == made.ends[0].note == (made.first / "data/log/checkpoint").read_bytes()


def test_it_has_the_rows_of_its_own_year_and_everybodys_name(made: Made) -> None:
    start = made.ends[0].size
    assert {row["class"] for row in rows(made.second, "marks")} == {"9А"}
    assert {row["class"] for row in rows(made.first, "marks")} == {"8А"}
    assert all(int(row["entry"]) >= start for name in ("lessons", "enrollments") for row in rows(made.second, name))
    assert [row["name"] for row in rows(made.second, "people")] == ["Кузнецова", "Авдеева", "Борисов"]
    assert [row["class"] for row in rows(made.second, "courses")] == ["8А", "9А"], "what other rows rest on is whole"
    named = {row["name"] for row in rows(made.second, "marks")}
    assert named == {"Авдеева", "Борисов"}, "they were registered in the year before"


def test_what_was_corrected_after_the_hand_over_comes_as_a_correction_and_as_a_new_sheet(made: Made) -> None:
    assert rows(made.first, "corrections") == rows(made.first, "result_corrections") == []
    (mark,), (result,) = rows(made.second, "corrections"), rows(made.second, "result_corrections")
    assert (int(mark["corrects"]), mark["old"], mark["new"]) == (made.mark, "4", "5")
    assert (int(result["corrects"]), result["old"], result["new"]) == (made.result, "4", "5")
    assert int(mark["corrects"]) < made.ends[0].size <= int(mark["entry"]), "it corrects the archive before this one"
    pages = {str(path.relative_to(made.second / "data/documents")) for path in made.second.rglob("*.pdf")}
    again = {f"2022-2023/8a/{name}.pdf" for name in ("summary", "01-algebra", "corrections-1", "corrections-results")}
    assert {page for page in pages if page.startswith("2022-2023")} == again
    assert {"2023-2024/9a/summary.pdf", "2023-2024/9a/01-algebra.pdf"} <= pages
    sheet = "data/documents/2022-2023/8a/summary.pdf"
    assert (made.first / sheet).read_bytes() != (made.second / sheet).read_bytes()


def test_its_descriptions_say_what_it_continues_and_are_accepted_by_foreign_judges(made: Made, tmp_path: Path) -> None:
    (tmp_path / "tables").symlink_to(made.second / "data/tables")
    assert judged([tmp_path / "tables"]) == {"tables": dict.fromkeys(JUDGES, "")}
    with closing(sqlite3.connect(f"file:{made.second}/data/tables/tables.sqlite?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    page = (made.second / "data/description/description.html").read_text(encoding="utf-8")
    assert f"записи 0…{made.ends[0].size - 1}" in page
    assert FIRST_YEAR in page, "its class was corrected"
    assert SECOND_YEAR in page
    assert "--earlier" in (made.second / "README.txt").read_text(encoding="utf-8")
    assert "--earlier" not in (made.first / "README.txt").read_text(encoding="utf-8")


def test_a_row_changed_in_it_is_found(made: Made, tmp_path: Path) -> None:
    files = {
        str(path.relative_to(made.second)): path.read_bytes()
        for path in made.second.rglob("*")
        if path.is_file() and path.parts[-2] not in ("signature", "spec")
    }
    name = "data/tables/result_corrections.csv"
    assert b";4;5;" in files[name]
    files[name] = files[name].replace(b";4;5;", b";4;4;")
    bag = write_folder(manifested(files), tmp_path / "bag")
    (bag / "verify.pyz").write_bytes(verifier())
    shutil.rmtree(bag / "data/documents")
    code, answer = verify(bag, made.vkey, made.first)
    found = [(one["code"], one["field"]) for one in answer["findings"] if one["code"].startswith("table")]
    assert (code, found) == (1, [("table-cell", "new")])


@pytest.mark.clause("R45", breaks="api.cli.keeping:rows_from", instead=lambda tables, _: iter(tables))
def test_a_third_archive_continues_both(made: Made, tmp_path: Path) -> None:
    with two_years(tmp_path / "school") as school:
        one = export_archive(QUIET, school.school, tmp_path / "one")
        second_year(school)
        two = export_archive(QUIET, school.school, tmp_path / "two", since=one.size)
        school.do(RegisterPerson(person=uid(4_000), kind="student", sd=()))
        export_archive(QUIET, school.school, tmp_path / "three", since=two.size)
        export_archive(QUIET, school.school, tmp_path / "nameless", since=two.size, public=True)
        vkey = school.school.signer.vkey
    code, answer = verify(tmp_path / "nameless", vkey, tmp_path / "two", tmp_path / "one")
    assert (code, answer["findings"]) == (0, []), "what an earlier archive discloses is not told in this one"
    assert verify(tmp_path / "three", vkey, tmp_path / "two", tmp_path / "one")[0] == 0
    code, answer = verify(tmp_path / "three", vkey, tmp_path / "one")
    assert (code, "earlier-mismatch" in [one["code"] for one in answer["findings"]]) == (1, True)
    assert verify(tmp_path / "three", made.vkey, made.second, made.first)[0] == 1, "another school's"


def test_the_command_goes_on_from_the_archives_that_it_is_shown_and_records_what_was_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with two_years(tmp_path / "school"):
        pass
    quick = ExportOptions(documents=False, zip_=True)
    first = quick._replace(record=True, year=FIRST_YEAR)
    assert run_export(QUIET, tmp_path / "school", tmp_path / "one", first) == 0
    size = orjson.loads(capsys.readouterr().out)["size"]
    for number, earlier in enumerate([(tmp_path / "one.zip",), (tmp_path / "one", tmp_path / "0")]):
        options = quick._replace(continues=earlier, record=True, year=FIRST_YEAR)
        assert run_export(QUIET, tmp_path / "school", tmp_path / str(number), options) == 0
        answer = orjson.loads(capsys.readouterr().out)
        assert (answer["recorded"]["verdict"], answer["first"]) == ("verified", size)
        size = answer["size"]
    with pytest.raises(SettingsError, match="--since"):
        run_export(QUIET, tmp_path / "school", tmp_path / "x", quick._replace(since=5, record=True))
    with pytest.raises(SettingsError, match="not an archive"):
        run_export(QUIET, tmp_path / "school", tmp_path / "x", quick._replace(continues=(tmp_path / "school",)))
    with two_years(tmp_path / "another") as school:
        export_archive(QUIET, school.school, tmp_path / "theirs")
    with pytest.raises(SettingsError, match="not an archive of this log"):
        run_export(QUIET, tmp_path / "school", tmp_path / "x", quick._replace(continues=(tmp_path / "theirs",)))
    assert not (tmp_path / "x").exists()


@pytest.fixture
def of_postgres(tmp_path: Path, postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoYears]:
    set_database(monkeypatch, postgres_database)
    with two_years(tmp_path / "school", "postgresql") as school:
        yield school


def test_on_postgresql_too(of_postgres: TwoYears, tmp_path: Path) -> None:
    school = of_postgres.school
    one = export_archive(QUIET, school, tmp_path / "one")
    second_year(of_postgres)
    export_archive(QUIET, school, tmp_path / "two", since=one.size)
    code, answer = verify(tmp_path / "two", school.signer.vkey, tmp_path / "one")
    assert (code, answer["findings"]) == (0, [])

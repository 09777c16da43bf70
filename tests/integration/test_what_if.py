"""Results under other rules of assessment, on both databases: the class worked by hand, and that nothing is written."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from api.cli.console import Console
from api.cli.replaying import Replayed
from api.cli.what_if import read_assumed, run_what_if
from api.schools import OpenSchool
from api.settings import SettingsError
from ledger.journal import commands as cmd
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views.what_if import Assumed, RulesLack, WeightsIdle, WhatIf, WhatIfRow, find_periods, what_if
from tests.conftest import Database
from tests.integration.test_timetable_views import World
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.sample_folders import sample_folder, sample_on_postgres
from tests.unit.ledger.journal.graded_school import END, YEAR_SHEET, adopt_rules, period_marks, result
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    CLASS_A,
    CLASS_B,
    DEPUTY,
    MATHS_A,
    MATHS_B,
    QUARTER_1,
    QUARTER_2,
    STUDENTS_A,
    TEACHER,
    WHOLE_YEAR,
    lesson,
    mark,
    moscow,
    uid,
)

CASE = tomllib.loads(
    (Path(__file__).parents[1] / "worked" / "what_if" / "three_works.toml").read_text(encoding="utf-8")
)
ASSUMED = Assumed(
    {key: value for key, value in CASE["assumed"].items() if key != "weights"}, CASE["assumed"]["weights"]
)
WORKS = (("2026-09-07", "answer", 100), ("2026-09-14", "self_work", 200), ("2026-09-21", "control_work", 300))


class Graded(World):
    """The small school with rules of assessment and short ways to give works and results."""

    def __init__(self, views: Views, rules: bool = True) -> None:
        super().__init__(views)
        self.lessons = 0
        self.rule = self.set_up(adopt_rules()) if rules else None

    def work(
        self,
        day: str,
        kind: str,
        weight: int | None,
        values: dict[str, str],
        course: str = MATHS_A,
        actor: Actor = TEACHER,
    ) -> list[int]:
        """A lesson with one work; the entries of its marks, in the order of `values`."""
        self.lessons += 1
        work = uid(5000 + self.lessons)
        new = cmd.NewWork(work=work, kind=kind, written=False, weight=weight)  # type: ignore[arg-type]
        marks = tuple(mark(student, value, work) for student, value in values.items())
        command = lesson(
            uid(4000 + self.lessons), course=course, held_on=day, number=self.lessons, works=(new,), marks=marks
        )
        self.do(command, actor, moscow(f"{day} 14:00"))
        return list(range(self.journal.size - len(marks), self.journal.size))

    def grade(self, *marks: cmd.NewResult, now: datetime = END, **place: str) -> int:
        """Record results; the entry of the first."""
        self.do(period_marks(*marks, **place), TEACHER, now)
        return self.journal.size - len(marks)

    def ask(self, assumed: Assumed = ASSUMED, period: str = "quarter-1", **more: Any) -> WhatIf:
        at = more.get("at")
        return what_if(self.views, assumed, find_periods(self.views, period, at=at), **more)


@pytest.fixture(params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Views]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        yield opened


@pytest.fixture
def school(views: Views) -> Graded:
    return Graded(views)


def worked_class(school: Graded) -> list[list[int]]:
    """The class of the example; the entries of each work's marks."""
    given = [
        school.work(day, kind, weight, {s: case["marks"][n] for s, case in zip(STUDENTS_A, CASE["student"], strict=True)})
        for n, (day, kind, weight) in enumerate(WORKS)
    ]  # fmt: skip
    school.grade(
        *(
            result(student, case.get("value"), **({"reason": "trend"} if "value" in case else {}))
            for student, case in zip(STUDENTS_A, CASE["student"], strict=True)
            if case["records"]
        )
    )
    return given


def values(row: WhatIfRow) -> tuple[str | None, str | None, str]:
    return row.stands, None if row.by_rules is None else row.by_rules.value, row.assumed.value


def test_a_class_with_three_works_is_the_one_worked_by_hand(school: Graded) -> None:
    given = worked_class(school)
    found = school.ask()
    assert [row.student for row in found.rows] == list(STUDENTS_A)
    for number, (row, case) in enumerate(zip(found.rows, CASE["student"], strict=True)):
        assert case["ru"]
        assert case["en"]
        assert row.stands == case.get("stands"), case["title"]
        assert row.by_rules is not None
        assert list(asdict(row.by_rules).values()) == case["by_rules"], case["title"]
        assert list(asdict(row.assumed).values()) == case["otherwise"], case["title"]
        digits = [work[number] for work, value in zip(given, case["marks"], strict=True) if value != "na"]
        assert [one.entry for one in row.inputs] == digits
        assert (row.class_name, row.subject, row.course, row.what) == ("5А", "Математика", MATHS_A, "period_mark")
    assert [(one.kind, one.weight, one.assumed_weight) for one in found.rows[0].inputs] == [
        ("answer", 100, 100), ("self_work", 200, 100), ("control_work", 300, 600)
    ]  # fmt: skip
    assert asdict(found.from_standing) == CASE["from_standing"]
    assert asdict(found.from_rules) == CASE["from_rules"]
    (period,) = found.periods
    assert (period.period, period.rule) == (QUARTER_1, school.rule)


def test_an_earlier_position_knows_the_marks_of_then(school: Graded) -> None:
    given = worked_class(school)
    then = school.ask(at=given[2][0])
    assert {row.stands for row in then.rows} == {None}
    assert [one.entry for one in then.rows[0].inputs] == [given[0][0], given[1][0]]
    assert values(then.rows[0]) == (None, "na", "5"), "900 / 200 = 4.50, and two marks suffice"
    assert school.ask(at=0, period=QUARTER_1).rows == ()


def test_filters_choose_class_subject_and_student(school: Graded) -> None:
    worked_class(school)
    assert school.ask(class_group=CLASS_B).rows == ()
    assert school.ask(subject="Русский язык").rows == ()
    assert len(school.ask(class_group=CLASS_A, subject="Математика").rows) == 4
    (row,) = school.ask(student=STUDENTS_A[1]).rows
    assert values(row) == ("5", "4", "5")


def test_marks_of_the_former_class_count_in_the_new_one(school: Graded) -> None:
    moved = STUDENTS_A[0]
    school.work("2026-09-07", "answer", 100, {moved: "5"})
    school.do(cmd.WithdrawStudent(class_group=CLASS_A, student=moved, ends_on="2026-09-13"), ADMIN, END)
    school.do(cmd.EnrollStudent(class_group=CLASS_B, student=moved, starts_on="2026-09-14"), ADMIN, END)
    (row,) = school.ask(class_group=CLASS_B).rows
    assert (row.course, len(row.inputs)) == (MATHS_B, 1)
    assert school.ask(class_group=CLASS_A).rows == ()


def test_a_years_and_a_final_mark_are_computed_from_the_results_that_stand(school: Graded) -> None:
    for number, (period, value) in enumerate(((QUARTER_1, "4"), (QUARTER_2, "3"))):
        school.grade(result(value=value, reason="transferred"), sheet=uid(3100 + number), period=period)
    school.grade(result(), sheet=YEAR_SHEET, period=WHOLE_YEAR)
    exam = cmd.NewExamResult(student=STUDENTS_A[0], value="2")
    protocol: dict[str, Any] = {"protocol": "Протокол № 2", "obtained_at": "2027-05-27T12:00"}
    school.do(cmd.RecordExamResults(sheet=YEAR_SHEET, results=(exam,), **protocol), DEPUTY, END)
    school.do(cmd.RecordFinalMarks(sheet=YEAR_SHEET, marks=(result(),)), TEACHER, END)
    # 3.50 goes up to 4, and (4 + 2) / 2 is 3; from 0.60 on it stays 3, and the final mark is of the year's 4 alone.
    found = school.ask(Assumed({"mean_up_from": 60, "final_from": "year"}, {}), period="year")
    assert [(row.what, *values(row)) for row in found.rows] == [
        ("final_mark", "3", "3", "4"),
        ("period_mark", "4", "4", "3"),
    ]
    assert (found.from_standing.rise, found.from_standing.fall) == (1, 1)


def test_without_rules_in_force_the_question_names_all_of_them(views: Views) -> None:
    school = Graded(views, rules=False)
    school.work("2026-09-07", "answer", 100, {STUDENTS_A[0]: "5"})
    with pytest.raises(RulesLack) as caught:
        school.ask()
    assert caught.value.names == (
        "average",
        "four_from",
        "three_from",
        "period_marks_min",
        "mean_up_from",
        "final_from",
    )
    rest: dict[str, str | int] = {
        "average": "weighted", "four_from": 360, "three_from": 260, "period_marks_min": 1, "mean_up_from": 50,
        "final_from": "year",
    }  # fmt: skip
    (row,) = school.ask(Assumed({**ASSUMED.rules, **rest, "marks_min": 1}, {})).rows
    assert values(row) == (None, None, "5")


def test_a_kinds_weight_is_the_questions_else_the_works_own_else_the_rules(school: Graded) -> None:
    """Answer 5, own control work (200) 3, test 4: by the rules 1000, 600 and 1200 of 700, by the question 300 for 3."""
    school.set_up(adopt_rules(weights={"answer": 200, "control_work": 900, "test": 300}))
    for day, kind, weight, value in (
        ("2026-09-07", "answer", None, "5"), ("2026-09-08", "control_work", 200, "3"), ("2026-09-09", "test", None, "4"),
    ):  # fmt: skip
        school.work(day, kind, weight, {STUDENTS_A[0]: value})
    (row,) = school.ask(Assumed({}, {"control_work": 300})).rows
    assert row.by_rules is not None
    assert (row.by_rules.sum, row.by_rules.weight) == (2800, 700)
    assert (row.assumed.sum, row.assumed.weight) == (3100, 800)
    assert [(one.weight, one.assumed_weight) for one in row.inputs] == [(200, 200), (200, 300), (300, 300)]


def test_weights_where_the_mean_is_plain_are_no_question(school: Graded) -> None:
    with pytest.raises(WeightsIdle):
        school.ask(Assumed({"average": "plain"}, {"answer": 300}))


def test_the_rules_are_those_of_the_periods_last_day(school: Graded) -> None:
    later = school.set_up(adopt_rules("2026-10-26", five_from=500))
    school.work("2026-09-07", "answer", 100, {STUDENTS_A[0]: "5"})
    first, second = school.ask(period="quarter-1"), school.ask(period="quarter-2")
    assert [found.periods[0].rule for found in (first, second)] == [school.rule, later]


# The command line ---------------------------------------------------------------------------------------------------

GOOD = "five_from = 440\n[weights]\ncontrol_work = 600\nanswer = 50\n"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("what-if") / "var"
    with sample_folder(folder, limit=2_500):
        pass
    return folder


def question(folder: Path, text: str = GOOD) -> Path:
    file = folder.parent / "weights.toml"
    file.write_text(text, encoding="utf-8")
    return file


def run(var: Path, file: Path, period: str | None = "quarter-1", *, as_json: bool = True, **more: Any) -> int:
    given = {"class_name": "5А", "subject": None, "student": None, "lesson": None, "from_date": None, "to_date": None}
    chosen = Replayed(**{**given, **{name: more.pop(name) for name in list(more) if name in given}})
    options: dict[str, Any] = {"at": None, "position": None, "as_csv": False, **more}
    return run_what_if(Console(as_json=as_json), var, file, chosen, period, **options)


def fingerprint(var: Path) -> dict[str, str]:
    """Every file of a school's folder but the access log, which takes the look at the answer.

    SQLite makes its shared memory and an empty WAL for whoever reads.
    """
    files = sorted(path for path in var.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    files = [path for path in files if not path.name.startswith("access.")]
    files = [path for path in files if path.stat().st_size]
    return {str(path.relative_to(var)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def tables(dsn: str) -> dict[str, list[str]]:
    """All rows of all tables, as text, but those of the access log, which takes the look at the answer."""
    with psycopg.connect(dsn) as connection:
        names = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        heads = [
            row for (row,) in connection.execute("SELECT h::text FROM letopis.heads h WHERE origin LIKE '%/access'")
        ]
        # Rows of a log begin with its number, in the ledger's tables and in no others.
        looks = tuple(f"{head.partition(',')[0]}," for head in heads)
        return {
            name: sorted(
                row
                for (row,) in connection.execute(f"SELECT t::text FROM {name} t")
                if not (name.startswith("letopis.") and looks and row.startswith(looks))
            )
            for (name,) in names
        }


def test_every_byte_of_the_folder_stays_on_sqlite(sample: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    before = fingerprint(sample)
    assert run(sample, question(sample)) == 0
    assert orjson.loads(capsysbinary.readouterr().out)["rows"]
    assert fingerprint(sample) == before


def test_every_row_of_every_table_stays_on_postgresql(
    tmp_path: Path,
    postgres_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    opening: AbstractContextManager[OpenSchool] = sample_on_postgres(
        tmp_path / "var", postgres_database, monkeypatch, limit=2_500
    )
    with opening:
        pass
    before = tables(postgres_database.superuser_dsn)
    assert sum(len(rows) for rows in before.values()) > 2_500
    assert run(tmp_path / "var", question(tmp_path / "var")) == 0
    assert orjson.loads(capsysbinary.readouterr().out)["rows"]
    assert tables(postgres_database.superuser_dsn) == before


def test_text_table_and_object_say_the_same(sample: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    file = question(sample)
    assert run(sample, file) == 0
    content = orjson.loads(capsysbinary.readouterr().out)
    first = content["rows"][0]
    assert run(sample, file, as_json=False, as_csv=True) == 0
    text = capsysbinary.readouterr().out.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(lines) == len(content["rows"])
    assert lines[0]["student (ученик)"] == first["student"]
    assert lines[0]["assumed (иначе)"] == first["assumed"]["value"]
    assert lines[0]["entries (записи)"] == " ".join(str(one["entry"]) for one in first["inputs"])
    assert run(sample, file, as_json=False) == 0
    told = capsysbinary.readouterr().out.decode()
    assert content["people"][first["student"]] in told
    assert "five_from: 460 → 440" in told
    assert "weights.control_work: → 600" in told
    assert f"выше / rise {content['from_rules']['rise']}" in told


WRONG = {
    "an unknown key": ("fife_from = 450\n", "fife_from"),
    "an unknown kind": ("[weights]\nquiz = 100\n", "weights.quiz"),
    "a text for a number": ('five_from = "450"\n', "five_from"),
    "a truth for a number": ("marks_min = true\n", "marks_min"),
    "a fraction": ("five_from = 4.5\n", "five_from"),
    "out of range": ("five_from = 390\n", "401–500"),
    "a weight of nothing": ("[weights]\nanswer = 0\n", "weights.answer"),
    "another word": ('average = "median"\n', "plain, weighted"),
    "weights that are no table": ("weights = 3\n", "weights"),
    "nothing": ("# nothing\n", "says nothing"),
    "no TOML": ("five_from 450\n", "line 1"),
    "twice": ("five_from = 450\nfive_from = 450\n", "line 2"),
    "idle weights": ('average = "plain"\n[weights]\nanswer = 300\n', "plain"),
}


@pytest.mark.parametrize(("text", "named"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_told_by_its_name_and_key(sample: Path, text: str, named: str) -> None:
    file = question(sample, text)
    with pytest.raises(SettingsError) as caught:
        run(sample, file)
    assert str(caught.value).startswith(str(file))
    assert named in str(caught.value)


def test_all_that_is_wrong_in_a_file_is_told_at_once(tmp_path: Path) -> None:
    file = question(tmp_path / "var", "one = 1\nmarks_min = 0\n[weights]\nanswer = -1\n")
    with pytest.raises(SettingsError) as caught:
        read_assumed(file)
    told = str(caught.value).partition("will not do: ")[2].split("; ")
    assert [part.partition(": ")[0] for part in told] == ["one", "marks_min", "weights.answer"]


MISASKED: dict[str, tuple[dict[str, Any], str]] = {
    "no period": ({"period": None}, "quarter-1"),
    "another period": ({"period": "quarter-9"}, "quarter-1"),
    "no such class": ({"class_name": "99Я"}, "--class"),
    "no student": ({"student": "Иванов"}, "--student"),
    "days": ({"from_date": "2026-09-01"}, "--what-if"),
    "two moments": ({"at": "2026-11-01T12:00:00Z", "position": 3}, "--position"),
    "a table and an object": ({"as_csv": True}, "--csv"),
}


@pytest.mark.parametrize(("options", "named"), MISASKED.values(), ids=MISASKED.keys())
def test_a_wrong_option_is_told(sample: Path, options: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        run(sample, question(sample), **options)

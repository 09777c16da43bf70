"""The page counts deadlines as the verifier in Python does: terms, zones, whole journals, and tables that were changed."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from api.cli.console import Console
from api.cli.keeping import export_archive
from projections.engine import Views
from tests.integration.test_worked_planned_lessons import CASES, Worked, check_verifiers
from tests.projection_logs import ORIGIN
from tests.properties.test_verify_deadlines import OfficeLog, tables_of
from tests.properties.test_verify_journal import entries, world
from tests.properties.test_viewer_journals import lie
from tests.sample_folders import sample_folder
from tests.unit.verify.test_verify_terms import OF_2012, RULES, cases, moment
from tests.viewer_browser import OpenedPage, page_of_bytes
from verify.archive import Pinned, verify_archive
from verify.deadline_tables import COLUMNS, COUNTS, ROWS
from verify.deadlines import Deadlines
from verify.findings import Place
from verify.terms import STATUSES, at_wall, end_of

_TABLES = """async (sent) => {
  const bytes = Uint8Array.from(atob(sent), (mark) => mark.charCodeAt(0));
  const text = new TextDecoder("windows-1252").decode(bytes);
  const report = new Letopis.Report();
  const disclosures = new Letopis.Disclosures(report);
  const walk = new Letopis.LogWalk(report, new Letopis.Edge(), disclosures);
  const rules = new Letopis.Rules(report, disclosures, walk);
  const seen = new Letopis.SeenOfDeadlines();
  walk.follow(rules, seen);
  for (let from = 0, line = 1; from < bytes.length; line += 1) {
    const to = bytes.indexOf(10, from);
    walk.take(bytes, from, to, text, line, from);
    from = to + 1;
  }
  await walk.finish(null);
  const deadlines = new Letopis.Deadlines(seen, rules);
  const rows = [...Letopis.rowsOfDeadlines(deadlines)];
  return [rows, [...Letopis.countRowsOfDeadlines(deadlines)]];
}"""
_CLOCK = """([zone, days, minutes]) => {
  const clock = new Letopis.Clock(zone);
  const text = Letopis.momentText;
  return days.map((day) => [text(clock.endOf(day)), ...minutes.map((minute) => text(clock.atWall(day, minute)))]);
}"""
_JUDGE = """([name, own, versions, now, days, of]) => {
  const clock = new Letopis.Clock(own.zone);
  const at = (moment) => (moment === null ? null : Letopis.momentOf(moment));
  const { off, taught } = days;
  const calendar = { isOff: (day) => off.includes(day), isTaught: (day) => taught.includes(day) };
  const terms = new Letopis.Terms(clock, versions, at(now), calendar);
  const [day, done] = [of.day, at(of.at)];
  const wall = (minute) => (minute === null ? null : clock.atWall(day, minute));
  const judged = {
    lesson: () => terms.ofDays(day, "lesson_days", done),
    attendance: () => terms.ofDays(day, "attendance_days", done),
    notice: () => terms.ofDays(day, "notice_days", done),
    oral_mark: () => terms.oralMark(day, done, of.own),
    written_mark: () => terms.writtenMark(day, done, of.own, of.isAbsent),
    refresh: () => terms.refresh(day, done),
    homework: () => terms.homework(day, done, { plannedAt: at(of.planned), startsAt: wall(of.starts), lastEnd: wall(of.end) }),
    result: () => terms.result(at(of.obtained), done),
  };
  const { status, due, late } = judged[name]();
  return [status, due === null ? null : Letopis.momentText(due), late === null ? null : Number(late / 1000000n)];
}"""
ZONES = (
    *("Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut"),
    *("Pacific/Apia", "Africa/Cairo", "America/Havana", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"),
)
CHANGES = (
    (COUNTS, b";0\r\n", b";7\r\n", "deadlines-differ"),
    (COUNTS, b"rule", b"role", "table-header"),
    (COUNTS, b"", b"x;y\r\n", "table-row-extra"),
    (ROWS, "опозданием;".encode(), "опозданием;1".encode(), "deadlines-differ"),
    (ROWS, "не нужно;".encode(), "нет;".encode(), "deadlines-differ"),
    (ROWS, b"rule", b"role", "table-header"),
    (ROWS, b"", b"x;y\r\n", "table-row-extra"),
    (ROWS, b"", b'x;"y\r\n', "table-malformed"),
    (ROWS, "запись урока;".encode(), '"запись урока";'.encode(), "deadlines-differ"),
)


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    with page_of_bytes(chromium, viewer_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deadlines")
    with sample_folder(folder / "school", limit=900) as school:
        export_archive(Console(as_json=True), school, folder / "archive")
    return folder / "archive"


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def on_the_page(page: OpenedPage, lines: list[bytes]) -> list[bytes]:
    raw = b"".join(line + b"\n" for line in lines)
    tables: list[list[str]] = page.page.evaluate(_TABLES, b64encode(raw).decode())
    return ["".join(f"{row}\r\n" for row in table).encode() for table in tables]


def test_says_the_columns_and_judges_the_rules_that_the_verifier_does(page: OpenedPage) -> None:
    assert {name: list(columns) for name, columns in COLUMNS.items()} == page.page.evaluate("Letopis.DEADLINE_COLUMNS")
    assert list(RULES) == page.page.evaluate("Letopis.RULES_OF_DEADLINES")
    assert list(STATUSES) == page.page.evaluate("Letopis.STATUSES")


def test_counts_what_an_archive_says(page: OpenedPage, archive: Path) -> None:
    answer = page.verify(files_of(archive), None)
    assert answer["findings"] == []
    assert [one["code"] for one in answer["unchecked"]] == ["no-key"]
    counts = verify_archive(archive, Pinned(), deadlines=Deadlines()).deadlines
    judged = sum(number for rules in counts.values() for of in rules.values() for number in of.values())
    assert answer["facts"]["deadlines"] == judged > 1000


@pytest.mark.parametrize(("name", "old", "new", "code"), CHANGES)
def test_finds_what_was_changed_where_the_verifier_finds_it(
    page: OpenedPage, archive: Path, tmp_path: Path, name: str, old: bytes, new: bytes, code: str
) -> None:
    files = files_of(archive)
    file = f"data/tables/{name}.csv"
    files[file] = files[file].replace(old, new, 1) if old else files[file] + new
    for path, raw in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(raw)
    found = [(each["code"], str(Place(**each["place"]))) for each in page.verify(files, None)["findings"]]
    report = verify_archive(tmp_path, Pinned(), deadlines=Deadlines())
    assert sorted(found) == sorted((each.code, str(each.place)) for each in report.findings)
    assert code in {each for each, _ in found}


def test_says_which_cell_differs(page: OpenedPage, archive: Path) -> None:
    files = files_of(archive)
    file = f"data/tables/{ROWS}.csv"
    changed = files[file].replace("не нужно;".encode(), "нет;".encode(), 1)
    answer = page.verify(files | {file: changed}, None)
    (found,) = [each for each in answer["findings"] if each["code"] == "deadlines-differ"]
    assert (found["expected"], found["found"]) == ("verdict (вывод): не нужно", "verdict (вывод): нет")


def test_finds_a_row_that_lacks_and_a_table_that_ends(page: OpenedPage, archive: Path) -> None:
    files = files_of(archive)
    file = f"data/tables/{ROWS}.csv"
    lines = files[file].split(b"\r\n")
    for kept, line in ((lines[:4] + lines[5:], 5), ([*lines[:9], b""], 10), ([b""], 2)):
        answer = page.verify(files | {file: b"\r\n".join(kept)}, None)
        (found,) = [each["place"] for each in answer["findings"] if each["code"] == "deadlines-differ"]
        assert (found["file"], found["line"]) == (file, line)


def test_counts_nothing_of_an_archive_without_these_tables(page: OpenedPage, archive: Path) -> None:
    files = {path: raw for path, raw in files_of(archive).items() if "deadline" not in path}
    assert "deadlines" not in page.verify(files, None)["facts"]


@cache
def office(seed: int) -> list[bytes]:
    made = OfficeLog(seed, classes_count=2, students_count=4, courses_count=4)
    return list(made.live(140).log.raws)


@pytest.mark.parametrize("seed", range(6))
def test_makes_the_rows_of_random_schools_at_random_positions(page: OpenedPage, seed: int) -> None:
    lines, chance = office(seed), random.Random(seed)
    for at in (len(lines), *(chance.randint(1, len(lines)) for _ in range(12))):
        assert (at, on_the_page(page, lines[:at])) == (at, tables_of(lines[:at]))


@pytest.mark.parametrize("seed", range(200, 206))
def test_makes_the_rows_of_random_journals_and_of_lies_about_them(page: OpenedPage, seed: int) -> None:
    made, chance = world(seed), random.Random(seed)
    for told in (made.log, *(lie(made, chance) for _ in range(8))):
        lines = entries(made, told)
        assert on_the_page(page, lines) == tables_of(lines), told[-1]


def test_a_class_that_nobody_opened_and_a_period_that_ends_too_early_stop_neither_of_them(page: OpenedPage) -> None:
    made = world(201)
    at = next(at for at, item in enumerate(made.log) if item.type == "class_group_opened")
    assert_alike(page, entries(made, [*made.log[:at], *made.log[at + 1 :]]))
    for at, item in enumerate(made.log):
        if item.type == "period_defined":
            early = item._replace(data=item.data | {"ends_on": "2020-01-01"})
            assert_alike(page, entries(made, [*made.log[:at], early, *made.log[at + 1 :]]))


FIRST_AND_LAST = {
    10: ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"),
    16: ("0001-01-01T00:00", "9999-12-31T23:59"),
}


@pytest.mark.parametrize("seed", range(300, 306))
def test_the_ends_of_the_calendar_stop_neither_of_them(page: OpenedPage, seed: int) -> None:
    """Some days and minutes of a journal, but its year's, are the first and the last that can be written."""
    made, chance = world(seed), random.Random(seed)
    for _ in range(4):
        told = []
        for item in made.log:
            is_other = item.type != "school_year_opened"
            days = {
                name: chance.choice(FIRST_AND_LAST[len(value)])
                for name, value in item.data.items()
                if isinstance(value, str) and value[4:5] == "-" and len(value) in FIRST_AND_LAST
                if is_other and chance.random() < (0.02 if len(value) == 10 else 0.3)
            }
            told.append(item._replace(data=item.data | days))
        assert_alike(page, entries(made, told))


def assert_alike(page: OpenedPage, lines: list[bytes]) -> None:
    assert on_the_page(page, lines) == tables_of(lines)


@pytest.mark.parametrize("zone", ZONES)
def test_reads_the_clock_of_a_zone(page: OpenedPage, zone: str) -> None:
    chance = random.Random(zone)
    start = date(2005, 1, 1)
    days = [start + timedelta(chance.randrange(25 * 365)) for _ in range(150)]
    # Days on which the clocks of the zone are changed, and those beside them.
    hours = (datetime(2005, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(0, 25 * 8766, 6))
    was = None
    for hour in hours:
        offset = hour.astimezone(ZoneInfo(zone)).utcoffset()
        if was not in (None, offset):
            days += [hour.date() + timedelta(beside) for beside in (-2, -1, 0, 1)]
        was = offset
    minutes = ["00:00", "00:30", "01:59", "02:00", "02:30", "03:00", "12:00", "23:30", "23:59"]
    found = page.page.evaluate(_CLOCK, [zone, [day.isoformat() for day in days], minutes])
    expected = [[end_of(day, ZoneInfo(zone)), *(at_wall(day, one, ZoneInfo(zone)) for one in minutes)] for day in days]
    for day, mine, theirs in zip(days, found, expected, strict=True):
        assert (day, mine) == (day, [spelt(one) for one in theirs])


def spelt(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def question(name: str, case: dict[str, Any]) -> list[Any]:
    """A worked case as the page's terms are asked it."""
    own = OF_2012 | case.get("parameters", {})
    versions = [
        {"from": one["from"].isoformat(), "parameters": own | {key: one[key] for key in one if key in OF_2012}}
        for one in case.get("versions", [{"from": date(2012, 9, 1)}])
    ]
    now = moment(case, case.get("now", datetime(2040, 1, 1, tzinfo=UTC)))
    at = moment(case, case.get("recorded"))
    if name == "attendance" and at:
        at = max([at, *(found for one in case.get("absences", ()) if (found := moment(case, one["at"])))])
    due_on, held_on = case.get("due_on"), case.get("held_on")
    is_eve = due_on is not None and due_on - held_on == timedelta(days=1)
    of = {
        "day": plain(held_on),
        "at": spelt(at),
        "own": plain(case.get("made_up_on")),
        "isAbsent": "absence" in case,
        "planned": spelt(moment(case, case["planned"]["at"])) if name == "homework" and "planned" in case else None,
        "starts": case.get("starts", "09:00"),
        "end": case.get("last_end") if is_eve else None,
        "obtained": spelt(moment(case, case["obtained"])) if "obtained" in case else None,
    }
    return [name, {"zone": case["zone"]}, versions, spelt(now), days_of(case), of]


def days_of(case: dict[str, Any]) -> dict[str, list[str]]:
    """The days around a case that are off, and those of its weekends that are taught."""
    first = case.get("held_on") or case["obtained"].date()
    around = [first + timedelta(days) for days in range(-30, 120)]
    weekend = case.get("weekend", [5, 6])
    off = [day for day in around if day in case.get("holidays", [])]
    taught = [day for day in around if day.weekday() >= 5 and day.weekday() not in weekend]
    if "calendars" in case:
        kinds = {day: kinds_of(case, day) for day in around}
        off = [day for day in around if kinds[day] == {"off"}]
        taught += [day for day in around if "taught" in kinds[day]]
    return {"off": [day.isoformat() for day in off], "taught": [day.isoformat() for day in taught]}


def kinds_of(case: dict[str, Any], day: date) -> set[str]:
    found = set()
    for of in case["calendars"]:
        one = next((one for one in of["declared"] if one["from"] <= day <= one["to"]), None)
        is_held = any(first <= day <= last for first, last in of["periods"])
        found.add(("taught" if "as_weekday" in one else "off") if one else ("" if is_held else "off"))
    return found


@pytest.mark.parametrize(("name", "case"), [case for name in RULES for case in cases(name)])
def test_reads_a_term_as_people_did(page: OpenedPage, name: str, case: dict[str, Any]) -> None:
    expect = case["expect"]
    status, due, late = page.page.evaluate(_JUDGE, question(name, case))
    late_by = expect.get("late_by")
    assert (status, due) == (expect["status"], spelt(expect.get("due_utc")))
    assert (late is None) == (late_by is None)
    if late_by is not None:
        days, _, clock = late_by.partition(" d ")
        hours, minutes, seconds = map(int, clock.split(":"))
        assert late == timedelta(days=int(days), hours=hours, minutes=minutes, seconds=seconds).total_seconds()


def test_knows_which_zone_it_does_not_know(page: OpenedPage) -> None:
    known = """(zone) => {
      try {
        return Boolean(new Letopis.Clock(zone));
      } catch (error) {
        return !(error instanceof RangeError);
      }
    }"""
    zones = ("Asia/Yekaterinburg", "Mars/Olympus", "", "+03:00")
    assert [page.page.evaluate(known, zone) for zone in zones] == [True, False, False, False]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["en"])
def test_judges_planned_lessons_as_people_did(page: OpenedPage, tmp_path: Path, case: dict[str, Any]) -> None:
    with Views.open(f"sqlite:{tmp_path}/views.db", ORIGIN) as views:
        lines = Worked(views, case).world.log.raws
    check_verifiers(lines, case)
    assert on_the_page(page, lines) == tables_of(lines)


# A class's Monday: maths, Russian, and English in two subgroups, each in a lesson of its own; `told` is what was cancelled.
_DAY = """(told) => {
  const planning = new Letopis.Planning();
  const ends = ["09:15", "10:10", "11:05", "12:00"];
  const lessons = ends.map((ends_at, at) => ({ number: at + 1, ends_at }));
  planning.bell_schedule_set("bells", 0, { effective_from: "2026-09-01", lessons });
  const courses = ["maths", "russian", "english_1", "english_2"].map((id, at) => {
    const members = at < 2 ? new Map() : new Map([[id, [{ startsOn: "2026-09-01", endsOn: null }]]]);
    return { id, subgroup: at < 2 ? null : id, members, lessons: [] };
  });
  const group = { id: "class", year: "year", grade: 5, courses };
  for (const course of courses) course.group = group;
  const week = courses.map(({ id }, at) => ({ course: id, number: at + 1, weekday: 1, weeks: "every" }));
  planning.timetable_set("class", 1, { effective_from: "2026-09-01", bells: "bells", lessons: week });
  told.forEach(([course, data], at) => planning.lesson_cancelled(course, at + 10, data));
  const [startsOn, endsOn] = ["2026-09-01", "2026-10-25"];
  const period = { key: "period/1", year: "year", kind: "quarter", grades: [5], startsOn, endsOn };
  const setUp = { years: new Map([["year", { startsOn, endsOn: "2027-05-31" }]]) };
  const days = new Letopis.SchoolDays(planning, { setUp, streams: new Map([[period.key, period]]) });
  const lacking = [...days.lacking(group, "2026-09-07")].map(({ number, course, gone }) => [number, course, gone !== null]);
  return [lacking, courses.map((course) => days.lastEnd(course, "2026-09-07"))];
}"""
MONDAY = "2026-09-07"
PLANNED = [[1, "maths", False], [2, "russian", False], [3, "english_1", False], [4, "english_2", False]]


def test_the_last_lesson_is_of_these_students_and_counts_where_it_was_merged_but_not_where_it_is_gone(
    page: OpenedPage,
) -> None:
    assert page.page.evaluate(_DAY, []) == [PLANNED, ["12:00", "12:00", "11:05", "12:00"]]
    gone: list[Any] = ["english_2", {"held_on": MONDAY, "number": 4}]
    assert page.page.evaluate(_DAY, [gone])[1] == ["11:05", "11:05", "11:05", "10:10"]
    merged: list[Any] = ["english_1", {"held_on": MONDAY, "number": 3, "merged_with": "maths"}]
    lacking, ends = page.page.evaluate(_DAY, [gone, merged])
    assert (lacking[2:], ends) == (
        [[3, "english_1", True], [4, "english_2", True]],
        ["11:05", "11:05", "11:05", "10:10"],
    )


def test_a_lesson_that_was_moved_to_a_place_after_its_cancellation_is_another_one(page: OpenedPage) -> None:
    cancelled: list[Any] = ["maths", {"held_on": MONDAY, "number": 1}]
    moved: list[Any] = [
        "maths",
        {"held_on": "2026-09-14", "number": 1, "moved_to": {"held_on": MONDAY, "number": 1}},
    ]
    assert page.page.evaluate(_DAY, [cancelled, moved])[0][:2] == [[1, "maths", True], [1, "maths", False]]
    assert page.page.evaluate(_DAY, [moved, cancelled])[0][:2] == [[1, "maths", True], [1, "maths", True]]


_OFFICE = """(kinds) => {
  const counting = Object.create(Letopis.Deadlines.prototype);
  counting.groups = Object.keys(kinds).map((grade) => ({ year: "year", grade }));
  counting.days = { years: new Map([["year", { startsOn: "2026-09-01", endsOn: "2027-05-31" }]]), kindOf: (grade) => kinds[grade] };
  const { isOff, isTaught } = counting.officeCalendar();
  return ["2026-10-03", "2027-06-01"].map((day) => [isOff(day), isTaught(day)]);
}"""


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        ({"5": "off", "6": "off"}, [True, False]),
        ({"5": "off", "6": ""}, [False, False]),
        ({"5": "off", "6": "taught"}, [False, True]),
        ({"5": "", "6": ""}, [False, False]),
    ],
)
def test_the_office_is_off_where_every_grade_is(page: OpenedPage, kinds: dict[str, str], found: list[bool]) -> None:
    assert page.page.evaluate(_OFFICE, kinds) == [found, [False, False]]

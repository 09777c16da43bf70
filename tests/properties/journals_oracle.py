"""What events.md demands of a class's journal of the year, and tables.md of its summary sheet: plain and slow.

`check` is the main oracle's checker (tests/properties/journal_oracle.py) at the entry in hand.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.properties import results_oracle

if TYPE_CHECKING:
    from tests.properties.journal_oracle import Item, _Checker

REASONS = {"not_required", "student_absent", "not_restorable", "order", "other"}
HEADER = (
    "\ufeffstudent (ученик);subject (предмет);quarter_1 (1 четверть);quarter_2 (2 четверть);quarter_3 (3 четверть);"
    "quarter_4 (4 четверть);trimester_1 (1 триместр);trimester_2 (2 триместр);trimester_3 (3 триместр);"
    "half_year_1 (1 полугодие);half_year_2 (2 полугодие);year (год);exam (экзамен);final (итоговая);"
    "council (педагогический совет)"
)
WORDS = {"na": "н/а", "exempt": "осв", "pass": "зачёт", "fail": "незачёт"}
DECISIONS = {
    "admitted": "допущены к итоговой аттестации",
    "not_admitted": "не допущены к итоговой аттестации",
    "promoted": "переведены",
    "promoted_conditionally": "переведены условно",
    "retained": "оставлены на повторное обучение",
    "graduated": "выпущены",
    "other": "иное",
}


def check_open(check: _Checker, course: str) -> None:
    """Nothing is entered on a course of a class whose journal is closed."""
    assert not is_closed(check, f"class/{check.made('course', course)['class_group']}")


def check_journal_closed(check: _Checker) -> None:
    assert not is_closed(check, check.item.stream)
    excused = check.data["excused"]
    places = [(one["what"], one.get("course", "")) for one in excused]
    assert places == sorted(set(places))
    assert all(one["reason"] in REASONS and one["basis"] and one["count"] > 0 for one in excused)
    periods = _periods(check)
    assert periods
    assert all(check.is_closed(stream) for stream, _ in periods)
    answered = {other.data["request"] for other in check.before if other.data.get("request") is not None}
    streams = [item.stream for item in (*_lessons(check), *_sheets(check))]
    for other in check.before:
        if other.stream in streams and other.type in ("correction_requested", "result_correction_requested"):
            assert other.position in answered
    stated = {place: one["count"] for place, one in zip(places, excused, strict=True)}
    assert stated == dict(Counter([*_of_lessons(check), *_planned(check), *_of_students(check), *_remarks(check)]))


def check_sheet_transferred(check: _Checker) -> None:
    assert is_closed(check, check.item.stream)
    before = [other.data["sha256"] for other in check.of(check.item.stream, "sheet_transferred")]
    assert len(before) < 99
    assert before[-1:] != [check.data["sha256"]]
    assert check.data["sha256"] == hashlib.sha256(sheet(check)).hexdigest()
    assert check.data["number"]
    assert check.data["to"]
    date.fromisoformat(check.data["received_on"])


def sheet(check: _Checker) -> bytes:
    """The class's summary sheet before the entry in hand."""
    columns = [column.partition(" ")[0] for column in HEADER.split(";")][2:]
    lines = [HEADER]
    subjects = {check.made("course", course)["subject"] for course in _courses(check)}
    for student in sorted(_students(check)):
        for subject in sorted(subjects, key=str.encode):
            cells: dict[str, list[tuple[int, str]]] = {}
            for opened in _sheets(check):
                if check.made("course", opened.data["course"])["subject"] != subject:
                    continue
                period = check.made("period", opened.data["period"])
                for one in results_oracle._facts(check, opened.stream):
                    if one["student"] == student and one["value"] is not None:
                        column = {"exam_result": "exam", "final_mark": "final"}.get(one["what"], period["kind"])
                        if column not in ("exam", "final", "year"):
                            column += f"_{period['number']}"
                        word = WORDS.get(one["value"], one["value"])
                        cells.setdefault(column, []).append((one["standing"], word))
            for decision in _council(check):
                if student in decision.data["students"]:
                    word = DECISIONS[decision.data["decision"]]
                    cells.setdefault("council", []).append((decision.position, word))
            words = [", ".join(word for _, word in sorted(cells.get(column, []))) for column in columns]
            lines.append(";".join([student, subject, *words]))
    return "".join(line + "\r\n" for line in lines).encode()


def is_closed(check: _Checker, stream: str) -> bool:
    """Whether a class's journal is closed."""
    types = ("journal_closed", "journal_reopened", "journal_reopening_approved")
    turns = [other for type_ in types for other in check.of(stream, type_)]
    return bool(turns) and max(turns, key=lambda other: other.version).type == "journal_closed"


def _periods(check: _Checker) -> list[tuple[str, dict[str, Any]]]:
    group = check.made("class", check.id())
    return [one for one in check.periods() if one[1]["year"] == group["year"] and group["grade"] in one[1]["grades"]]


def _courses(check: _Checker) -> list[str]:
    return [
        other.stream.partition("/")[2]
        for other in check.before
        if other.type == "course_opened" and other.data["class_group"] == check.id()
    ]


def _made_in(check: _Checker, type_: str) -> list[Item]:
    courses = _courses(check)
    return [other for other in check.before if other.type == type_ and other.data["course"] in courses]


def _lessons(check: _Checker) -> list[Item]:
    return _made_in(check, "lesson_recorded")


def _sheets(check: _Checker) -> list[Item]:
    return _made_in(check, "result_sheet_opened")


def _students(check: _Checker) -> set[str]:
    return {other.data["student"] for other in check.of(check.item.stream, "student_enrolled")}


def _council(check: _Checker) -> list[Item]:
    stream = f"council/{check.made('class', check.id())['year']}"
    decisions = list(check.of(stream, "council_decision_recorded"))
    replaced = {other.data.get("replaces") for other in decisions}
    return [other for other in decisions if other.position not in replaced]


def _is_in(check: _Checker, student: str, day: str, course: str | None = None) -> bool:
    spans = [(start, end) for stream, start, end in check.stays(student) if stream == check.item.stream]
    inside = any(start <= day and (end is None or day <= end) for start, end in spans)
    if course is None or "subgroup" not in check.made("course", course):
        return inside
    stays = check.subgroup_stays(f"course/{course}", student)
    return inside and any(start <= day and (end is None or day <= end) for start, end in stays)


def _of_lessons(check: _Checker) -> list[tuple[str, str]]:
    """Attendance that was never taken, and students who were there and have no mark for a written work."""
    found = []
    for lesson in _lessons(check):
        course, facts = lesson.data["course"], check.facts(of=lesson.stream)
        if not [fact for fact in facts if fact.what == "lesson"]:
            continue
        if lesson.data["attendance"] == "not_taken" and not list(check.of(lesson.stream, "attendance_taken")):
            found.append(("attendance", course))
        for work in [fact for fact in facts if fact.what == "work" and fact.value["written"]]:
            for student in _students(check):
                done = [fact for fact in facts if fact.student == student and fact.what in ("absence", "mark")]
                done = [fact for fact in done if fact.what == "absence" or fact.work == work.work]
                if not done and _is_in(check, student, lesson.data["held_on"], course):
                    found.append(("mark", course))
    return found


def _of_students(check: _Checker) -> list[tuple[str, str]]:
    """Results of periods, and decisions of the council."""
    found = []
    periods = _periods(check)
    for course in _courses(check):
        subject = check.made("course", course)["subject"]
        for stream, period in periods:
            given = {
                one["student"]
                for opened in _sheets(check)
                if f"period/{opened.data['period']}" == stream
                and check.made("course", opened.data["course"])["subject"] == subject
                for one in results_oracle._facts(check, opened.stream)
                if one["what"] == "period_mark" and one["value"] is not None
            }
            without = _students(check) - given
            found += [("result", course) for one in without if _is_in(check, one, period["ends_on"], course)]
    settling = ("promoted", "promoted_conditionally", "retained", "graduated")
    decided = [one.data["students"] for one in _council(check) if one.data["decision"] in settling]
    last = max(period["ends_on"] for _, period in periods)
    waiting = [one for one in _students(check) if not any(one in students for students in decided)]
    return [*found, *(("council", "") for one in waiting if _is_in(check, one, last))]


def _remarks(check: _Checker) -> list[tuple[str, str]]:
    raised = [other for other in check.before if other.type == "remark_raised"]
    return [
        ("remark", "")
        for other in raised
        if other.data["class_group"] == check.id() and not list(check.of(other.stream, "remark_closed"))
    ]


def _planned(check: _Checker) -> list[tuple[str, str]]:
    """Lessons of the timetable that nobody recorded or cancelled."""
    found = []
    year = check.made("year", check.made("class", check.id())["year"])
    day = date.fromisoformat(year["starts_on"])
    while day.isoformat() <= year["ends_on"]:
        found += _planned_on(check, day, date.fromisoformat(year["starts_on"]))
        day += timedelta(days=1)
    return found


def _planned_on(check: _Checker, day: date, first: date) -> list[tuple[str, str]]:
    text = day.isoformat()
    weeks = [one.data for one in check.of(f"timetable/{check.id()}", "timetable_set")]
    in_force = [week for week in weeks if week["effective_from"] <= text]
    weekday = _weekday(check, day)
    if not in_force or weekday is None:
        return []
    monday, first_monday = (one - timedelta(days=one.weekday()) for one in (day, first))
    parity = ("odd", "even")[(monday - first_monday).days // 7 % 2]
    lessons = [
        one for one in in_force[-1]["lessons"] if one["weekday"] == weekday and one["weeks"] in ("every", parity)
    ]
    found = []
    for course in {one["course"] for one in lessons}:
        gone = {other.data["corrects"] for other in check.of(f"cancellation/{course}", "cancellation_withdrawn")}
        cancelled = [
            other.data["number"]
            for other in check.of(f"cancellation/{course}", "lesson_cancelled")
            if other.position not in gone and other.data["held_on"] == text
        ]
        planned = {one["number"] for one in lessons if one["course"] == course} - set(cancelled)
        held = [
            fact.value["number"]
            for lesson in _lessons(check)
            if (lesson.data["course"], lesson.data["held_on"]) == (course, text)
            for fact in check.facts(of=lesson.stream)
            if fact.what == "lesson"
        ]
        found += [("lesson", course)] * max(0, len(planned) - len(held))
    return found


def _weekday(check: _Checker, day: date) -> int | None:
    """As which weekday a day is taught in the class's grade; None: it is no school day."""
    group, text = check.made("class", check.id()), day.isoformat()
    if not any(period["starts_on"] <= text <= period["ends_on"] for _, period in _periods(check)):
        return None
    stream = f"calendar/{group['year']}"
    revoked = {other.data["revokes"] for other in check.of(stream, "calendar_entry_revoked")}
    standing = [
        other
        for other in check.before
        if other.stream == stream and other.position not in revoked and group["grade"] in other.data.get("grades", ())
    ]
    for other in reversed(standing):
        if other.type == "school_day_declared" and other.data["on"] == text:
            as_weekday: int = other.data["as_weekday"]
            return as_weekday
        if other.type == "days_off_declared" and other.data["starts_on"] <= text <= other.data["ends_on"]:
            return None
    return day.isoweekday()

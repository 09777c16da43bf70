"""Final marks over years of study (events.md, "Over years of study"): which marks they are of, and what lacks."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from verify.state import NULL, Course, Person, Sheet

if TYPE_CHECKING:
    from verify.replay import Replay

_NOT_ASSESSED: Final = b'"na"'


class OverYears(NamedTuple):
    """The entry and value of each mark that takes part, and the grades that lack, rising."""

    marks: list[tuple[int, bytes]]
    lacks: list[int]


def are_in_order(over: dict[str, Any] | None) -> bool:
    """Say whether grades and earlier titles rise, with no grade below the first and no title as it was."""
    if over is None:
        return True
    grades, was = over["grades"], [one["was"] for one in over.get("renamed", ())]
    rises = grades == sorted(set(grades)) and was == sorted(set(was))
    is_new = all(one["was"] != one["title"] for one in over.get("renamed", ()))
    return rises and is_new and bool(grades[0] >= over["first_grade"])


def over_years(rules: dict[str, Any], sheet: Sheet) -> dict[str, Any] | None:
    """Return how the rules make final marks of several years, where they do for this sheet's class."""
    over: dict[str, Any] | None = rules.get("final_over_years")
    group = sheet.course.group if sheet.course is not None else None
    return over if over is not None and group is not None and int(group.grade or 0) in over["grades"] else None


def final_over_years(replay: "Replay", sheet: Sheet, person: Person, over: dict[str, Any]) -> OverYears:
    """Return what a final mark is of, and what lacks, as the entries so far say."""
    course = sheet.course
    if course is None or course.group is None:
        return OverYears([], [])
    own = int(course.group.grade)
    titles = {course.subject, *(one["was"].encode() for one in over.get("renamed", ())
                                if one["title"].encode() == course.subject)}  # fmt: skip
    found = OverYears([], [])
    for grade in range(over["first_grade"], own + 1):
        year = course.group.year if grade == own else _earlier(replay, person, b"%d" % grade, course.group.year)
        if year is None:
            found.lacks.append(grade)
            continue
        marks, have, is_assessed = _marks(replay, person, (year, b"%d" % grade), titles, over["marks"])
        found.marks.extend(marks)
        taught = {title for title, _, _ in have} | ({course.subject} if grade == own else set())
        for title in titles:
            subject = replay.subjects.get((year, title))
            if subject is not None and any(_is_taught(each, person, b"%d" % grade) for each in subject.courses):
                taught.add(title)
        wanted = [
            (period.kind, period.number)
            for period in replay.journals.periods.get((year, b"%d" % grade), ())
            if period.kind.decode() in over["marks"]
        ]
        is_whole = bool(wanted) and all((title, *period) in have for title in taught for period in wanted)
        if not is_assessed or (taught and not is_whole):
            found.lacks.append(grade)
    return found


def _earlier(replay: "Replay", person: Person, grade: bytes, before: bytes) -> bytes | None:
    """Return the last year before this one in which the student was in a class of the grade."""
    years = replay.timetables.years
    if before not in years:
        return None
    last = None
    for year, (starts_on, _) in years.items():
        is_before = starts_on < years[before][0] and (last is None or starts_on >= years[last][0])
        if is_before and any(person in group.roster for group in replay.classes.get((year, grade), ())):
            last = year
    return last


def _is_taught(course: Course, person: Person, grade: bytes) -> bool:
    group = course.group
    is_in = group is not None and group.grade == grade and person in group.roster
    return is_in and (course.subgroup is None or person in course.members)


def _marks(
    replay: "Replay", person: Person, place: tuple[bytes, bytes], titles: set[bytes], kinds: list[str]
) -> tuple[list[tuple[int, bytes]], set[tuple[bytes, bytes, bytes]], bool]:
    """Return the marks of a year of study, of which titles and periods they are, and whether the year was assessed."""
    year, grade = place
    marks, have, is_assessed = [], set(), True
    for title in titles:
        subject = replay.subjects.get((year, title))
        for sheet in subject.graded.get(person, ()) if subject is not None else ():
            fact, period = sheet.results.get(("period_mark", person)), sheet.period
            group = sheet.course.group if sheet.course is not None else None
            if fact is None or fact.value == NULL or period is None or group is None:
                continue
            if group.grade == grade and period.kind.decode() in kinds:
                marks.append((fact.standing, fact.value))
                have.add((title, period.kind, period.number))
                is_assessed &= not (period.kind == b"year" and fact.value == _NOT_ASSESSED)
    return marks, have, is_assessed

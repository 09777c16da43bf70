"""Final marks over years of study as events.md says it: plain and slow, over all entries before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.properties.journal_oracle import _Checker


def is_rule(over: dict[str, Any]) -> bool:
    """Whether the rule may be so."""
    grades, renamed = over["grades"], over.get("renamed", [{"title": "", "was": "-"}])
    was = [one["was"] for one in renamed]
    return (
        over.keys() - {"renamed"} == {"first_grade", "grades", "marks", "source"}
        and grades == sorted(set(grades)) != []
        and {1 <= grade <= 12 for grade in (*grades, over["first_grade"])} == {True}
        and over["first_grade"] <= grades[0]
        and over["marks"] == sorted(set(over["marks"]))
        and "year" in over["marks"]
        and set(over["marks"]) <= {"quarter", "trimester", "half_year", "year"}
        and over["source"] != ""
        and was == sorted(set(was)) != []
        and all(one["was"] and one["title"] != one["was"] for one in renamed)
    )


def over_years(
    check: _Checker, over: dict[str, Any], course: dict[str, Any], facts: Any
) -> tuple[list[tuple[int, str]], list[int]]:
    """Entry and value of each mark of all years of study, and the grades that lack; `facts(stream)`: of a sheet."""
    student = check.data["student"]
    grade = check.made("class", course["class_group"])["grade"]
    titles = {course["subject"], *(one["was"] for one in over.get("renamed", []) if one["title"] == course["subject"])}
    classes = {stream.partition("/")[2] for stream, _, _ in check.stays(student)}
    marks: list[tuple[int, str]] = []
    lacks = []
    for each in range(over["first_grade"], grade + 1):
        year = course["year"] if each == grade else _year_before(check, classes, each, course["year"])
        if year is None:
            lacks.append(each)
            continue
        there, taught = [], {course["subject"]} if each == grade else set()
        for other in check.before:
            if other.type not in ("course_opened", "result_sheet_opened"):
                continue
            of = other.data if other.type == "course_opened" else check.made("course", other.data["course"])
            group = check.made("class", of["class_group"])
            if (group["year"], group["grade"]) != (year, each) or of["subject"] not in titles:
                continue
            if other.type == "course_opened":
                members = {joined.data["student"] for joined in check.of(other.stream, "subgroup_joined")}
                if of["class_group"] in classes and ("subgroup" not in of or student in members):
                    taught.add(of["subject"])
                continue
            period = check.made("period", other.data["period"])
            for fact in facts(other.stream):
                own = (fact["what"], fact["student"]) == ("period_mark", student) and fact["value"]
                if own and period["kind"] in over["marks"]:
                    there.append((of["subject"], other.data["period"], period["kind"], fact))
        taught |= {subject for subject, _, _, _ in there}
        wanted = {
            stream.partition("/")[2]
            for stream, period in check.periods()
            if period["year"] == year and each in period["grades"] and period["kind"] in over["marks"]
        }
        missing = [
            1 for subject in taught for one in wanted or {""} if (subject, one) not in {mark[:2] for mark in there}
        ]
        if missing or any((kind, fact["value"]) == ("year", "na") for _, _, kind, fact in there):
            lacks.append(each)
        marks += [(fact["standing"], fact["value"]) for _, _, _, fact in there]
    return marks, lacks


def _year_before(check: _Checker, classes: set[str], grade: int, than: str) -> str | None:
    begins = check.made("year", than)["starts_on"]
    years = []
    for other in check.before:
        if other.type == "school_year_opened" and other.data["starts_on"] < begins:
            year = other.stream.partition("/")[2]
            groups = [check.made("class", one) for one in classes]
            if any((group["year"], group["grade"]) == (year, grade) for group in groups):
                years.append((other.data["starts_on"], other.position, year))
    return max(years)[2] if years else None

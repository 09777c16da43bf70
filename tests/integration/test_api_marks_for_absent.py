"""Marks for who was absent over HTTP, on both databases: refused, or taken and flagged with what that rests on."""

from __future__ import annotations

from typing import Any

from tests.http_class import DAY, FIRST, SmallClass, fact, problem, tag
from tests.http_school import Served, post
from tests.integration.test_api_regulation import version


def body_of(school: SmallClass) -> dict[str, Any]:
    """A lesson whose second student is absent and has a mark."""
    body = school.lesson()
    body["marks"].append({**body["marks"][0], "student": school.students[1], "value": "3"})
    return body


def values_of(page: dict[str, Any], student: str) -> dict[str, dict[str, Any]]:
    (line,) = [line for line in page["lines"] if line["student"] == student]
    return {value["what"]: value for value in line["values"]}


def test_a_mark_for_an_absent_student_is_refused_or_flagged_as_the_regulation_says(server: Served) -> None:
    school = SmallClass(server)
    present, absent = school.students
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        body = body_of(school)
        assert problem(teacher.post("/lessons", json=body), 409, "absent_student")["where"] == "marks[1].student"
        post(admin, "/regulations", version(FIRST))
        assert problem(teacher.post("/lessons", json=body), 409, "absent_student")["clause"] == "2.2.4"
        regulation = post(admin, "/regulations", version(FIRST, mark_for_absent="flag"))["first_index"]
        first = post(teacher, "/lessons", body)["first_index"]
        later = post(admin, "/regulations", version(FIRST))["first_index"]
        assert later > first

        page = teacher.get(f"/classes/{school.group}/page", params={"course": school.course}).json()
        flagged = values_of(page, absent)
        flag = {"absence": flagged["absence"]["entry"], "regulation": regulation}
        assert flagged["mark"]["flag"] == flag
        assert flagged["absence"]["flag"] is None
        assert values_of(page, present)["mark"]["flag"] is None
        diary = school.read(f"/students/{absent}/page").json()
        assert [value["flag"] for value in diary["lessons"][0]["values"] if value["what"] == "mark"] == [flag]
        (row,) = school.read("/flagged-marks", params={"class_group": school.group, "from": DAY, "to": DAY}).json()[
            "rows"
        ]
        assert (row["student"], row["value"], row["code"], row["flag"]) == (absent, "3", "absent", flag)
        for query in ({"student": present}, {"to": FIRST}, {"at": str(first)}):
            assert school.read("/flagged-marks", params=query).json()["rows"] == []


def test_a_flag_goes_with_the_absence_and_names_the_entry_that_stands_for_it(server: Served) -> None:
    school = SmallClass(server)
    absent = school.students[1]
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        regulation = post(admin, "/regulations", version(FIRST, mark_for_absent="flag"))["first_index"]
        answer = teacher.post("/lessons", json=body_of(school))
        place = "/lessons/" + answer.headers["location"].rpartition("/")[2]
        absence = fact(teacher, place, "absence")
        reason = {"absence": absence["standing"], "code": "ill", "basis": "справка № 5"}
        set_by = post(teacher, f"{place}/absence-reasons", reason, **tag(teacher, place))["first_index"]
        (row,) = school.read("/flagged-marks", params={"student": absent}).json()["rows"]
        assert (row["code"], row["flag"]) == ("ill", {"absence": set_by, "regulation": regulation})
        annul = {"corrects": set_by, "new": None, "reason": "typo"}
        gone = post(teacher, f"{place}/corrections", annul, **tag(teacher, place))["first_index"]
        assert school.read("/flagged-marks").json()["rows"] == []
        newer = post(admin, "/regulations", version(FIRST, mark_for_absent="flag", notice_days=4))["first_index"]
        again = {"corrects": gone, "new": "excused", "reason": "typo"}
        stands = post(teacher, f"{place}/corrections", again, **tag(teacher, place))["first_index"]
        (row,) = school.read("/flagged-marks").json()["rows"]
        assert row["flag"] == {"absence": stands, "regulation": newer}

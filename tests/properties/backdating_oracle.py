"""What events.md demands of acts that change days of a closed period; a part of the journal's oracle, slow and plain."""

from __future__ import annotations

from typing import Any

ACTS = {
    "teacher_assigned",
    "class_teacher_assigned",
    "student_enrolled",
    "subgroup_joined",
    "student_left",
    "subgroup_left",
}

ORDERS = {
    "duty_assigned": "teacher",
    "duty_ended": "teacher",
    "responsible_appointed": "staff",
    "regulation_adopted": "",
    "timetable_set": "",
    "bell_schedule_set": "",
    "days_off_declared": "",
    "school_day_declared": "",
    "calendar_entry_revoked": "",
}
CALENDAR = ("days_off_declared", "school_day_declared", "calendar_entry_revoked")
"""Of which kind the person is whom an order is about."""


def check_asked(check: Any) -> None:
    """Judge a request to act, or a refusal."""
    data = check.data
    assert data["basis"]
    if check.item.type.endswith("_refused"):
        _check_answer(check)
        return
    kind = "teacher" if data["what"].endswith("teacher_assigned") else "student"
    assert {"teacher", "student"} & data.keys() == {kind}
    assert check.made("person", data[kind])["kind"] == kind
    assert data["what"] in ACTS
    assert data["what"].startswith(("student", "class")) == check.item.stream.startswith("class/")


def check_act(check: Any) -> None:
    """Judge an act: alone outside closed periods, or of a request as it was asked."""
    data = check.data
    day = data.get("starts_on") or data["ends_on"]
    if "request" in data:
        asked = _check_answer(check)
        who = data.get("teacher") or data["student"]
        assert (asked.data["what"], asked.data["day"]) == (check.item.type, day)
        assert who == (asked.data.get("teacher") or asked.data["student"])
        return
    group = check.item.stream.partition("/")[2]
    if check.item.stream.startswith("course/"):
        group = check.made("course", group)["class_group"]
    made = check.made("class", group)
    for stream, period in check.periods():
        if period["year"] == made["year"] and made["grade"] in period["grades"] and check.is_closed(stream):
            assert period["ends_on"] < day or ("ends_on" in data and period["ends_on"] == day)


def check_setup_asked(check: Any) -> None:
    """Judge a request for an order of the school, or a refusal."""
    data = check.data
    assert data["basis"]
    if check.item.type == "setup_backdating_refused":
        check.check_answer(data["request"], "setup_backdating_requested")
        return
    kind = ORDERS[data["what"]]
    assert ("person" in data) == bool(kind)
    assert ("class_group" in data) == (data["what"] == "timetable_set")
    assert ("bells" in data) == (data["what"] == "bell_schedule_set")
    assert ("year" in data) == (data["what"] in CALENDAR)
    if kind:
        assert check.made("person", data["person"])["kind"] == kind
    if "class_group" in data:
        check.made("class", data["class_group"])
    if "bells" in data:
        check.made("bells", data["bells"])
    if "year" in data:
        check.made("year", data["year"])


def check_setup_act(check: Any) -> None:
    """Judge an order: alone outside closed periods, or of a request as it was asked."""
    data, what = check.data, check.item.type
    day = data.get("starts_on") or data.get("effective_from") or data.get("on") or data.get("ends_on")
    if what == "calendar_entry_revoked":
        revoked = check.before[data["revokes"]].data
        day = revoked.get("starts_on") or revoked.get("on")
        assert data.get("day") == (day if "request" in data else None)
    class_group = check.item.stream.partition("/")[2] if what == "timetable_set" else None
    bells = check.item.stream.partition("/")[2] if what == "bell_schedule_set" else None
    year = check.item.stream.partition("/")[2] if what in CALENDAR else None
    if "request" in data:
        asked = check.before[data["request"]]
        assert asked.type == "setup_backdating_requested"
        assert (asked.data["what"], asked.data["day"]) == (what, day)
        about = tuple(asked.data.get(name) for name in ("person", "class_group", "bells", "year"))
        assert about == (data.get("person"), class_group, bells, year)
        people = [{item.actor, item.on_behalf_of} - {None} for item in (check.item, asked)]
        assert not people[0] & people[1]
        assert not [other for other in check.before if other.data.get("request") == data["request"]]
        return
    if bells and not list(check.of(check.item.stream, what)):
        return
    made = check.made("class", class_group) if class_group else None
    for stream, period in check.periods():
        is_its = made is None or (period["year"] == made["year"] and made["grade"] in period["grades"])
        if is_its and check.is_closed(stream):
            assert period["ends_on"] < day or (what == "duty_ended" and period["ends_on"] == day)


def _check_answer(check: Any) -> Any:
    kind = check.item.stream.partition("/")[0]
    return check.check_answer(check.data["request"], f"{kind}_backdating_requested")

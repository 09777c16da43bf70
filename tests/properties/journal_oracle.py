"""What verify/spec/events.md demands of a log, checked over its events alone: no code of the journal's rules is used.

Slow and plain on purpose: everything is computed again from the list of entries whenever it is asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from tests.properties import journals_oracle, results_oracle
from tests.properties.accounts_oracle import AccountsOracle
from tests.properties.backdating_oracle import ACTS, check_act, check_asked, check_setup_act, check_setup_asked
from tests.properties.backups_oracle import BackupsOracle
from tests.properties.blocking_oracle import BlockingOracle
from tests.properties.erasures_oracle import ErasuresOracle
from tests.properties.excuses_oracle import ExcusesOracle
from tests.properties.papers_oracle import PapersOracle
from tests.properties.prints_oracle import PrintsOracle
from tests.properties.reopening_oracle import check_reopening
from tests.properties.service_oracle import ServiceOracle
from tests.properties.timetable_oracle import DECLARATIONS, TimetableOracle
from tests.properties.witnesses_oracle import WitnessesOracle

FACTS = ("lesson", "substitution", "work", "make_up", "mark", "absence", "lateness", "early_leave", "homework")
TURNS = ("period_closed", "period_reopened", "period_reopening_approved")
CREATE = {
    "school": "school_opened",
    "person": "person_registered",
    "year": "school_year_opened",
    "period": "period_defined",
    "class": "class_group_opened",
    "course": "course_opened",
    "plan": "lesson_plan_imported",
    "lesson": "lesson_recorded",
    "regulation": "regulation_adopted",
    "responsible": "responsible_appointed",
    "verification": "verification_recorded",
    "archive": "archive_recorded",
    "handover": "archive_handed_over",
    "timing": "register_timed",
    "printout": "printout_registered",
    "backup": "backup_taken",
    "prints": "sheet_issued",
    "retention": "retention_schedule_adopted",
    "hold": "legal_hold_placed",
    "erasure": "erasure_proposed",
    "blocking": "personal_data_blocked",
    "anchor": "access_log_anchored",
    "accounts": "accounts_founded",
    "account": "account_opened",
    "paper": "paper_stored",
    "refresh": "annual_refresh_opened",
    "control": "control_check_recorded",
    "remark": "remark_raised",
    "duty": "duty_assigned",
    "backdating": "setup_backdating_requested",
    "bells": "bell_schedule_set",
    "timetable": "timetable_set",
    "certificate": "certificate_recorded",
    "cancellation": "lesson_cancelled",
    "incident": "incident_opened",
    "excuse": "excuse_accepted",
    "freshness": "freshness_measured",
    "portal": "portal_listed",
    "witness": "witness_appointed",
    "substitution": "substitution_planned",
    "homework": "homework_posted",
    "schedule": "work_scheduled",
    "assessment": "assessment_rules_adopted",
    "results": "result_sheet_opened",
    "council": "council_decision_recorded",
}
ALWAYS_THE_SAME = {"regulation", "responsible", "assessment", "retention"}
DATA_FIELDS = {"family_name", "given_name", "patronymic", "birth_date", "address", "phone", "email"}
HANDLINGS = {"refuse", "flag"}
BAD = {"1", "2", "fail", "1/1", "1/2", "2/1", "2/2"}
PARAMETERS: dict[str, Any] = {
    "lesson_days": 99,
    "attendance_days": 99,
    "oral_mark_days": 99,
    "written_mark_days": 99,
    "homework_days": 99,
    "homework_after_last_lesson_minutes": 999,
    "planned_homework_is_exempt": bool,
    "unposted_homework_is_not_assigned": bool,
    "mark_for_unassigned_homework": HANDLINGS,
    "mark_for_absent": HANDLINGS,
    "weekends_extend": bool,
    "holidays_extend": bool,
    "result_hours": 999,
    "notice_days": 99,
    "annual_refresh_until": str,
}
STATES = {
    "lesson_recorded": "lesson",
    "substitution_recorded": "substitution",
    "work_recorded": "work",
    "make_up_recorded": "make_up",
    "mark_recorded": "mark",
    "absence_recorded": "absence",
    "lateness_recorded": "lateness",
    "early_leave_recorded": "early_leave",
    "homework_assigned": "homework",
}


class Item(NamedTuple):
    """One entry: type without its version, `data` as plain JSON values."""

    position: int
    stream: str
    version: int
    type: str
    data: dict[str, Any]
    actor: str
    on_behalf_of: str | None = None
    at: str = "2026-09-01T06:12:40.000125Z"

    @property
    def author(self) -> str:
        """Whose the entry is: for whom it was made, else who acted."""
        return self.actor if self.on_behalf_of is None else self.on_behalf_of


def check_log(log: Sequence[Item], *, is_whole: bool = True) -> None:
    """Fail on the first entry that events.md does not allow behind those before it.

    A log that is not whole may end in the midst of a command.
    """
    for position, item in enumerate(log):
        _Checker(log[:position], item).check()
    if log and is_whole:
        _Checker(log[:-1], log[-1]).check_end()


class _Standing(NamedTuple):
    what: str
    first: int
    standing: int
    value: Any
    student: str | None
    work: str | None


class _Checker(
    TimetableOracle,
    ExcusesOracle,
    ServiceOracle,
    WitnessesOracle,
    PrintsOracle,
    BackupsOracle,
    ErasuresOracle,
    BlockingOracle,
    AccountsOracle,
    PapersOracle,
):
    before: Sequence[Item]
    item: Item

    def __init__(self, before: Sequence[Item], item: Item) -> None:
        self.before = before
        self.item = item
        self.data = item.data

    def check(self) -> None:
        item = self.item
        kind, id_ = item.stream.split("/")
        own = [other for other in self.before if other.stream == item.stream]
        assert item.position == len(self.before)
        assert item.version == len(own) + 1
        if kind == "control":
            assert item.type == CREATE[kind]
        elif kind in ALWAYS_THE_SAME:
            assert item.type == CREATE[kind]
            assert item.stream == f"{kind}/{self.before[0].stream.partition('/')[2]}"
        elif kind in ("duty", "backdating"):
            assert item.stream == f"{kind}/{self.before[0].stream.partition('/')[2]}"
            assert item.type == CREATE[kind] or item.version > 1
        elif kind == "calendar":
            assert item.version > 1 or item.type in DECLARATIONS
        elif kind in {
            "hold",
            "erasure",
            "blocking",
            "anchor",
            "paper",
            "certificate",
            "cancellation",
            "schedule",
            "substitution",
            "homework",
            "portal",
            "prints",
            "witness",
            "account",
        }:
            assert item.type == CREATE[kind] or item.version > 1
        elif kind in {"bells", "timetable", "council"}:
            assert item.type == CREATE[kind]
        else:
            assert (item.type == CREATE[kind]) == (item.version == 1), item
        assert (item.type == "school_opened") == (item.position == 0)
        assert len(id_) == 36
        assert item.on_behalf_of != item.actor
        if item.type != "substitution_recorded":
            self.check_nobody_waits(self.before)
        self.check_employed()
        getattr(self, "check_homework_stream" if kind == "homework" else f"check_{kind}")()

    def check_end(self) -> None:
        """Nothing follows this entry: a lesson that needs its substitution behind it has none."""
        self.check_nobody_waits([*self.before, self.item])

    # set-up ---------------------------------------------------------------------------------------------------------

    def check_school(self) -> None:
        assert self.data.keys() == {"clock", "name", "origin", "time_zone"}

    def check_person(self) -> None:
        getattr(self, f"check_{self.item.type}")()

    def check_person_registered(self) -> None:
        assert self.data["_sd"] == sorted(set(self.data["_sd"]))
        assert len(self.data["_sd"]) <= 4

    # people's data -------------------------------------------------------------------------------------------------

    def check_guardian_linked(self) -> None:
        assert self.kind() == "student"
        assert self.made("person", self.data["guardian"])["kind"] == "guardian"
        assert self.data["relation"] in {"mother", "father", "guardian", "other"}
        assert self.link(self.id(), self.data["guardian"]) is None

    def check_guardian_unlinked(self) -> None:
        assert self.kind() == "student"
        assert self.link(self.id(), self.data["guardian"]) is not None

    def check_data_change_notice_received(self) -> None:
        date.fromisoformat(self.data["received_on"])
        assert self.data["how"] in {"written", "electronic", "oral"}
        if "given_by" in self.data:
            self.made("person", self.data["given_by"])
        if "about" in self.data:
            self.check_names(self.data["about"])

    def check_personal_data_changed(self) -> None:
        self.check_names(self.data["fields"])
        assert self.data["_sd"] == sorted(set(self.data["_sd"]))
        assert len(self.data["_sd"]) <= len(self.data["fields"])
        assert not self.data["_sd"] or not self.erased_before(self.id())
        self.check_answers()

    def check_personal_data_confirmed(self) -> None:
        assert self.data.keys() & {"notice", "refresh"}
        date.fromisoformat(self.data["confirmed_on"])
        self.check_answers()
        if "refresh" in self.data:
            assert self.made("refresh", self.data["refresh"])["opens_on"] <= self.data["confirmed_on"]

    def check_names(self, names: list[str]) -> None:
        assert names == sorted(set(names)) != []
        assert set(names) <= DATA_FIELDS

    def check_answers(self) -> None:
        answers = [*self.of(self.item.stream, "personal_data_changed")]
        answers += self.of(self.item.stream, "personal_data_confirmed")
        if "notice" in self.data:
            notice = self.before[self.data["notice"]]
            assert (notice.stream, notice.type) == (self.item.stream, "data_change_notice_received")
            assert all(other.data.get("notice") != notice.position for other in answers)
        if "refresh" in self.data:
            self.made("refresh", self.data["refresh"])
            assert all(other.data.get("refresh") != self.data["refresh"] for other in answers)

    def check_refresh(self) -> None:
        self.made("year", self.id())
        assert self.data["opens_on"] <= self.data["until"]

    def check_delivery_consent_given(self) -> None:
        assert self.kind() == "guardian"
        self.check_method()
        assert self.data["channel"] in {"in_system", "email", "sms"}
        assert len(self.data.get("_sd", ())) == (self.data["channel"] != "in_system")
        assert "_sd" not in self.data or not self.erased_before(self.id())
        assert self.link(self.data["student"], self.id()) is not None
        standing = [consent.data["channel"] for consent in self.consents(self.id(), self.data["student"])]
        assert self.data["channel"] not in standing

    def check_delivery_consent_withdrawn(self) -> None:
        assert self.kind() == "guardian"
        self.check_method()
        consent = self.before[self.data["consent"]]
        assert (consent.stream, consent.type) == (self.item.stream, "delivery_consent_given")
        assert consent in self.consents(self.id(), consent.data["student"])

    def check_method(self) -> None:
        paper = self.data.keys() & {"application_number", "application_date"}
        if self.data["method"] == "written":
            assert len(paper) == 2
            assert self.data["application_number"]
        else:
            assert self.data["method"] == "self_service"
            assert not paper
            assert (self.item.actor, self.item.on_behalf_of) == (self.id(), None)

    def check_information_refused(self) -> None:
        assert self.kind() == "guardian"
        assert self.data["basis"]
        assert self.link(self.data["student"], self.id()) is not None
        assert not self.consents(self.id(), self.data["student"])
        assert not [one for one in self.refusals() if one.data["student"] == self.data["student"]]

    def check_guardianship_notified(self) -> None:
        assert self.kind() == "guardian"
        refusal = self.before[self.data["refusal"]]
        assert refusal in self.refusals()
        notified = [other.data["refusal"] for other in self.of(self.item.stream, "guardianship_notified")]
        assert refusal.position not in notified
        assert refusal.data["refused_on"] <= self.data["sent_on"]
        assert self.data["out_number"]
        assert self.made("person", self.data["approved_by"])["kind"] == "staff"
        assert self.data["approved_by"] not in (self.item.actor, self.item.on_behalf_of)

    def id(self) -> str:
        return self.item.stream.partition("/")[2]

    def kind(self) -> str:
        kind: str = self.made("person", self.id())["kind"]
        return kind

    def link(self, student: str, guardian: str) -> Item | None:
        """The entry that links the two, unless one that ends it came after."""
        last = None
        for other in self.before:
            if other.stream == f"person/{student}" and other.data.get("guardian") == guardian:
                last = other if other.type == "guardian_linked" else None
        return last

    def consents(self, guardian: str, student: str) -> list[Item]:
        """The consents that stand."""
        withdrawn = {other.data["consent"] for other in self.of(f"person/{guardian}", "delivery_consent_withdrawn")}
        link = self.link(student, guardian)
        return [
            other
            for other in self.of(f"person/{guardian}", "delivery_consent_given")
            if other.data["student"] == student
            and other.position not in withdrawn
            and link is not None
            and link.position < other.position
        ]

    def refusals(self) -> list[Item]:
        """The refusals of this stream that stand."""
        given = [*self.of(self.item.stream, "delivery_consent_given")]
        return [
            other
            for other in self.of(self.item.stream, "information_refused")
            if not [
                consent
                for consent in given
                if consent.position > other.position and consent.data["student"] == other.data["student"]
            ]
        ]

    # control --------------------------------------------------------------------------------------------------------

    def check_control(self) -> None:
        self.made("class", self.id())
        assert self.data["from_date"] <= self.data["to_date"] <= self.data["held_on"]
        assert len(self.data.get("_sd", [""])) == 1

    def check_remark(self) -> None:
        if self.item.type == "remark_closed":
            assert self.data["how"] in {"answered", "withdrawn"}
            assert not list(self.of(self.item.stream, "remark_closed"))
            return
        data = self.data
        self.made("class", data["class_group"])
        assert self.made("person", data["to"])["kind"] == "teacher"
        assert data["about"] in {"lesson", "attendance", "homework", "marks", "other"}
        assert data["about"] != "other" or "_sd" in data
        if "course" in data:
            assert self.made("course", data["course"])["class_group"] == data["class_group"]
        if "lesson" in data:
            assert self.made("lesson", data["lesson"])["course"] == data["course"]
        if "held_on" in data:
            assert "course" in data
            assert "lesson" not in data
        if "check" in data:
            check = self.before[data["check"]]
            assert (check.stream, check.type) == (f"control/{data['class_group']}", "control_check_recorded")

    # school years ---------------------------------------------------------------------------------------------------

    def check_year(self) -> None:
        if self.item.type == "school_year_opened":
            assert self.data["starts_on"] <= self.data["ends_on"]
            return
        kind, type_ = {
            "period_listed": ("period", "period_defined"),
            "class_group_listed": ("class", "class_group_opened"),
        }[self.item.type]
        (listed,) = self.data.values()
        last = self.before[-1]
        assert (last.stream, last.type) == (f"{kind}/{listed}", type_)
        assert f"year/{last.data['year']}" == self.item.stream

    def check_period(self) -> None:
        if self.item.type.startswith("period_reopen"):
            check_reopening(self, self.is_closed)
            return
        if self.item.type != "period_defined":
            getattr(self, f"check_{self.item.type}")()
            return
        year, data = self.made("year", self.data["year"]), self.data
        assert year["starts_on"] <= data["starts_on"] <= data["ends_on"] <= year["ends_on"]
        assert data["grades"] == sorted(set(data["grades"])) != []
        assert 1 <= data["number"] <= {"quarter": 4, "trimester": 3, "half_year": 2, "year": 1}[data["kind"]]
        for _, other in self.periods():
            same = (other["year"], other["kind"]) == (data["year"], data["kind"])
            if same and set(other["grades"]) & set(data["grades"]):
                assert data["ends_on"] < other["starts_on"] or other["ends_on"] < data["starts_on"]
                assert data["number"] != other["number"]

    def check_class(self) -> None:
        if "_backdating_" in self.item.type:
            check_asked(self)
            return
        if self.item.type in ACTS:
            check_act(self)
        if self.item.type == "class_group_opened":
            self.made("year", self.data["year"])
            if "class_teacher" in self.data:
                assert self.made("person", self.data["class_teacher"])["kind"] == "teacher"
            return
        if self.item.type.startswith("journal_reopen"):
            check_reopening(self, lambda stream: journals_oracle.is_closed(self, stream))
            return
        if self.item.type in {"journal_closed", "sheet_transferred"}:
            getattr(journals_oracle, f"check_{self.item.type}")(self)
            return
        if self.item.type == "subgroup_listed":
            last = self.before[-1]
            assert (last.stream, last.type) == (f"course/{self.data['course']}", "course_opened")
            assert f"class/{last.data['class_group']}" == self.item.stream
            assert last.data["subgroup"]
            return
        if self.item.type == "class_teacher_assigned":
            self.check_assigned()
            return
        assert self.made("person", self.data["student"])["kind"] == "student"
        stays = self.stays(self.data["student"])
        if self.item.type == "student_enrolled":
            year = self.made("class", self.item.stream.partition("/")[2])["year"]
            own = [stay for stay in stays if self.made("class", stay[0].partition("/")[2])["year"] == year]
            assert all(end is not None and end < self.data["starts_on"] for _, _, end in own)
        else:
            group, start, end = stays[-1]
            assert (group, end) == (self.item.stream, None)
            assert start <= self.data["ends_on"]

    def check_course(self) -> None:
        if "_backdating_" in self.item.type:
            check_asked(self)
            return
        if self.item.type in ACTS:
            check_act(self)
        if self.item.type == "course_opened":
            assert self.made("class", self.data["class_group"])["year"] == self.data["year"]
            if "subgroup" in self.data:
                assert self.data["subgroup"] not in [other["subgroup"] for _, other in self.subgroups(self.data)]
        elif self.item.type in {"subgroup_joined", "subgroup_left"}:
            self.check_subgroup()
        else:
            self.check_assigned()

    def check_assigned(self) -> None:
        """The next teacher of a course or a class is one, from a later day."""
        assert self.made("person", self.data["teacher"])["kind"] == "teacher"
        days = [other.data["starts_on"] for other in self.of(self.item.stream, self.item.type)]
        assert all(day < self.data["starts_on"] for day in days)

    def check_plan(self) -> None:
        self.made("course", self.item.stream.partition("/")[2])
        items = self.plan(self.item.stream.partition("/")[2])
        if self.item.type == "lesson_plan_amended":
            assert self.data["old"] == items.get(self.data["number"])
            assert self.data["new"] != self.data["old"]
            assert 1 <= self.data["number"] <= 999
            assert self.data["new"] is None or 1 <= self.data["new"]["hours"] <= 99
            return
        if self.item.type == "lesson_plan_continued":
            last = self.before[-1]
            assert last.stream == self.item.stream
            assert last.type in {"lesson_plan_imported", "lesson_plan_continued"}
        numbers = [*items, *(item["number"] for item in self.data["items"])]
        assert numbers == sorted(set(numbers)) != []
        assert all(1 <= item["number"] <= 999 and 1 <= item["hours"] <= 99 for item in self.data["items"])

    def plan(self, course: str) -> dict[int, dict[str, Any]]:
        """What stands under each number of a course's plan."""
        items: dict[int, dict[str, Any]] = {}
        for other in self.before:
            if other.stream != f"plan/{course}":
                continue
            for item in other.data.get("items", ()):
                items[item["number"]] = {name: value for name, value in item.items() if name != "number"}
            if other.type == "lesson_plan_amended":
                items.pop(other.data["number"], None)
                if other.data["new"] is not None:
                    items[other.data["number"]] = other.data["new"]
        return items

    def check_covered(self, value: dict[str, Any], header: dict[str, Any]) -> None:
        numbers = value.get("plan_items", [])
        assert numbers == sorted(set(numbers))
        assert set(numbers) <= self.plan(header["course"]).keys()

    def check_subgroup(self) -> None:
        student = self.data["student"]
        assert self.made("person", student)["kind"] == "student"
        course = self.made("course", self.item.stream.partition("/")[2])
        assert course["subgroup"]
        if self.item.type == "subgroup_left":
            stays = self.subgroup_stays(self.item.stream, student)
            assert stays
            start, end = stays[-1]
            assert end is None
            assert start <= self.data["ends_on"]
            return
        for stream, _ in self.subgroups(course):
            assert all(end and end < self.data["starts_on"] for _, end in self.subgroup_stays(stream, student))

    def subgroups(self, course: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """The courses of the class's subgroups in the subject, with their streams."""
        return [
            (other.stream, other.data)
            for other in self.before
            if other.type == "course_opened"
            and "subgroup" in other.data
            and (other.data["class_group"], other.data["subject"]) == (course["class_group"], course["subject"])
        ]

    def subgroup_stays(self, stream: str, student: str) -> list[tuple[str, str | None]]:
        """First and last day of each stay of a student in a course's subgroup."""
        stays: list[tuple[str, str | None]] = []
        for other in self.before:
            if other.stream == stream and other.data.get("student") == student:
                if other.type == "subgroup_joined":
                    stays.append((other.data["starts_on"], None))
                elif other.type == "subgroup_left":
                    stays[-1] = (stays[-1][0], other.data["ends_on"])
        return stays

    def check_regulation(self) -> None:
        assert self.data.keys() - {"request"} == {"order_number", "order_date", "effective_from", "parameters"}
        check_setup_act(self)
        self.check_order("effective_from")
        assert self.data["parameters"].keys() == PARAMETERS.keys()
        for name, value in self.data["parameters"].items():
            allowed = PARAMETERS[name]
            if isinstance(allowed, int):
                assert type(value) is int
                assert 0 <= value <= allowed
            else:
                assert value in allowed if isinstance(allowed, set) else type(value) is allowed
        date.fromisoformat(f"2001-{self.data['parameters']['annual_refresh_until']}")

    def check_responsible(self) -> None:
        assert self.data.keys() - {"request"} == {"order_number", "order_date", "person", "starts_on"}
        check_setup_act(self)
        assert self.made("person", self.data["person"])["kind"] == "staff"
        self.check_order("starts_on")

    def check_verification(self) -> None:
        keys = {"size", "root", "verdict", "program", "program_sha256", "witnesses"}
        assert self.data.keys() - {"checkpoint"} == keys
        self.check_evidence()
        assert self.data["program"]
        assert len(self.data["program_sha256"]) == 64
        assert 1 <= self.data.get("checkpoint", 1) <= self.data["size"]
        assert self.data["witnesses"] >= 0

    def check_archive(self) -> None:
        self.check_evidence()
        self.made("year", self.data["year"])
        tools = self.data["opened_with"]
        assert tools == sorted({*tools} & {"csv", "openssl", "sha256sum", "verify.pyz"})

    def check_handover(self) -> None:
        assert self.item.version == 1
        assert self.data["manifest_sha256"] == self.made("archive", self.data["archive"])["manifest_sha256"]
        assert self.data["to"]
        assert self.data["number"]
        date.fromisoformat(self.data["received_on"])

    def check_evidence(self) -> None:
        """Which root it is only the bytes can tell."""
        assert self.item.version == 1
        assert self.item.position - 65_536 <= self.data["size"]
        assert 1 <= self.data["size"] <= self.item.position
        assert self.data["verdict"] in {"verified", "finding", "incomplete"}
        assert len(self.data["root"]) == 64

    def check_timing(self) -> None:
        assert self.data["register"] == "substitutions"
        assert 1 <= self.data["size"] <= self.item.position
        date.fromisoformat(f"{self.data['month']}-01")
        assert all(self.data[field] >= 0 for field in ("employees", "requests", "rows", "slowest_ms"))

    def check_printout(self) -> None:
        kinds = {"corrections": "period", "archive": "year", "substitutions": "month"}
        (scope,) = self.data.keys() & set(kinds.values())
        assert scope == kinds[self.data["condition"]]
        end = self.data[scope] + "-31" if scope == "month" else self.made(scope, self.data[scope])["ends_on"]
        assert end < self.data["printed_on"]
        assert self.made("person", self.data["signed_by"])["kind"] in {"teacher", "staff"}
        assert self.data["number"]
        assert self.data["kept"]
        assert self.data["pages"] > 0
        self.check_sheets()

    def check_backdating(self) -> None:
        check_setup_asked(self)

    def check_duty(self) -> None:
        check_setup_act(self)
        assert self.made("person", self.data["person"])["kind"] == "teacher"
        spans = self.duties(self.data["person"], self.data["duty"])
        if self.item.type == "duty_ended":
            assert spans
            start, end = spans[-1]
            assert end is None
            assert start <= self.data["ends_on"]
            return
        assert self.data["order_number"]
        assert self.data["duty"] in {"journal", "substitute", "class_teacher"}
        assert all(end and end < self.data["starts_on"] for _, end in spans)

    def duties(self, person: str, duty: str) -> list[tuple[str, str | None]]:
        """First and last day of each span of a person's duty."""
        spans: list[tuple[str, str | None]] = []
        for other in self.before:
            if (other.data.get("person"), other.data.get("duty")) == (person, duty):
                if other.type == "duty_assigned":
                    spans.append((other.data["starts_on"], None))
                else:
                    spans[-1] = (spans[-1][0], other.data["ends_on"])
        return spans

    def check_has_duty(self, header: dict[str, Any]) -> None:
        day, teacher = header["held_on"], header["teacher"]
        first = [other.data["starts_on"] for other in self.before if other.type == "duty_assigned"]
        if not first or day < min(first):
            return
        spans = self.duties(teacher, "journal")
        if self.responsible(header, self.before) != teacher:
            spans += self.duties(teacher, "substitute")
        assert any(start <= day and (end is None or day <= end) for start, end in spans)

    def check_assessment(self) -> None:
        results_oracle.check_assessment(self)

    def check_results(self) -> None:
        opened = self.data if self.item.version == 1 else next(self.of(self.item.stream, "result_sheet_opened")).data
        journals_oracle.check_open(self, opened["course"])
        results_oracle.check_results(self)

    def check_council(self) -> None:
        results_oracle.check_council(self)

    def check_order(self, day: str) -> None:
        """An order has a number and a date, and what it says begins no earlier than what stood there before."""
        assert self.data["order_number"]
        date.fromisoformat(self.data["order_date"])
        date.fromisoformat(self.data[day])
        assert all(other.data[day] <= self.data[day] for other in self.of(self.item.stream, self.item.type))

    def check_homework_stream(self) -> None:
        course = self.item.stream.partition("/")[2]
        journals_oracle.check_open(self, course)
        if self.item.type == "homework_post_withdrawn":
            assert self.data["corrects"] in {one.position for one in self.posts(course)}
            return
        place = (self.data["held_on"], self.data["number"])
        assert self.data["text"]
        assert self.item.author in self.teachers(course, place[0])
        assert place not in {(one.data["held_on"], one.data["number"]) for one in self.posts(course)}
        self.check_said(self.data, {"course": course, "held_on": place[0]}, place[1])

    def posts(self, course: str) -> list[Item]:
        """What is posted for a course and not withdrawn."""
        stream = f"homework/{course}"
        gone = {other.data["corrects"] for other in self.of(stream, "homework_post_withdrawn")}
        return [one for one in self.of(stream, "homework_posted") if one.position not in gone]

    def check_certificate(self) -> None:
        student = self.item.stream.partition("/")[2]
        assert self.made("person", student)["kind"] == "student"
        if self.item.type == "certificate_annulled":
            assert self.data["corrects"] in {other.position for other in self.certificates(student)}
            assert self.data["basis"]
            return
        assert self.data["starts_on"] <= self.data["ends_on"]
        assert self.data["code"] in {"ill", "excused"}
        assert self.data["basis"]
        known = self.of(self.item.stream, "certificate_recorded")
        assert self.data["certificate"] not in {other.data["certificate"] for other in known}

    def check_cancellation(self) -> None:
        course = self.item.stream.partition("/")[2]
        journals_oracle.check_open(self, course)
        year = self.made("course", course)["year"]
        gone = {other.data["corrects"] for other in self.of(self.item.stream, "cancellation_withdrawn")}
        standing = [one for one in self.of(self.item.stream, "lesson_cancelled") if one.position not in gone]
        assert self.data["basis"]
        if self.item.type == "cancellation_withdrawn":
            assert self.data["corrects"] in {one.position for one in standing}
            return
        place = {name: self.data[name] for name in ("held_on", "number")}
        assert 0 <= place["number"] <= 12
        assert self.data["reason"] in {"teacher_absent", "quarantine", "weather", "accident", "school_event", "other"}
        assert place not in [{name: one.data[name] for name in place} for one in standing]
        assert not {"moved_to", "merged_with"} <= self.data.keys()
        assert self.data.get("moved_to") != place
        if "merged_with" in self.data:
            assert self.data["merged_with"] != course
            assert self.made("course", self.data["merged_with"])["year"] == year

    def check_schedule(self) -> None:
        journals_oracle.check_open(self, self.id())
        assert self.data.get("number", 0) in range(13)
        places: dict[int, tuple[Any, ...]] = {}
        for other in (other for other in self.before if other.stream == self.item.stream):
            places.pop(other.data.get("corrects", -1), None)
            if other.type != "scheduled_work_cancelled":
                places[other.position] = (other.data["planned_on"], other.data.get("number"))
        if self.item.type == "work_scheduled":
            ids = [other.data["scheduled"] for other in self.of(self.item.stream, "work_scheduled")]
            assert self.data["scheduled"] not in ids
            assert 1 <= self.data["minutes"] <= 300
            return
        place = places.get(self.data["corrects"])
        assert place is not None
        assert self.data["reason"] in {"teacher_absent", "calendar", "load", "programme", "other"}
        if self.item.type == "scheduled_work_moved":
            assert place != (self.data["planned_on"], self.data.get("number"))

    def check_substitution(self) -> None:
        course = self.item.stream.partition("/")[2]
        journals_oracle.check_open(self, course)
        made = list(self.of(self.item.stream, "substitution_planned"))
        gone = {other.data["corrects"] for other in self.of(self.item.stream, "substitution_plan_withdrawn")}
        gone |= {other.data["replaces"] for other in made if "replaces" in other.data}
        holding = {one.position: one for one in made if one.position not in gone}
        assert self.data["basis"]
        if self.item.type == "substitution_plan_withdrawn":
            assert self.data.keys() == {"corrects", "basis"}
            assert self.data["corrects"] in holding
            return
        data = self.data
        place = [data["held_on"], data["number"]]
        if "replaces" in data:
            replaced = holding.pop(data["replaces"])
            assert [replaced.data["held_on"], replaced.data["number"]] == place
        assert place not in [[one.data["held_on"], one.data["number"]] for one in holding.values()]
        assert 0 <= data["number"] <= 12
        assert data["reason"] in {"ill", "business_trip", "training", "leave", "other"}
        assert 1 <= data["coefficient"] <= 1_000
        assert type(data["same_subject"]) is bool
        assert self.made("person", data["substitute"])["kind"] == "teacher"
        header = {"course": course, "held_on": data["held_on"], "teacher": data["substitute"]}
        assert data["absent_teacher"] == self.responsible(header, self.before) != data["substitute"]
        self.check_has_duty(header)

    def certificates(self, student: str) -> list[Item]:
        """The certificates of a student that stand."""
        stream = f"certificate/{student}"
        gone = {other.data["corrects"] for other in self.of(stream, "certificate_annulled")}
        return [one for one in self.of(stream, "certificate_recorded") if one.position not in gone]

    def check_cited(self, student: str | None, header: dict[str, Any]) -> None:
        """An absence that cites a certificate has its code, and lies in its days; one that says no reason has none."""
        covering = [
            other.data
            for other in self.certificates(student or "")
            if other.data["starts_on"] <= header["held_on"] <= other.data["ends_on"]
        ]
        if "certificate" in self.data:
            (cited,) = [one for one in covering if one["certificate"] == self.data["certificate"]]
            assert self.data["code"] == cited["code"]
            if self.item.type == "absence_reason_set":
                assert self.data["basis"] == cited["basis"]
        elif self.item.type == "absence_recorded":
            assert not covering or self.data["code"] != "absent"

    # authors --------------------------------------------------------------------------------------------------------

    def check_author(self, header: dict[str, Any]) -> None:
        """Who records in a lesson has it, or the course on the day or one beside it."""
        if "certificate" in self.data and self.item.type == "absence_reason_set":
            return
        allowed = {header["teacher"], *self.teachers(header["course"])}
        if "corrects" in self.data or self.item.type == "absence_reason_set":
            others = {"correction_requested", "correction_refused"}
            allowed |= {
                one.author
                for one in self.before
                if one.stream == self.item.stream and one.type not in others and "request" not in one.data
            }
        if self.item.type == "absence_reason_set":
            allowed |= self.class_teachers(self.made("course", header["course"])["class_group"])
        assert self.item.author in allowed

    def class_teachers(self, group: str) -> set[str]:
        """Who is a class's teacher on the entry's day and the days beside it."""
        handed = [
            (one.data["starts_on"], one.data["teacher"]) for one in self.of(f"class/{group}", "class_teacher_assigned")
        ]
        first = ("", self.made("class", group).get("class_teacher"))
        return {max(one for one in (first, *handed) if one[0] <= day)[1] for day in self.days_around()}

    def days_around(self) -> list[str]:
        """The entry's day, the one before and the one after."""
        today = date.fromisoformat(self.item.at[:10])
        return [(today + timedelta(days=step)).isoformat() for step in (-1, 0, 1)]

    def teachers(self, course: str, *more: str) -> Iterator[str]:
        """Who is responsible for a course on the entry's day, the days beside it, and more days."""
        for day in [*more, *self.days_around()]:
            if any(one.data["starts_on"] <= day for one in self.of(f"course/{course}", "teacher_assigned")):
                yield self.responsible({"course": course, "held_on": day}, self.before)

    # lessons --------------------------------------------------------------------------------------------------------

    def check_lesson(self) -> None:
        header = self.lesson()
        journals_oracle.check_open(self, header["course"])
        closed = self.closed(header)
        type_ = self.item.type
        if type_ in STATES or type_ in {"attendance_taken", "absence_reason_set"}:
            assert not closed, "an ordinary entry in a closed period"
            self.check_author(header)
            getattr(self, f"check_{type_}")(header)
        elif type_ == "correction_requested":
            assert closed
            self.check_change(self.data["what"], self.data, header)
            assert self.data["basis"]
        elif type_ == "correction_refused":
            self.check_answer(self.data["request"])
        else:
            what, _, change = type_.rpartition("_")
            assert (change == "annulled") == (self.data["new"] is None)
            self.check_change(what, self.data, header)
            assert not closed or "request" in self.data
            if "request" not in self.data:
                self.check_author(header)
            if "request" in self.data:
                self.check_approval(what)

    def check_lesson_recorded(self, header: dict[str, Any]) -> None:
        course = self.made("course", header["course"])
        year = self.made("year", course["year"])
        assert year["starts_on"] <= header["held_on"] <= year["ends_on"]
        assert self.responsible(header, self.before)
        self.check_has_duty(header)
        assert header["teacher"] == self.item.author
        assert self.made("person", header["teacher"])["kind"] == "teacher"
        assert header["starts_at"] < header["ends_at"]
        assert 0 <= header["number"] <= 12
        assert any(self.holds(period, header) for _, period in self.periods())
        self.check_covered(header, header)

    def responsible(self, header: dict[str, Any], before: Sequence[Item]) -> str:
        """Who is responsible for a lesson's course on its day, as the entries before the lesson say."""
        assigned = [
            (other.data["starts_on"], other.position, other.data["teacher"])
            for other in before
            if other.stream == f"course/{header['course']}" and other.type == "teacher_assigned"
        ]
        teacher: str = max(one for one in assigned if one[0] <= header["held_on"])[2]
        return teacher

    def check_nobody_waits(self, log: Sequence[Item]) -> None:
        """The entry before is no lesson of a substitute."""
        last = log[-1] if log else None
        if last is not None and last.type == "lesson_recorded":
            assert last.data["teacher"] == self.responsible(last.data, log[:-1])

    def check_substitution_recorded(self, header: dict[str, Any]) -> None:
        lesson = self.before[-1]
        assert (lesson.stream, lesson.type) == (self.item.stream, "lesson_recorded")
        assert (self.item.actor, self.item.author) == (lesson.actor, lesson.author)
        responsible = self.responsible(header, self.before[:-1])
        assert self.data["absent_teacher"] == responsible != header["teacher"]
        check_value("substitution", _value("substitution", self.data))

    def check_attendance_taken(self, header: dict[str, Any]) -> None:
        assert header["attendance"] == "not_taken"
        assert not list(self.of(self.item.stream, "attendance_taken"))
        assert self.data["absent"] == len([fact for fact in self.facts() if fact.what == "absence"])

    def check_absence_reason_set(self, header: dict[str, Any]) -> None:
        (fact,) = [fact for fact in self.facts() if fact.standing == self.data["absence"]]
        assert (fact.what, fact.value) == ("absence", "absent")
        assert self.data["code"] != "absent"
        self.check_cited(fact.student, header)

    def check_absence_recorded(self, header: dict[str, Any]) -> None:
        self.check_cited(self.data["student"], header)
        self.check_free("absence", header, self.data["student"])

    def check_lateness_recorded(self, header: dict[str, Any]) -> None:
        assert 1 <= self.data["minutes"] <= 120
        self.check_free("lateness", header, self.data["student"])

    def check_early_leave_recorded(self, header: dict[str, Any]) -> None:
        assert 1 <= self.data["minutes"] <= 120
        self.check_free("early_leave", header, self.data["student"])

    def check_mark_recorded(self, header: dict[str, Any]) -> None:
        self.check_free("mark", header, self.data["student"], self.data["work"])
        self.check_checked(header, self.data["work"], self.data["value"])

    def check_checked(self, header: dict[str, Any], work: str | None, value: str) -> None:
        """A bad mark for homework is for homework that is there, where the regulation of its day says so."""
        (kind,) = [fact.value for fact in self.facts() if (fact.what, fact.work) == ("work", work)]
        if kind["kind"] != "homework_check" or value not in BAD:
            return
        checked = f"lesson/{kind['of_lesson']}" if "of_lesson" in kind else self.lesson_before(header)
        if checked is None:
            return
        given = next(self.of(checked, "lesson_recorded"))
        versions = [other.data for other in self.before if other.type == "regulation_adopted"]
        in_force = [one["parameters"] for one in versions if one["effective_from"] <= given.data["held_on"]]
        if not in_force or not in_force[-1]["unposted_homework_is_not_assigned"]:
            return
        if in_force[-1]["mark_for_unassigned_homework"] == "refuse":
            assert self.has_homework(given)

    def lesson_before(self, header: dict[str, Any]) -> str | None:
        """The lesson of the course that was held last before this one."""
        places = []
        for other in self.before:
            if other.type == "lesson_recorded" and other.data["course"] == header["course"]:
                for fact in self.facts(of=other.stream):
                    if fact.what == "lesson":
                        number = fact.value["number"]
                        places.append((other.data["held_on"], number, other.position, other.stream))
        own = [place[:2] for place in places if place[3] == self.item.stream]
        before = [place for place in places if own and place[:2] < own[0] and place[3] != self.item.stream]
        return max(before)[3] if before else None

    def has_homework(self, given: Item) -> bool:
        facts = {fact.what: fact.value for fact in self.facts(of=given.stream) if fact.what in {"lesson", "homework"}}
        if "homework" in facts:
            return bool(facts["homework"]["text"])
        return any(
            "homework" in self.planned(given.data["course"], given.position).get(number, {})
            for number in facts.get("lesson", {}).get("plan_items", ())
        )

    def planned(self, course: str, position: int) -> dict[int, dict[str, Any]]:
        """What a course's plan says under its numbers, before an entry."""
        items: dict[int, dict[str, Any]] = {}
        for other in self.before[:position]:
            if other.stream == f"plan/{course}":
                items.update({item["number"]: item for item in other.data.get("items", ())})
                if other.type == "lesson_plan_amended":
                    items[other.data["number"]] = other.data["new"] or {}
        return items

    def check_named(self, value: dict[str, Any], header: dict[str, Any]) -> None:
        """Only a homework check names a lesson: another one of the course, not a later one."""
        if "of_lesson" in value:
            assert value["kind"] == "homework_check"
            assert f"lesson/{value['of_lesson']}" != self.item.stream
            other = self.made("lesson", value["of_lesson"])
            assert other["course"] == header["course"]
            assert other["held_on"] <= header["held_on"]

    def check_work_recorded(self, header: dict[str, Any]) -> None:
        works = [other.data["work"] for other in self.of(self.item.stream, "work_recorded")]
        assert self.data["work"] not in works
        self.check_named(self.data, header)
        assert 1 <= self.data.get("weight", 1) <= 1000
        self.check_days(self.data, header)
        self.check_planned(self.data, header)

    def check_planned(self, work: dict[str, Any], header: dict[str, Any]) -> None:
        if "scheduled" in work:
            ids = [other.data["scheduled"] for other in self.of(f"schedule/{header['course']}", "work_scheduled")]
            assert work["scheduled"] in ids

    def check_make_up_recorded(self, header: dict[str, Any]) -> None:
        self.check_free("make_up", header, self.data["student"], self.data["work"])
        assert self.data["made_up_on"] > header["held_on"]

    def check_days(self, work: dict[str, Any], header: dict[str, Any]) -> None:
        if "ends_on" in work:
            assert work["written"] is True
            assert work["ends_on"] > header["held_on"]

    def check_homework_assigned(self, header: dict[str, Any]) -> None:
        assert not [fact for fact in self.facts() if fact.what == "homework"]
        self.check_homework(self.data, header)
        if "posted" in self.data:
            (post,) = [one for one in self.posts(header["course"]) if one.position == self.data["posted"]]
            (number,) = [fact.value["number"] for fact in self.facts() if fact.what == "lesson"]
            assert (post.data["held_on"], post.data["number"]) == (header["held_on"], number)
            assert _value("homework", post.data) == _value("homework", self.data)

    def check_homework(self, value: dict[str, Any], header: dict[str, Any]) -> None:
        (own,) = [fact.value["number"] for fact in self.facts(annulled=True) if fact.what == "lesson"]
        self.check_said(value, header, own)

    def check_said(self, value: dict[str, Any], header: dict[str, Any], own: int) -> None:
        assert value["text"] or value.keys() & {"due_on", "due_lesson", "files"} == set()
        assert not {"due_on", "due_lesson"} <= value.keys()
        year = self.made("year", self.made("course", header["course"])["year"])
        if "due_on" in value:
            assert header["held_on"] < value["due_on"] <= year["ends_on"]
        digests = [file["sha256"] for file in value.get("files", ())]
        assert len(digests) == len(set(digests)) <= 10
        if "due_lesson" in value:
            self.check_due(value["due_lesson"], header, own)

    def check_due(self, due: dict[str, Any], header: dict[str, Any], own: int) -> None:
        """A lesson behind this one in its course; where it is named, the one that stands at that place."""
        assert (header["held_on"], own) < (due["held_on"], due["number"])
        if "lesson" in due:
            named = self.made("lesson", due["lesson"])
            (number,) = [
                fact.value["number"] for fact in self.facts(of=f"lesson/{due['lesson']}") if fact.what == "lesson"
            ]
            assert named["course"] == header["course"]
            assert (named["held_on"], number) == (due["held_on"], due["number"])

    def check_free(self, what: str, header: dict[str, Any], student: str | None, work: str | None = None) -> None:
        """One standing fact in a place; presence excludes; a mark needs its work."""
        facts = self.facts()
        assert not [fact for fact in facts if (fact.what, fact.student, fact.work) == (what, student, work)]
        of_student = {fact.what for fact in facts if fact.student == student}
        if what == "absence":
            assert not of_student & {"lateness", "early_leave"}
        if what in {"lateness", "early_leave"}:
            assert "absence" not in of_student
        takes = self.takes_absent(header["held_on"])
        made_up = {fact.work for fact in facts if (fact.what, fact.student) == ("make_up", student)}
        if what == "mark":
            assert "absence" not in of_student or takes or work in made_up
        if what in {"mark", "make_up"}:
            assert [fact for fact in facts if fact.what == "work" and fact.work == work]
        if what == "absence":
            marked = {fact.work for fact in facts if (fact.what, fact.student) == ("mark", student)}
            assert takes or marked <= made_up
        if student is not None and self.item.type in STATES:
            group = f"class/{self.made('course', header['course'])['class_group']}"
            day = header["held_on"]
            assert [
                None
                for stream, start, end in self.stays(student)
                if stream == group and start <= day and (end is None or day <= end)
            ]
            if "subgroup" in self.made("course", header["course"]):
                stays = self.subgroup_stays(f"course/{header['course']}", student)
                assert any(start <= day and (end is None or day <= end) for start, end in stays)

    def takes_absent(self, day: str) -> bool:
        """The regulation of a day, as known before this entry, takes a mark for who was absent."""
        versions = [other.data for other in self.before if other.type == "regulation_adopted"]
        in_force = [version for version in versions if version["effective_from"] <= day]
        return bool(in_force) and in_force[-1]["parameters"]["mark_for_absent"] == "flag"

    # corrections ----------------------------------------------------------------------------------------------------

    def check_change(self, what: str, data: dict[str, Any], header: dict[str, Any]) -> None:
        (fact,) = [fact for fact in self.facts(annulled=True) if fact.standing == data["corrects"]]
        assert (fact.what, fact.value) == (what, data["old"])
        assert data["new"] != data["old"]
        assert data["reason"] != "other" or len(data["_sd"]) == 1
        others = [other for other in self.facts() if other.first != fact.first]
        if what == "substitution":
            assert data["new"] is not None, "it falls with its lesson alone"
            assert [other for other in others if other.what == "lesson"], "the lesson is annulled"
        if data["new"] is None:
            assert what != "lesson" or {other.what for other in others} <= {"substitution"}
            on_it = [(other.what, other.work) for other in others]
            assert what != "work" or not {("mark", fact.work), ("make_up", fact.work)} & {*on_it}
            if what == "make_up" and data["old"] is not None and not self.takes_absent(header["held_on"]):
                of_student = {(other.what, other.work) for other in others if other.student == fact.student}
                assert not {("mark", fact.work), ("absence", None)} <= of_student
            return
        check_value(what, data["new"])
        if what == "work":
            self.check_days(data["new"], header)
            self.check_planned(data["new"], header)
        if what == "make_up":
            assert data["new"] > header["held_on"]
        if what == "homework":
            self.check_homework(data["new"], header)
        if what == "work":
            self.check_named(data["new"], header)
        if what == "mark" and self.item.type == "mark_corrected":
            self.check_checked(header, fact.work, data["new"])
        if what == "lesson":
            self.check_covered(data["new"], header)
        if data["old"] is None:
            if what != "lesson":
                assert [other for other in others if other.what == "lesson"], "a fact stands in an annulled lesson"
            self.check_free(what, header, fact.student, fact.work)

    def check_answer(self, request: int, type_: str = "correction_requested") -> Item:
        asked = self.before[request]
        assert (asked.type, asked.stream) == (type_, self.item.stream)
        people = [{item.actor, item.on_behalf_of} - {None} for item in (self.item, asked)]
        assert not people[0] & people[1]
        answers = [other for other in self.before if other.data.get("request") == request]
        assert not answers
        return asked

    def check_approval(self, what: str) -> None:
        asked = self.check_answer(self.data["request"])
        same = ("corrects", "old", "new", "reason", "basis", "_sd")
        assert asked.data["what"] == what
        assert [self.data.get(field) for field in same] == [asked.data.get(field) for field in same]

    # closing --------------------------------------------------------------------------------------------------------

    def check_period_closed(self) -> None:
        id_ = self.item.stream.partition("/")[2]
        period = self.made("period", id_)
        assert not self.is_closed(self.item.stream)
        ends: dict[str, tuple[int, int]] = {}
        for other in self.before:
            if other.type == "lesson_recorded" and self.holds(period, other.data):
                ends[other.stream] = (1, other.position)
            elif other.stream in ends:
                ends[other.stream] = (other.version, other.position)
        leaves = [json.dumps([stream, *end], separators=(",", ":")).encode() for stream, end in sorted(ends.items())]
        assert self.data == {"streams": len(leaves), "root": merkle_root(leaves).hex()}

    def check_period_attested(self) -> None:
        assert self.is_closed(self.item.stream)
        closing = [other.position for other in self.of(self.item.stream, "period_closed")][-1]
        assert closing < self.data["size"] <= self.item.position
        assert self.data["basis"]

    # what the entries before say ------------------------------------------------------------------------------------

    def made(self, kind: str, id_: str) -> dict[str, Any]:
        """`data` of the entry that made something."""
        (found,) = [other for other in self.before if other.stream == f"{kind}/{id_}" and other.version == 1]
        return found.data

    def of(self, stream: str, type_: str) -> Iterator[Item]:
        return (other for other in self.before if other.stream == stream and other.type == type_)

    def periods(self) -> list[tuple[str, dict[str, Any]]]:
        return [(other.stream, other.data) for other in self.before if other.type == "period_defined"]

    def stays(self, student: str) -> list[tuple[str, str, str | None]]:
        """Class, first and last day of each stay."""
        stays: list[tuple[str, str, str | None]] = []
        for other in self.before:
            if other.data.get("student") == student and other.type == "student_enrolled":
                stays.append((other.stream, other.data["starts_on"], None))
            elif other.data.get("student") == student and other.type == "student_left":
                stays[-1] = (*stays[-1][:2], other.data["ends_on"])
        return stays

    def lesson(self) -> dict[str, Any]:
        if self.item.version == 1:
            return self.data
        return next(self.of(self.item.stream, "lesson_recorded")).data

    def holds(self, period: dict[str, Any], lesson: dict[str, Any]) -> bool:
        course = self.made("course", lesson["course"])
        grade = self.made("class", course["class_group"])["grade"]
        return (
            course["year"] == period["year"]
            and grade in period["grades"]
            and bool(period["starts_on"] <= lesson["held_on"] <= period["ends_on"])
        )

    def closed(self, lesson: dict[str, Any]) -> bool:
        return any(self.holds(period, lesson) and self.is_closed(stream) for stream, period in self.periods())

    def is_closed(self, period: str) -> bool:
        turns = [other for type_ in TURNS for other in self.of(period, type_)]
        return bool(turns) and max(turns, key=lambda other: other.version).type == "period_closed"

    def facts(self, *, annulled: bool = False, of: str = "") -> list[_Standing]:
        """The facts of this lesson, or another, with their standing entries; those that stand, or all."""
        facts: list[_Standing] = []
        for other in self.before:
            if other.stream != (of or self.item.stream):
                continue
            data = other.data
            if other.type in STATES:
                what = STATES[other.type]
                facts.append(
                    _Standing(
                        what, other.position, other.position, _value(what, data), data.get("student"), data.get("work")
                    )
                )
            moved = data.get("corrects", data.get("absence")) if other.type != "correction_requested" else None
            if moved is not None:
                (at,) = [at for at, fact in enumerate(facts) if fact.standing == moved]
                facts[at] = facts[at]._replace(standing=other.position, value=data.get("new", data.get("code")))
        return [fact for fact in facts if annulled or fact.value is not None]


def check_value(what: str, value: Any) -> None:
    """A value that this fact can have, as `old` and `new` carry it."""
    if what == "mark":
        assert isinstance(value, str)
        assert value in {"na", "exempt", "pass", "fail"} or {*value.split("/")} <= {*"12345"}
        assert value.count("/") <= 1
    elif what == "make_up":
        date.fromisoformat(value)
    elif what == "absence":
        assert value in {"absent", "ill", "excused", "unexcused"}
    elif what in {"lateness", "early_leave"}:
        assert isinstance(value, int)
        assert 1 <= value <= 120
    else:
        assert isinstance(value, dict)
        optional = {"due_on", "due_lesson", "files", "plan_items", "ends_on", "scheduled", "of_lesson", "weight"}
        assert value.keys() - optional == _FIELDS[what] - optional
        assert value.keys() <= _FIELDS[what]
        assert what != "work" or 1 <= value.get("weight", 1) <= 1000
        if what == "substitution":
            assert 1 <= value["coefficient"] <= 1000
            assert value["reason"] in {"ill", "business_trip", "training", "leave", "other"}
        assert what != "lesson" or value["starts_at"] < value["ends_at"]


_FIELDS = {
    "lesson": {"topic", "number", "plan_items", "starts_at", "ends_at"},
    "substitution": {"basis", "coefficient", "reason", "same_subject"},
    "work": {"kind", "written", "weight", "ends_on", "scheduled", "of_lesson"},
    "homework": {"text", "due_on", "due_lesson", "files"},
}


def _value(what: str, data: dict[str, Any]) -> Any:
    if what in _FIELDS:
        return {field: data[field] for field in _FIELDS[what] if field in data}
    fields = {"mark": "value", "make_up": "made_up_on", "absence": "code"}
    return data[fields.get(what, "minutes")]


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = merkle_root(leaves[:split]), merkle_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()

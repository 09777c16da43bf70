"""A second school written by hand, for questions that rest on registers: regulation, timetable, plans, results, people's data, evidence.

Times are the school's (Moscow); who is who is in `tests.question_school`. T1 keeps the journal by an order, T2 until the end of
September.
"""

from __future__ import annotations

from typing import Any

from ledger.journal import events as j, excuse_events as x, people_events as p, plan_events as lp, result_events as r
from ledger.journal.computing import Computed
from ledger.journal.duty_events import DutyAssigned, DutyEnded
from ledger.journal.evidence_events import ArchiveRecorded, PrintoutRegistered
from ledger.journal.service_events import FreshnessMeasured
from ledger.journal.timetable_events import Bell, BellScheduleSet, TimetableLesson, TimetableSet
from tests.question_school import (
    ADMIN,
    ANNA,
    BORIS,
    DEPUTY,
    DIMA,
    GLEB,
    GROUP5,
    MATH5,
    MATH9,
    NOTE,
    PHYS5,
    QUARTER,
    T1,
    T2,
    VERA,
    YEAR,
    ZOYA,
    QuestionSchool,
    uid,
)
from tests.unit.ledger.journal.small_school import PARAMETERS

MOTHER, FATHER, GRANNY, UNCLE = (uid(name) for name in ("mother", "father", "granny", "uncle"))
PAPER: dict[str, Any] = {"application_number": "12", "application_date": "2026-09-10"}


class RegisterSchool(QuestionSchool):
    """Another September and October of the same school."""

    def office(self, moment: str, stream: str, event: j.Event, name: str = "") -> None:
        """One thing that the office records."""
        self.at(moment, ADMIN, "administrator", (stream, event), names=name)

    def _september(self) -> None:
        self._orders()
        self._plans()
        self._people()
        answer: dict[str, Any] = {"kind": "answer", "written": False, "weight": 100}
        self.lesson(
            "M1", "09-10T09:30", MATH5, 1, T1,
            j.HomeworkAssigned(text="§ 1"), j.WorkRecorded(work=uid("w1"), **answer),
            j.MarkRecorded(student=ANNA, work=uid("w1"), value="5"), j.MarkRecorded(student=BORIS, work=uid("w1"), value="3"),
            names="M1.homework w1 M1.anna M1.boris", plan_items=(1, 2),
        )  # fmt: skip
        self.lesson(
            "M2", "09-22T10:00", MATH5, 1, T1,
            j.HomeworkAssigned(text="§ 2"), j.WorkRecorded(work=uid("w2"), **answer),
            j.MarkRecorded(student=ANNA, work=uid("w2"), value="4"),
            names="M2.homework w2 M2.anna", held_on="2026-09-21", plan_items=(3,),
        )  # fmt: skip

    def _orders(self) -> None:
        order: dict[str, Any] = {"order_date": "2026-08-24"}
        adopted = j.RegulationAdopted(order_number="1", effective_from="2026-08-25", parameters=PARAMETERS, **order)
        self.office("08-25T09:00", f"regulation/{uid('school')}", adopted, "regulation")
        for person, day, name in ((DEPUTY, "2026-09-01", "first"), (ADMIN, "2026-10-01", "second")):
            appointed = j.ResponsibleAppointed(person=person, order_number=f"{name}", starts_on=day, **order)
            self.office("08-25T10:00", f"responsible/{uid('school')}", appointed, f"responsible.{name}")
        for person, name in ((T1, "duty1"), (T2, "duty2")):
            assigned = DutyAssigned(person=person, duty="journal", order_number="3", starts_on="2026-09-01", **order)
            self.office("08-25T11:00", f"duty/{uid('school')}", assigned, name)
        rules = r.AssessmentRules(
            average="plain", marks_min=1, five_from=460, four_from=360, three_from=260, period_marks_min=1,
            mean_up_from=50, final_from="year",
        )  # fmt: skip
        adopted_rules = r.AssessmentRulesAdopted(order_number="4", effective_from="2026-09-01", rules=rules, **order)
        self.office("08-25T12:00", f"assessment/{uid('school')}", adopted_rules, "rules")

    def _plans(self) -> None:
        items = tuple(
            lp.PlanItem(number=number, topic=f"Тема {number}", hours=hours, planned_on=day)
            for number, hours, day in (
                (1, 1, "2026-09-10"), (2, 1, None), (3, 1, "2026-09-14"), (4, 2, None), (5, 1, None),
            )
        )  # fmt: skip
        plan = lp.LessonPlanImported(title="Математика, 5 класс", items=items)
        self.office("08-25T13:00", f"plan/{MATH5}", plan, "plan")
        bells = tuple(
            Bell(number=number, starts_at=starts_at, ends_at=ends_at)
            for number, starts_at, ends_at in ((1, "08:30", "09:15"), (2, "09:25", "10:10"))
        )
        set_ = BellScheduleSet(title="1-я смена", effective_from="2026-09-01", lessons=bells)
        self.office("08-25T14:00", f"bells/{uid('bells')}", set_, "bells")
        week = tuple(
            TimetableLesson(course=course, weekday=weekday, number=number, weeks="every")
            for course, weekday, number in ((MATH5, 2, 1), (PHYS5, 2, 2), (MATH5, 4, 1))
        )
        timetable = TimetableSet(effective_from="2026-10-19", bells=uid("bells"), lessons=week)
        self.office("08-25T15:00", f"timetable/{GROUP5}", timetable, "timetable")

    def _people(self) -> None:
        opened = p.AnnualRefreshOpened(opens_on="2026-08-26", until="2026-09-05")
        self.office("08-26T09:00", f"refresh/{YEAR}", opened, "refresh")
        for student in (ANNA, GLEB, DIMA, ZOYA):
            right = p.PersonalDataConfirmed(confirmed_on="2026-09-03", refresh=YEAR)
            self.office("09-05T23:59", f"person/{student}", right)
        changed = p.PersonalDataChanged(fields=("phone",), sd=(NOTE,), refresh=YEAR)
        self.office("09-08T10:00", f"person/{BORIS}", changed, "boris.changed")
        for guardian, student, name in ((MOTHER, ANNA, "mother"), (FATHER, BORIS, "father"), (GRANNY, VERA, "granny"),
                                        (UNCLE, DIMA, "uncle")):  # fmt: skip
            self.office("09-09T09:00", f"person/{guardian}", j.PersonRegistered(kind="guardian", sd=()))
            linked = p.GuardianLinked(guardian=guardian, relation="other")
            self.office("09-09T09:00", f"person/{student}", linked)
            if guardian != MOTHER:
                refused = p.InformationRefused(student=student, refused_on="2026-09-09", basis=f"заявление {name}")
                self.office("09-09T09:00", f"person/{guardian}", refused, f"{name}.refused")
        told = p.GuardianshipNotified(
            refusal=self.entries["granny.refused"], out_number="77", sent_on="2026-09-10", approved_by=DEPUTY
        )
        self.office("09-10T08:00", f"person/{GRANNY}", told, "granny.told")
        for guardian, student, name in ((MOTHER, ANNA, "mother"), (UNCLE, DIMA, "uncle")):
            consent = p.DeliveryConsentGiven(student=student, channel="sms", method="written", sd=(NOTE,), **PAPER)
            self.office("09-10T09:00", f"person/{guardian}", consent, f"{name}.consent")
        more = p.DeliveryConsentGiven(student=ANNA, channel="in_system", method="self_service")
        self.office("09-10T09:00", f"person/{MOTHER}", more, "withdrawn")
        back = p.DeliveryConsentWithdrawn(consent=self.entries["withdrawn"], method="self_service")
        self.office("09-10T09:10", f"person/{MOTHER}", back)

    def _october(self) -> None:
        ended = DutyEnded(person=T2, duty="journal", ends_on="2026-09-30")
        self.office("10-01T09:00", f"duty/{uid('school')}", ended, "duty2.ended")
        paper = PrintoutRegistered(
            condition="substitutions", number="7", printed_on="2026-10-02", pages=1, kept="архив", signed_by=DEPUTY,
            month="2026-09",
        )  # fmt: skip
        self.office("10-02T09:00", f"printout/{uid('paper')}", paper, "paper")
        self.notice("10-05T10:00", ANNA)
        changed = p.PersonalDataChanged(fields=("phone",), sd=(NOTE,), notice=self.entries["notice.10-05"])
        self.office("10-10T10:00", f"person/{ANNA}", changed, "anna.changed")

    def _after_the_close(self) -> None:
        self.notice("10-20T08:00", VERA)
        self.lesson(
            "M3", "10-20T09:30", MATH5, 1, T1,
            j.HomeworkAssigned(text="§ 3"), j.WorkRecorded(work=uid("w3"), kind="control_work", written=True, weight=100),
            j.MarkRecorded(student=ANNA, work=uid("w3"), value="2"),
            names="M3.homework w3 M3.anna", plan_items=(3,),
        )  # fmt: skip
        self.measured("10-22T08:00", "fresh.1")
        self.lesson("M4", "10-22T08:10", MATH5, 1, T1, j.HomeworkAssigned(text="§ 4"), names="M4.homework")
        self.lesson("P1", "10-23T09:30", PHYS5, 1, T2)
        self.measured("10-24T00:10", "fresh.2")
        for course in (MATH5, PHYS5, MATH9):
            sheet = r.ResultSheetOpened(course=course, period=QUARTER)
            self.office("10-24T11:30", f"results/{course}", sheet, f"sheet.{course}")
        three = tuple(self.entries[name] for name in ("M1.anna", "M2.anna", "M3.anna"))
        self.result("10-24T12:00", MATH5, ANNA, Computed("4", 11, 3, three), "4")
        own = Computed("3", 3, 1, (self.entries["M1.boris"],))
        self.result("10-24T12:00", MATH5, BORIS, own, "4", reason="trend", sd=(NOTE,))
        self.result("10-24T12:10", MATH9, DIMA, Computed("na", 0, 0, ()), "na")
        self.archive("10-24T12:20", "first")
        self.result("10-24T12:30", PHYS5, VERA, Computed("na", 0, 0, ()), "na")
        self.notice("10-25T10:00", BORIS)
        shown = r.ResultsPublished(what="period_mark", obtained_at="2026-10-24T11:00")
        self.office("10-26T12:00", f"results/{MATH5}", shown, "published")
        self.correct("10-27T12:00", T1, "teacher", "M1", "M1.anna", "5", "3")
        self.result("10-28T11:00", MATH9, GLEB, Computed("na", 0, 0, ()), "na")
        for course, student, new in ((MATH9, DIMA, "exempt"), (PHYS5, VERA, None)):
            known: dict[str, Any] = {"corrects": self.entries[f"result.{student}"], "old": "na", "reason": "document"}
            event = r.ResultAnnulled(new=None, **known) if new is None else r.ResultCorrected(new=new, **known)
            self.office("10-28T11:30", f"results/{course}", event, f"result.{student}.1")
        self._incidents()
        self.office("10-28T12:00", f"person/{uid('last')}", j.PersonRegistered(kind="staff", sd=()))

    def _incidents(self) -> None:
        """An evening of 90 minutes, with an excuse and one that was withdrawn; a quarter of an hour within a lesson."""
        for name, kind, began, ended in (
            ("evening", "system", "2026-09-21T18:00", "2026-09-21T19:30"),
            ("morning", "maintenance", "2026-10-22T08:40", "2026-10-22T08:55"),
        ):
            opened = x.IncidentOpened(kind=kind, began_at=began)  # type: ignore[arg-type]
            self.office("10-28T11:40", f"incident/{uid(name)}", opened, name)
            self.office("10-28T11:40", f"incident/{uid(name)}", x.IncidentClosed(ended_at=ended), f"{name}.closed")
        why: dict[str, Any] = {"teacher": T1, "lesson": uid("M2"), "reason": "outage", "incident": uid("evening")}
        accepted = x.ExcuseAccepted(rules=("attendance", "lesson"), **why)
        self.office("10-28T11:45", f"excuse/{uid('x1')}", accepted, "excuse")
        wrong = x.ExcuseAccepted(rules=("homework",), **why)
        self.office("10-28T11:46", f"excuse/{uid('x2')}", wrong, "excuse.wrong")
        self.office("10-28T11:50", f"excuse/{uid('x2')}", x.ExcuseWithdrawn(basis="ошибка"), "excuse.withdrawn")

    def measured(self, moment: str, name: str) -> None:
        """Views that were level."""
        size = self.log.head().size
        level = FreshnessMeasured(size=size, position=size, minutes_behind=0, last_entry_minutes=0)
        self.office(moment, f"freshness/{uid(name)}", level, name)

    def archive(self, moment: str, name: str) -> None:
        """An archive of all that was recorded."""
        size = self.log.head().size
        made = ArchiveRecorded(
            size=size, root="0" * 64, manifest_sha256="0" * 64, year=YEAR, opened_with=("csv",), verdict="verified"
        )
        self.office(moment, f"archive/{uid(name)}", made, f"archive.{name}")

    def notice(self, moment: str, student: str) -> None:
        """A notice of that day."""
        told = p.DataChangeNoticeReceived(received_on=f"2026-{moment[:5]}", how="oral")
        self.office(moment, f"person/{student}", told, f"notice.{moment[:5]}")

    def result(self, moment: str, course: str, student: str, computed: Computed, value: str, **more: Any) -> None:
        """A period mark beside what the rules gave."""
        event = r.PeriodMarkRecorded(
            student=student, value=value, computed=computed.value, sum=computed.sum, weight=computed.weight,
            inputs=computed.inputs, rule=self.entries["rules"], **more,
        )  # fmt: skip
        recorded = (f"results/{course}", event)
        self.at(moment, T1, "teacher", recorded, names=f"result.{student}")


REGISTER_SCHOOL = RegisterSchool()

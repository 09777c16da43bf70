"""What a school records between lessons, for the random logs of `tests.projection_logs`: calendar, bells, timetables, people's data, results."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ledger.journal import events as j, people_events as p, result_events as r, timetable_events as t
from ledger.wire.entry import Actor

if TYPE_CHECKING:
    from tests.projection_logs import SchoolLog

GRADES = (5,)
RULES = r.AssessmentRules(
    average="weighted", marks_min=3, five_from=460, four_from=360, three_from=260, period_marks_min=2, mean_up_from=50,
    final_from="year",
)  # fmt: skip


class Office:
    """Draws of its own, so that the school's stay as they are. Whatever it cites, it recorded before."""

    def __init__(self, school: SchoolLog, seed: int) -> None:
        self.rng = random.Random(f"office {seed}")
        self.school = school
        self.actor = Actor(self.id(), "administrator")
        self.bells = self.id()
        self.declared: list[int] = []
        self.links: list[tuple[str, str]] = []
        self.notices: list[tuple[str, int]] = []
        self.consents: list[tuple[str, int]] = []
        self.refusals: list[tuple[str, int]] = []
        self.sheets: dict[tuple[str, str], str] = {}
        self.results: dict[str, list[tuple[int, str | None]]] = {}
        self.rules: int | None = None

    def id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def record(self, *recorded: tuple[str, j.Event]) -> list[int]:
        return self.school.log.append(
            *recorded, actor=self.actor, command=self.id(), after=timedelta(seconds=self.rng.randint(0, 30))
        )

    def work(self) -> None:
        """Record something of one kind."""
        self.rng.choice((self._calendar, self._timetable, self._family, self._notice, self._delivery, self._results))()

    def _student(self) -> tuple[str, str]:
        group = self.rng.choice([group for group, students in self.school.students.items() if students])
        return group, self.rng.choice(self.school.students[group])

    def _digest(self) -> str:
        # The last of 43 letters has two bits that are none of the digest's.
        return "".join(self.rng.choices("ABCDEFGHIJKLMNOP", k=43))[:42] + "A"

    def _calendar(self) -> None:
        stream = f"calendar/{self.school.year}"
        day = self.school.day.isoformat()
        if self.declared and self.rng.random() < 0.3:
            revoked = self.declared.pop(self.rng.randrange(len(self.declared)))
            self.record((stream, t.CalendarEntryRevoked(revokes=revoked, basis="приказ № 7")))
        elif self.rng.random() < 0.5:
            self.declared += self.record(
                (stream, t.DaysOffDeclared(starts_on=day, ends_on=day, title="Карантин", grades=GRADES))
            )
        else:
            taught_as = t.SchoolDayDeclared(on=day, as_weekday=self.rng.randint(1, 7), grades=GRADES)
            self.declared += self.record((stream, taught_as))

    def _timetable(self) -> None:
        day = self.school.day.isoformat()
        rung = tuple(
            t.Bell(number=number, starts_at=f"{8 + number:02}:30", ends_at=f"{9 + number:02}:15")
            for number in range(1, self.rng.randint(4, 7))
        )
        bells = t.BellScheduleSet(title="Звонки", effective_from=day, lessons=rung)
        group = self.rng.choice(self.school.classes)
        courses = [course for course, of, _ in self.school.courses if of == group]
        week = tuple(
            t.TimetableLesson(
                course=self.rng.choice(courses), weekday=weekday, number=number,
                weeks=self.rng.choice(("every", "every", "odd", "even")),
            )
            for weekday in range(1, 6)
            for number in range(1, self.rng.randint(1, 4))
        )  # fmt: skip
        timetable = t.TimetableSet(effective_from=day, bells=self.bells, lessons=week)
        self.record((f"bells/{self.bells}", bells), (f"timetable/{group}", timetable))

    def _family(self) -> None:
        if self.links and self.rng.random() < 0.3:
            student, guardian = self.links.pop(self.rng.randrange(len(self.links)))
            self.record((f"person/{student}", p.GuardianUnlinked(guardian=guardian)))
            return
        _, student = self._student()
        guardian = self.id()
        self.record(
            (f"person/{guardian}", j.PersonRegistered(kind="guardian", sd=(self._digest(),))),
            (f"person/{student}", p.GuardianLinked(guardian=guardian, relation=self.rng.choice(("mother", "father")))),
        )
        self.links.append((student, guardian))

    def _notice(self) -> None:
        day = self.school.day.isoformat()
        if not self.notices or self.rng.random() < 0.5:
            _, student = self._student()
            told = p.DataChangeNoticeReceived(received_on=day, how="written", about=("phone",))
            self.notices += [(student, index) for index in self.record((f"person/{student}", told))]
            return
        student, notice = self.notices.pop(self.rng.randrange(len(self.notices)))
        answer: j.Event = p.PersonalDataConfirmed(confirmed_on=day, notice=notice)
        if self.rng.random() < 0.5:
            fields = self.rng.choice((("phone",), ("family_name",), ("family_name", "phone")))
            held_back = self.rng.random() < 0.3
            sd = () if held_back else tuple(sorted(self._digest() for _ in fields))
            answer = p.PersonalDataChanged(fields=fields, sd=sd, notice=notice)  # type: ignore[arg-type]
        self.record((f"person/{student}", answer))

    def _delivery(self) -> None:
        day = self.school.day.isoformat()
        paper: dict[str, Any] = {"application_number": "12", "application_date": day}
        if self.consents and self.rng.random() < 0.4:
            guardian, consent = self.consents.pop(self.rng.randrange(len(self.consents)))
            withdrawn = p.DeliveryConsentWithdrawn(consent=consent, method="written", **paper)
            self.record((f"person/{guardian}", withdrawn))
        elif self.refusals and self.rng.random() < 0.4:
            guardian, refusal = self.refusals.pop(self.rng.randrange(len(self.refusals)))
            letter = p.GuardianshipNotified(
                refusal=refusal, out_number="01-17/5", sent_on=day, approved_by=self.school.teachers[0]
            )
            self.record((f"person/{guardian}", letter))
        elif self.links:
            student, guardian = self.rng.choice(self.links)
            if self.rng.random() < 0.4:
                refused = p.InformationRefused(student=student, refused_on=day, basis="заявление № 1")
                self.refusals += [(guardian, index) for index in self.record((f"person/{guardian}", refused))]
                return
            given = p.DeliveryConsentGiven(
                student=student, channel="email", method="written", sd=(self._digest(),), **paper
            )
            self.consents += [(guardian, index) for index in self.record((f"person/{guardian}", given))]

    def _results(self) -> None:
        if self.rules is None:
            adopted = r.AssessmentRulesAdopted(
                order_number="44-о", order_date="2026-08-24", effective_from="2026-09-01", rules=RULES
            )
            (self.rules,) = self.record((f"assessment/{self.school.school}", adopted))
        group, student = self._student()
        course = self.rng.choice([course for course, of, _ in self.school.courses if of == group])
        if self.sheets and self.rng.random() < 0.6:
            course, student = self.rng.choice(list(self.sheets))
        sheet = self.sheets.get((course, student))
        if sheet is None:
            self._first_result(course, student)
            return
        standing, value = self.results[sheet][-1]
        if value is None or self.rng.random() < 0.3:
            published = r.ResultsPublished(what="period_mark", obtained_at="2026-10-30T12:00")
            self.record((f"results/{sheet}", published))
            return
        if self.rng.random() < 0.2:
            (entry,) = self.record(
                (f"results/{sheet}", r.ResultAnnulled(corrects=standing, old=value, new=None, reason="typo"))
            )
            self.results[sheet].append((entry, None))
            return
        new = self.rng.choice([mark for mark in "2345" if mark != value])
        (entry,) = self.record(
            (f"results/{sheet}", r.ResultCorrected(corrects=standing, old=value, new=new, reason="typo"))
        )
        self.results[sheet].append((entry, new))

    def _first_result(self, course: str, student: str) -> None:
        """Open a sheet of its own for each student: the views do not ask for more than the entries say."""
        assert self.rules is not None
        sheet = self.sheets[course, student] = self.id()
        value = self.rng.choice("2345")
        _, entry = self.record(
            (f"results/{sheet}", r.ResultSheetOpened(course=course, period=self.school.period)),
            (
                f"results/{sheet}",
                r.PeriodMarkRecorded(
                    student=student, value=value, computed="na", sum=0, weight=0, inputs=(), rule=self.rules,
                    reason="council",
                ),
            ),
        )  # fmt: skip
        self.results[sheet] = [(entry, value)]

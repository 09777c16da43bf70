"""A school of a few days, written by hand, in which each of the inspector's questions has something to find and something not to.

Times are the school's (Moscow). 5А: Anna, Boris, Vera; 9А: Gleb, Dima; 1А: Zoya. T1 teaches mathematics, T2 physics, T3 nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ledger.journal import events as j
from ledger.wire.entry import Actor
from tests.projection_logs import ORIGIN, ListLog

MOSCOW = ZoneInfo("Europe/Moscow")


def uid(name: str) -> str:
    """An id that shows whose it is."""
    return f"{name.encode().hex():0<8.8}-0000-4000-8000-{name.encode().hex():0>12.12}"


ANNA, BORIS, VERA, GLEB, DIMA, ZOYA = (uid(name) for name in ("anna", "boris", "vera", "gleb", "dima", "zoya"))
T1, T2, T3, ADMIN, DEPUTY = (uid(name) for name in ("t1", "t2", "t3", "admin", "deputy"))
GROUP5, GROUP9, GROUP1, YEAR, QUARTER = (uid(name) for name in ("5a", "9a", "1a", "year", "quart1"))
MATH5, PHYS5, MATH9, MATH1 = (uid(name) for name in ("math5", "phys5", "math9", "math1"))
NOTE = "A" * 43


class QuestionSchool:
    """The log, and `entries`: name of what was recorded -> its entry."""

    def __init__(self) -> None:
        self.log = ListLog(at=datetime(2026, 8, 24, 9, tzinfo=UTC))
        self.entries: dict[str, int] = {}
        self.count = 0
        self._open()
        self._september()
        self._october()
        self._after_the_close()

    def at(self, moment: str, actor: str, role: str, *recorded: tuple[str, j.Event], names: str = "") -> list[int]:
        """One command at a local moment ``MM-DDTHH:MM``."""
        at = datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=MOSCOW).astimezone(UTC)
        assert at >= self.log.at, "an entry's `at` never goes back"
        self.log.at = at
        self.count += 1
        found = self.log.append(*recorded, actor=Actor(actor, role), command=uid(f"c{self.count}"), after=timedelta(0))
        for name, index in zip(names.split(), found, strict=False):
            self.entries[name] = index
        return found

    def _open(self) -> None:
        who = ("08-24T12:00", ADMIN, "administrator")
        zone = "Europe/Moscow"
        self.at(
            *who,
            (f"school/{uid('school')}", j.SchoolOpened(clock="sample", name="Школа", origin=ORIGIN, time_zone=zone)),
        )
        for person, kind in [(one, "teacher") for one in (T1, T2, T3)] + [(ADMIN, "staff"), (DEPUTY, "staff")]:
            self.at(*who, (f"person/{person}", j.PersonRegistered(kind=kind, sd=())))  # type: ignore[arg-type]
        span = {"starts_on": "2026-09-01", "ends_on": "2027-05-31"}
        self.at(*who, (f"year/{YEAR}", j.SchoolYearOpened(title="2026/27", **span)))
        quarter = j.PeriodDefined(
            year=YEAR, kind="quarter", number=1, grades=(1, 5, 9), starts_on="2026-09-01", ends_on="2026-10-25"
        )
        self.at(*who, (f"period/{QUARTER}", quarter), (f"year/{YEAR}", j.PeriodListed(period=QUARTER)), names="quarter")
        for group, grade, students in (
            (GROUP1, 1, [ZOYA]),
            (GROUP5, 5, [ANNA, BORIS, VERA]),
            (GROUP9, 9, [GLEB, DIMA]),
        ):
            opened = j.ClassGroupOpened(year=YEAR, grade=grade, letter="А")
            self.at(*who, (f"class/{group}", opened), (f"year/{YEAR}", j.ClassGroupListed(class_group=group)))
            for student in students:
                self.at(*who, (f"person/{student}", j.PersonRegistered(kind="student", sd=())))
                enrolled = j.StudentEnrolled(student=student, starts_on="2026-09-01")
                self.at(*who, (f"class/{group}", enrolled))
        for course, group, subject, teacher in (
            (MATH5, GROUP5, "=Математика", T1), (PHYS5, GROUP5, "Физика", T2),
            (MATH9, GROUP9, "=Математика", T1), (MATH1, GROUP1, "=Математика", T1),
        ):  # fmt: skip
            opened_ = j.CourseOpened(class_group=group, subject=subject, year=YEAR)
            assigned = j.TeacherAssigned(teacher=teacher, starts_on="2026-09-01")
            self.at(*who, (f"course/{course}", opened_), (f"course/{course}", assigned))

    def lesson(
        self, name: str, moment: str, course: str, number: int, teacher: str, *more: j.Event, names: str = "",
        attendance: str = "taken", held_on: str = "", plan_items: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        """A lesson, held on the day of recording where nothing else is said, and its command; `names` of all entries."""
        held = j.LessonRecorded(
            course=course, teacher=teacher, held_on=held_on or f"2026-{moment[:5]}", number=number, starts_at="08:30",
            ends_at="09:15", topic="Тема", attendance=attendance,  # type: ignore[arg-type]
            plan_items=plan_items,
        )  # fmt: skip
        stream = f"lesson/{uid(name)}"
        recorded: list[tuple[str, j.Event]] = [(stream, held), *((stream, event) for event in more)]
        self.at(moment, teacher, "teacher", *recorded, names=f"{name} {names}")

    def correct(
        self, moment: str, actor: str, role: str, lesson: str, fact: str, old: str | None, new: str, **more: Any
    ) -> None:
        """A mark's correction; the fact's name stands for the new entry from now on, `<name>.<n>` for the earlier ones."""
        event = j.MarkCorrected(corrects=self.entries[fact], old=old, new=new, **({"reason": "typo"} | more))
        earlier = sum(1 for name in self.entries if name.startswith(f"{fact}."))
        self.entries[f"{fact}.{earlier}"] = self.entries[fact]
        self.at(moment, actor, role, (f"lesson/{uid(lesson)}", event), names=fact)

    def _september(self) -> None:
        control: dict[str, Any] = {"kind": "control_work", "weight": 100}
        self.lesson(
            "L1", "09-10T09:30", MATH5, 1, T1,
            j.HomeworkAssigned(text="§ 1", due_on="2026-09-11"), j.WorkRecorded(work=uid("w1"), written=True, **control),
            j.MarkRecorded(student=ANNA, work=uid("w1"), value="4"), j.MarkRecorded(student=BORIS, work=uid("w1"), value="2"),
            j.AbsenceRecorded(student=VERA, code="absent"),
            names="L1.homework w1 L1.anna L1.boris L1.vera",
        )  # fmt: skip
        self.lesson(
            "L2", "09-10T10:30", PHYS5, 2, T2,
            j.HomeworkAssigned(text=""), j.WorkRecorded(work=uid("w2"), written=False, **control),
            j.MarkRecorded(student=ANNA, work=uid("w2"), value="5"),
            names="L2.homework w2 L2.anna",
        )  # fmt: skip
        self.lesson(
            "L3", "09-10T11:30", MATH5, 3, T1,
            j.WorkRecorded(work=uid("w3"), kind="test", written=True, weight=100),
            j.AbsenceRecorded(student=VERA, code="absent"),
            names="w3 L3.vera",
        )  # fmt: skip
        self.correct("09-10T15:00", T1, "teacher", "L1", "L1.anna", "4", "5")
        self.lesson("Z1", "09-15T09:30", MATH1, 1, T1)
        answer: dict[str, Any] = {"kind": "answer", "written": False, "weight": 100}
        self.lesson(
            "N1", "09-15T10:30", MATH9, 2, T1,
            j.HomeworkAssigned(text="§ 9"), j.WorkRecorded(work=uid("w9"), **answer),
            j.MarkRecorded(student=GLEB, work=uid("w9"), value="4"), j.MarkRecorded(student=DIMA, work=uid("w9"), value="2"),
            names="N1.homework w9 N1.gleb N1.dima",
        )  # fmt: skip
        self.correct("09-16T10:00", T1, "teacher", "N1", "N1.gleb", "4", "5")
        self.correct("09-16T10:01", T1, "teacher", "N1", "N1.dima", "2", "3")
        self.lesson(
            "L4", "09-21T09:30", MATH5, 1, T1,
            j.HomeworkAssigned(text="§ 2"), j.WorkRecorded(work=uid("w4"), written=True, **control),
            j.MarkRecorded(student=ANNA, work=uid("w4"), value="5"), j.MarkRecorded(student=BORIS, work=uid("w4"), value="3"),
            j.AbsenceRecorded(student=BORIS, code="absent"),
            names="L4.homework w4 L4.anna L4.boris L4.boris_absent",
        )  # fmt: skip

    def _october(self) -> None:
        answer: dict[str, Any] = {"kind": "answer", "written": False, "weight": 100}
        self.lesson(
            "L5", "10-20T09:30", MATH5, 1, T2,
            j.SubstitutionRecorded(absent_teacher=T1, reason="ill", basis="-приказ № 1", same_subject=True, coefficient=150),
            j.WorkRecorded(work=uid("w5"), **answer),
            j.MarkRecorded(student=ANNA, work=uid("w5"), value="3"), j.MarkRecorded(student=BORIS, work=uid("w5"), value="3"),
            names="L5.substitution w5 L5.anna L5.boris",
        )  # fmt: skip
        self.correct("10-20T12:00", T1, "teacher", "L1", "L1.boris", "2", "4")
        self.correct("10-21T12:00", T1, "teacher", "L1", "L1.anna", "5", "4", reason="other", sd=(NOTE,))
        late = j.HomeworkAssigned(text="§ 5")
        self.at("10-21T22:30", T1, "teacher", (f"lesson/{uid('L5')}", late), names="L5.homework")
        strange = j.MarkRecorded(student=VERA, work=uid("w5"), value="4")
        self.at("10-22T12:00", T3, "teacher", (f"lesson/{uid('L5')}", strange), names="L5.vera")
        body = j.HomeworkBody(text="§ 1", due_on="2026-09-11")
        mended = j.HomeworkCorrected(
            corrects=self.entries["L1.homework"],
            old=body,
            new=j.HomeworkBody(text="§ 1, 2", due_on="2026-09-11"),
            reason="typo",
        )
        self.at("10-23T12:00", ADMIN, "administrator", (f"lesson/{uid('L1')}", mended), names="L1.homework_corrected")
        known = j.AbsenceReasonSet(absence=self.entries["L1.vera"], code="ill", basis="справка")
        self.at("10-24T12:00", T1, "teacher", (f"lesson/{uid('L1')}", known), names="L1.vera_ill")

    def _after_the_close(self) -> None:
        closed = j.PeriodClosed(streams=6, root="0" * 64)
        self.at("10-26T09:00", DEPUTY, "deputy", (f"period/{QUARTER}", closed), names="closed")
        self.lesson(
            "L6", "10-26T10:30", PHYS5, 1, T2,
            j.WorkRecorded(work=uid("w6"), kind="test", written=True, weight=100),
            j.AbsenceRecorded(student=VERA, code="absent"),
            names="w6 L6.vera",
        )  # fmt: skip
        asked = j.CorrectionRequested(
            what="mark", corrects=self.entries["L1.boris"], old="4", new="5", reason="appeal", basis="протокол № 2"
        )
        self.at("10-27T12:00", T1, "teacher", (f"lesson/{uid('L1')}", asked), names="request")
        request = self.entries["request"]
        more = {"reason": "appeal", "basis": "протокол № 2", "request": request}
        self.correct("10-28T12:00", DEPUTY, "deputy", "L1", "L1.boris", "4", "5", **more)


QUESTION_SCHOOL = QuestionSchool()

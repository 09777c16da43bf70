"""What a school's office does beside the lessons, so that every register of a sample shows something.

A director; a subgroup with its lessons; homework posted the day before; documents of absences; portals and checks;
values blocked and checked; paper from before the journal; and what was back-dated by two people behind the close.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Final

from api.sample.draws import Draws
from api.sample.names import Names
from api.sample.planned import Planned, Scribe
from api.sample.roster import Person, Roster
from api.sample.school_year import BELLS, DAY, HOUR, MINUTE, STARTS_ON, local_day, moment
from api.sample.timetable import Week, classes_of_day
from ledger.journal import commands as cmd
from ledger.journal.erasure_events import RetentionRow
from ledger.journal.vocabulary import CertificateCode
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

Action = Callable[[int], Iterator[Planned]]
Place = tuple[str, str, int]
"""A planned lesson: course, day and number."""

_BEGINS_ON: Final = date(2026, 8, 26)
_POSTED_A_DAY: Final = 2
_PORTALS: Final = (
    ("Портал школы", "https://school.example/journal", "found"),
    ("Портал округа", "https://okrug.example/diary", "no_link"),
)
_DIARY: Final = "https://diary.example/"
_TERMS: Final = (RetentionRow(retention="journal", years=5, counted_from="document", kept_by="law", citation="05-11"),)
_SUBGROUP: Final = ("Информатика", "1-я подгруппа")
_SUBGROUP_TOPICS: Final = ("Папки и файлы", "Текстовый редактор", "Таблица в тексте", "Рисунок из фигур", "Презентация")


class Office:
    """The office of one school."""

    def __init__(self, seed: int, roster: Roster, week: Week, scribe: Scribe) -> None:
        self._roster = roster
        self._week = week
        self._scribe = scribe
        self._draws = Draws(seed, "office")
        self._salts = Draws(seed, "office", "salts")
        self._admin = Actor(roster.administrator.id, "administrator")
        self._deputy = Actor(roster.deputy.id, "deputy")
        self._person = Person(self._draws.uuid(), "staff", Names(seed + 1_000_003).adult())
        self._director = Actor(self._person.id, "director")
        self._group = roster.classes[-1]
        self._course = self._draws.uuid()
        self._members = tuple(sorted(self._group.students)[::2])
        self._teacher = self._group.class_teacher
        self.posted: set[Place] = set()

    def begin(self) -> Iterator[Planned]:
        """Yield the director, the subgroup, the portals, the schedule of terms, and paper from before the journal."""
        at = moment(_BEGINS_ON, "12:00")
        made = [make_disclosure(name, value, self._salts.bytes) for name, value in self._person.name.values().items()]
        register = cmd.RegisterPerson(
            person=self._person.id, kind="staff", sd=tuple(sorted(one.digest for one in made))
        )
        yield self._scribe.plan(at, self._admin, register, {self._person.id: tuple(one.text for one in made)})
        for command in (*self._subgroup(), *self._service(), *self._paper()):
            at += MINUTE
            yield self._scribe.plan(at, self._admin, command)

    def _subgroup(self) -> Iterator[cmd.JournalCommand]:
        subject, name = _SUBGROUP
        starts_on = STARTS_ON.isoformat()
        yield cmd.OpenCourse(
            course=self._course, class_group=self._group.id, year=self._roster.year, subject=subject,
            teacher=self._teacher, starts_on=starts_on, subgroup=name,
        )  # fmt: skip
        for student in self._members:
            yield cmd.JoinSubgroup(course=self._course, student=student, starts_on=starts_on)

    def _service(self) -> Iterator[cmd.JournalCommand]:
        self._portals = [(self._draws.uuid(), name, link, outcome) for name, link, outcome in _PORTALS]
        for portal, name, link, _ in self._portals:
            yield cmd.ListPortal(portal=portal, name=name, link=link)

    def _paper(self) -> Iterator[cmd.JournalCommand]:
        yield cmd.AdoptRetentionSchedule(
            effective_from=_BEGINS_ON.isoformat(), basis="номенклатура дел на 2026 год", rows=_TERMS
        )
        papers = [(self._draws.uuid(), year) for year in (2019, 2024)]
        for paper, year in papers:
            yield cmd.StorePaper(
                paper=paper, kind="class_journal", title=f"Классные журналы {year}/{year - 1999}", pages=480,
                place="архив школы, шкаф 1", basis="номенклатура дел, 05-11", counted_from=f"{year + 1}-06-15",
            )  # fmt: skip
        yield cmd.MovePaper(paper=papers[1][0], place="архив школы, шкаф 2", basis="акт о перемещении № 2")
        yield cmd.ProposePaperDestruction(
            destruction=self._draws.uuid(), papers=(papers[0][0],), basis="акт о выделении к уничтожению № 1"
        )

    # the year -----------------------------------------------------------------------------------------------------

    def agenda(self) -> Iterator[tuple[int, Action]]:
        """Yield moments of the year and what happens at them."""
        days = self._roster.days
        for day in days[4::20]:
            yield moment(day, "11:00"), self._check_portals
        blocks: list[str] = []
        yield moment(days[5], "10:00"), partial(self._block, blocks)
        yield moment(days[5], "15:00"), partial(self._unblock, blocks)
        for day, following in pairwise(days):
            yield moment(day, "16:40"), partial(self._post, following)
        for number, day in enumerate(days[3::5]):
            yield moment(day, BELLS[6][1]), partial(self._teach, number)
        closed = [period for period in self._roster.periods if period.ends_on <= days[-1]]
        if closed:
            period = closed[-1]
            last, at = period.ends_on.isoformat(), period.closes_at
            yield at + DAY, partial(self._back_date, last)

    def _check_portals(self, at: int) -> Iterator[Planned]:
        for portal, _, link, outcome in self._portals:
            check = cmd.RecordPortalCheck(portal=portal, link=link, diary=_DIARY, outcome=outcome)  # type: ignore[arg-type]
            yield self._scribe.plan(at, self._admin, check)
            at += MINUTE

    def _block(self, blocks: list[str], at: int) -> Iterator[Planned]:
        """A guardian says that a birth date is wrong."""
        guardian = self._roster.guardians[0]
        blocks.append(self._draws.uuid())
        block = cmd.BlockPersonalData(
            block=blocks[0], person=guardian.student, ground="inaccurate", requested_by="representative",
            received_on=local_day(at).isoformat(), basis="заявление № 12", applicant=guardian.id,
            fields=("birth_date",),
        )  # fmt: skip
        yield self._scribe.plan(at, self._admin, block)

    def _unblock(self, blocks: list[str], at: int) -> Iterator[Planned]:
        command = cmd.UnblockPersonalData(block=blocks[0], outcome="confirmed", basis="сверено со свидетельством")
        yield self._scribe.plan(at, self._director, command)

    def _post(self, day: date, at: int) -> Iterator[Planned]:
        """Post homework of a few of the next day's lessons."""
        lessons = [one for one in classes_of_day(self._roster, self._week, day.weekday()) if one[0].grade > 1]
        for _, number, course in self._draws.some(lessons, min(_POSTED_A_DAY, len(lessons))):
            place = (course.id, day.isoformat(), number)
            if self._roster.period_of(course.group.grade, day).closes_at <= at:
                continue
            self.posted.add(place)
            text = f"Повторить § {self._draws.between(2, 40)}, устно ответить на вопросы"
            command = cmd.PostHomework(course=course.id, held_on=place[1], number=number, text=text)
            yield self._scribe.plan(at, Actor(course.teacher, "teacher"), command)
            at += MINUTE

    def _teach(self, number: int, at: int) -> Iterator[Planned]:
        """Hold a lesson of the subgroup, behind all others of its class."""
        starts_at, ends_at = BELLS[6]
        work = cmd.NewWork(work=self._draws.uuid(), kind="practical", written=False)
        present = [one for one in self._members if one in self._group.students]
        marked = self._draws.some(present, min(3, len(present)))
        command = cmd.RecordLesson(
            lesson=self._draws.uuid(), course=self._course, held_on=local_day(at).isoformat(), number=7,
            starts_at=starts_at, ends_at=ends_at, topic=_SUBGROUP_TOPICS[number % len(_SUBGROUP_TOPICS)],
            attendance_taken=True, works=(work,),
            marks=tuple(
                cmd.NewMark(student=one, work=work.work, value=str(self._draws.between(3, 5))) for one in marked
            ),
        )  # fmt: skip
        yield self._scribe.plan(at, Actor(self._teacher, "teacher"), command)

    def _back_date(self, day: str, at: int) -> Iterator[Planned]:
        """Ask twice that another teacher answers for the subgroup from a closed day on: refused, and approved."""
        others = [one.id for ones in self._roster.teachers.values() for one in ones if one.id != self._teacher]
        for person, is_approved in ((others[0], False), (others[1], True)):
            ask = cmd.RequestCourseBackdating(
                course=self._course, what="teacher_assigned", person=person, day=day, basis="приказ № 57-к"
            )
            planned = self._scribe.plan(at, self._deputy, ask)
            yield planned
            answer: cmd.JournalCommand = cmd.RefuseCourseBackdating(
                course=self._course, request=planned.first_index, basis="приказа нет"
            )
            if is_approved:
                answer = cmd.ApproveCourseBackdating(course=self._course, request=planned.first_index)
            yield self._scribe.plan(at + HOUR, self._director, answer)
            at += 2 * HOUR

    # absences -----------------------------------------------------------------------------------------------------

    def certificate(
        self, group: str, student: str, days: Sequence[date], code: CertificateCode
    ) -> cmd.RecordCertificate:
        """Return the document that gives the reason of a spell's absences."""
        return cmd.RecordCertificate(
            certificate=self._draws.uuid(), class_group=group, student=student, starts_on=min(days).isoformat(),
            ends_on=max(days).isoformat(), code=code, basis=f"справка № {self._draws.between(1, 400)}",
        )  # fmt: skip

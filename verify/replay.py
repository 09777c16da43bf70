"""What the entries add up to (events.md): streams, people, classes, periods, closings; lessons are in lesson.py.

One pass, in order; each method takes one entry's groups (entry.py). A range that does not begin at 0 rests on entries
that are not here: what would need them is not checked, and the report of every such range says so (`before-range`).
"""

import json
from collections.abc import Callable
from typing import Final

from verify.access import LOOKS, OPENED, REFUSED, Access
from verify.accounts import Accounts
from verify.anchors import Anchors
from verify.authors import Authors
from verify.backdating import BACKDATINGS, Backdatings
from verify.backups import Backups
from verify.blocking import Blocking
from verify.cancellations import Cancellations
from verify.certificates import Certificates
from verify.closing import CLOSINGS, Closings
from verify.control import Control
from verify.council import Council
from verify.disclosures import OF_PERSONS, Disclosures
from verify.duty import Duties
from verify.entry import BEHALF, COMMAND, DATA, STREAM, VERSION, Groups
from verify.erasures import Erasures
from verify.events import TYPES, unescape
from verify.evidence import KINDS as EVIDENCE, Evidence
from verify.excuses import Excuses
from verify.findings import Place, Report
from verify.fragments import EventType
from verify.journal import JOURNALS, Journals
from verify.lesson import Lessons
from verify.lesson_events import VALUES
from verify.papers import Papers
from verify.personal import PersonalData
from verify.plan import Plans
from verify.prints import Prints
from verify.regulation import Orders
from verify.reopening import REOPENINGS, Reopenings
from verify.results import Results
from verify.schedule import Schedules
from verify.service import Service
from verify.state import ClassGroup, Course, Lesson, Period, Person, Plan, Sheet, Stay, Stream, Subject
from verify.subgroup import Subgroups
from verify.substitution import RECORDED
from verify.substitution_plans import SubstitutionPlans
from verify.tables import Tables
from verify.timetable import Timetables
from verify.witnesses import Witnesses

# So many periods of a kind a year has, which also bounds what closings cost: ten looks at a lesson for each closing.
_NUMBER_MAX: Final = {b"quarter": 4, b"trimester": 3, b"half_year": 2, b"year": 1}
_MAKERS: Final = {
    "school": b"school_opened/1",
    "person": b"person_registered/1",
    "year": b"school_year_opened/1",
    "period": b"period_defined/1",
    "class": b"class_group_opened/1",
    "course": b"course_opened/1",
    "plan": b"lesson_plan_imported/1",
    "lesson": b"lesson_recorded/1",
    "regulation": b"regulation_adopted/1",
    "responsible": b"responsible_appointed/1",
    **EVIDENCE,
    "backup": b"backup_taken/1",
    "prints": b"sheet_issued/1",
    "retention": b"retention_schedule_adopted/1",
    "hold": b"legal_hold_placed/1",
    "erasure": b"erasure_proposed/1",
    "blocking": b"personal_data_blocked/1",
    "anchor": b"access_log_anchored/1",
    "accounts": b"accounts_founded/1",
    "account": b"account_opened/1",
    "paper": b"paper_stored/1",
    "refresh": b"annual_refresh_opened/1",
    "control": b"control_check_recorded/1",
    "remark": b"remark_raised/1",
    "duty": b"duty_assigned/1",
    "backdating": b"setup_backdating_requested/1",
    "bells": b"bell_schedule_set/1",
    "timetable": b"timetable_set/1",
    "certificate": b"certificate_recorded/1",
    "cancellation": b"lesson_cancelled/1",
    "incident": b"incident_opened/1",
    "excuse": b"excuse_accepted/1",
    "freshness": b"freshness_measured/1",
    "portal": b"portal_listed/1",
    "witness": b"witness_appointed/1",
    "substitution": b"substitution_planned/1",
    "homework": b"homework_posted/1",
    "schedule": b"work_scheduled/1",
    "assessment": b"assessment_rules_adopted/1",
    "results": b"result_sheet_opened/1",
    "council": b"council_decision_recorded/1",
    "access": OPENED,
}
# What begins with an event of either kind, so that no one type makes it.
_EITHER: Final = {"calendar": (b"days_off_declared/1", b"school_day_declared/1"), "read": LOOKS, "refusal": REFUSED}
_KINDS: Final[dict[str, type[Stream]]] = {
    "person": Person, "period": Period, "class": ClassGroup, "course": Course, "lesson": Lesson, "results": Sheet,
    "plan": Plan,
}  # fmt: skip


class Replay:
    """The state of a school as its entries say, and every rule of events.md that they break.

    `subjects` by year and title, `classes` by year and grade.
    """

    def __init__(self, report: Report, disclosures: Disclosures, tables: Tables, start: int) -> None:
        self.report = report
        self.disclosures = disclosures
        self.tables = tables
        self.start = start
        self.origin = ""
        self.school = b""
        self.locate: Callable[[], Place] = Place
        self.people: dict[bytes, Person] = {}
        self.streams: dict[bytes, Stream] = {}
        self.command = b""
        self._commands: set[bytes] = set()
        self._periods: dict[tuple[bytes, bytes, bytes], list[tuple[bytes, bytes, bytes]]] = {}
        self.subgroups = Subgroups(self)
        self.subgroup_listed = self.subgroups.listed
        self.subgroup_joined = self.subgroups.joined
        self.subgroup_left = self.subgroups.left
        self.plans = Plans(self)
        self.authors = Authors(self)
        self.duties = Duties(self)
        self.lessons = Lessons(self)
        self.orders = Orders(self)
        self.closings = Closings(self)
        self.journals = Journals(self)
        self.reopenings = Reopenings(self)
        self.backdatings = Backdatings(self)
        self.evidence = Evidence(self)
        self.backups = Backups(self)
        self.prints = Prints(self)
        self.erasures = Erasures(self)
        self.blocking = Blocking(self)
        self.anchors = Anchors(self)
        self.accounts = Accounts(self)
        self.papers = Papers(self)
        self.personal = PersonalData(self)
        self.control = Control(self)
        self.timetables = Timetables(self)
        self.certificates = Certificates(self)
        self.cancellations = Cancellations(self)
        self.excuses = Excuses(self)
        self.service = Service(self)
        self.witnesses = Witnesses(self)
        self.substitution_plans = SubstitutionPlans(self)
        self.schedules = Schedules(self)
        self.results = Results(self)
        self.council = Council(self)
        self.access = Access(self)
        self.subjects: dict[tuple[bytes, bytes], Subject] = {}
        self.classes: dict[tuple[bytes, bytes], list[ClassGroup]] = {}
        self.handlers = {name.encode(): self._handler(event) for name, event in TYPES.items()}

    def _handler(self, event: EventType) -> Callable[[Stream, int, Groups], None]:
        """Return the method named like the event; corrections and annulments share one."""
        name = event.name.partition("/")[0]
        what, _, verb = name.rpartition("_")
        if what in VALUES and verb in ("corrected", "annulled"):
            return self.lessons.correction(what, is_annulled=verb == "annulled")
        rooms: dict[str, object] = {
            "lesson": self.lessons, "regulation": self.orders, "responsible": self.orders, "assessment": self.orders,
            "calendar": self.timetables, "bells": self.timetables, "timetable": self.timetables,
            "certificate": self.certificates, "cancellation": self.cancellations,
            "incident": self.excuses, "excuse": self.excuses,
            "backup": self.backups, "prints": self.prints, "accounts": self.accounts, "account": self.accounts,
            "access": self.access, "read": self.access, "refusal": self.access,
            "freshness": self.service, "portal": self.service, "witness": self.witnesses,
            "retention": self.erasures, "hold": self.erasures, "erasure": self.erasures,
            "blocking": self.blocking, "anchor": self.anchors,
            "paper": self.papers,
            "substitution": self.substitution_plans,
            "homework": self.lessons.homework.posted,
            "schedule": self.schedules,
            "results": self.results, "council": self.council, "plan": self.plans, "duty": self.duties,
            "person": self.personal, "refresh": self.personal, "control": self.control, "remark": self.control,
            **dict.fromkeys(EVIDENCE, self.evidence),
        }  # fmt: skip
        by_name: dict[str, object] = {
            **dict.fromkeys(CLOSINGS, self.closings), **dict.fromkeys(JOURNALS, self.journals),
            **dict.fromkeys(REOPENINGS, self.reopenings), **dict.fromkeys(BACKDATINGS, self.backdatings),
        }  # fmt: skip
        room = by_name.get(name) or rooms.get(event.kind, self)
        handler: Callable[[Stream, int, Groups], None] = getattr(room if hasattr(room, name) else self, name)
        return handler

    def apply(self, name: bytes, index: int, groups: Groups) -> None:
        """Take one well-formed entry; `name` is empty where its type is unknown: then only its version counts."""
        if groups[COMMAND] != self.command:
            self._begin_command(groups[COMMAND])
        elif self.lessons.substitutions.fresh is not None and name != RECORDED:
            self.lessons.substitutions.settle()
        if index == 0 and name not in (b"school_opened/1", OPENED):
            self.find("school-opened", "school_opened/1", name or "an unknown type")
        key, version = groups[STREAM], int(groups[VERSION])
        stream = self.streams.get(key)
        if stream is None:
            self.access.sort(key)
            stream = self._begin(key, name, version)
        if version != stream.version + 1:
            self.find("version-gap", stream.version + 1, version, field_name="version")
        stream.version = version
        if groups[BEHALF] is not None:
            self.authors.check_behalf(groups)
        if name:
            self.handlers[name](stream, index, groups)
            if self.journals.any_closed:
                self.journals.check_open(stream)
        stream.last = index

    def _begin_command(self, command: bytes) -> None:
        """Settle what the command before stated of itself; one that goes on behind another was not one append."""
        self.lessons.settle_attendance()
        self.lessons.substitutions.settle()
        if command in self._commands:
            self.find("command-split", "entries of one command side by side", command, field_name="command")
        self._commands.add(command)
        self.command = command

    def _begin(self, key: bytes, name: bytes, version: int) -> Stream:
        """Take up a stream at its first entry here: the one that makes it, except in a range that begins later."""
        kind = key.partition(b"/")[0].decode()
        maker = _MAKERS.get(kind)
        stream = _KINDS.get(kind, Stream)(key)
        if self.start and version > 1:
            stream.version, stream.is_partial = version - 1, True
        elif name and name != maker and name not in _EITHER.get(kind, ()):
            self.find("stream-kind", maker or "", name)
        self.streams[key] = stream
        return stream

    def find(self, code: str, expected: object = "", found: object = "", *, field_name: str = "") -> None:
        """Report a finding at the entry in hand."""
        place = self.locate()
        self.report.add(code, Place(place.file, place.line, place.entry, place.offset, field_name), expected, found)

    def made(self, kind: bytes, uuid: bytes, field_name: str) -> Stream | None:
        """Return the stream of an id that an entry names, or report that nothing made it."""
        stream = self.streams.get(kind + b"/" + uuid)
        if stream is None and not self.start:
            self.find("reference-unknown", f"an earlier {kind.decode()}", uuid, field_name="data." + field_name)
        return stream

    def person(self, uuid: bytes, field_name: str, kind: bytes) -> Person:
        """Return the person of an id; one whom nothing registered is reported once and then taken by the id."""
        person = self.people.get(uuid)
        if person is None:
            self.made(b"person", uuid, field_name)
            person = Person(b"person/" + uuid, kind=kind, name=uuid, cells=b"%b;%b;" % (uuid, uuid))
            self.people[uuid] = person
        elif person.kind != kind:
            self.find("person-kind", kind, person.kind, field_name="data." + field_name)
        return person

    def employee(self, uuid: bytes, field_name: str) -> Person:
        """Return the person of an id, who must be a teacher or another employee."""
        known = self.people.get(uuid)
        return self.person(uuid, field_name, b"staff" if known is not None and known.kind == b"staff" else b"teacher")

    def check_span(self, starts: bytes, ends: bytes, field_name: str) -> bool:
        """Say whether days or times are in order; report where they are not."""
        if ends < starts:
            self.find("ends-before-start", b"not before " + starts, ends, field_name="data." + field_name)
        return ends >= starts

    def makes(self, stream: Stream) -> bool:
        """Say whether the entry in hand may be the one that makes its stream."""
        if stream.last >= 0 or stream.is_partial:
            self.find("stream-kind", "one entry that makes the stream, its first", stream.key)
            return False
        return True

    def disclose(self, index: int, digests: list[str], names: frozenset[str], *, is_repeated: bool = False) -> None:
        """Match an entry's `_sd` with its disclosures; only an answer to a request repeats a digest, its request's."""
        if not is_repeated and not self.disclosures.take_once(digests):
            self.find(
                "digest-reused", "digests of this entry alone", "a digest of another entry", field_name="data._sd"
            )
        if index in self.disclosures.wanted:
            self.disclosures.commit(index, digests, names)

    # Set-up (events.md, "Set-up").

    def school_opened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the school's first entry."""
        clock, name, origin, _ = groups[DATA]
        if index != 0:
            self.find("school-opened", "entry 0, and no other", index)
        else:
            self.school = stream.id
        self.origin = unescape(origin).decode()
        self.report.facts["school"] = unescape(name).decode()
        self.report.facts["clock"] = clock.decode()

    def person_registered(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a person: an id, and a name where this archive discloses it."""
        digests, kind = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, Person):
            return
        listed = json.loads(digests)
        if listed != sorted(set(listed)) or len(listed) > len(OF_PERSONS):
            self.find("data-field", f"up to {len(OF_PERSONS)} sorted digests", digests, field_name="data._sd")
        self.disclose(index, listed, OF_PERSONS)
        if 0 < len(self.disclosures.known(listed)) < len(listed):
            self.blocking.partly.append(stream.id)
        self.people[stream.id] = stream
        stream.kind = kind
        stream.parts = self.disclosures.parts(listed)
        stream.disclosed = self.disclosures.known(listed)
        stream.rename(index)
        self.tables.person(index, stream)

    def school_year_opened(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a school year."""
        ends_on, starts_on, _ = groups[DATA]
        self.evidence.year_opened(stream.id, ends_on)
        if self.makes(stream) and self.check_span(starts_on, ends_on, "ends_on"):
            self.timetables.years[stream.id] = (starts_on, ends_on)

    def period_listed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a period into its year's list."""
        period = self.made(b"period", groups[DATA][0], "period")
        if isinstance(period, Period):
            self.lists(stream, index, period, period.year)

    def class_group_listed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a class into its year's list."""
        group = self.made(b"class", groups[DATA][0], "class_group")
        if isinstance(group, ClassGroup):
            self.lists(stream, index, group, group.year)

    def lists(self, stream: Stream, index: int, listed: Stream, year: bytes) -> None:
        """Compare what a year lists with the entry before, which must be the one that makes it, and in this year."""
        if (listed.version, listed.last, year) != (1, index - 1, stream.id):
            self.find("data-field", "what the entry before makes in this year", listed.key)

    def period_defined(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a reporting period."""
        ends_on, grades, kind, number, starts_on, year = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, Period):
            return
        listed = json.loads(grades)
        if listed != sorted(set(listed)):
            self.find("data-field", "sorted grades", grades, field_name="data.grades")
        self.made(b"year", year, "year")
        if not self.check_span(starts_on, ends_on, "ends_on"):
            return
        if not 1 <= int(number) <= _NUMBER_MAX[kind]:
            self.find("data-field", f"a number up to {_NUMBER_MAX[kind]}", number, field_name="data.number")
            return
        stream.year, stream.starts_on, stream.ends_on = year, starts_on, ends_on
        stream.kind, stream.number = kind, number
        span, taken = (number, starts_on, ends_on), [(year, kind, b"%d" % grade) for grade in sorted(set(listed))]
        if any(_collide(span, other) for key in taken for other in self._periods.get(key, ())):
            self.find("period-overlap", "another number on other days", b"%b %b of %b" % (kind, number, starts_on))
            return
        for key in taken:
            self._periods.setdefault(key, []).append(span)
        stream.grades = tuple(grade for _, _, grade in taken)
        self.journals.period_defined(stream)

    def class_group_opened(self, stream: Stream, _index: int, groups: Groups) -> None:
        """Take a class."""
        class_teacher, grade, letter, year = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, ClassGroup):
            return
        if class_teacher is not None:
            self.person(class_teacher, "class_teacher", b"teacher")
            if year in self.timetables.years:
                self.accounts.check_employed(class_teacher, self.timetables.years[year][0], "class_teacher")
            stream.assignments.append((b"", class_teacher))
        self.made(b"year", year, "year")
        stream.year, stream.grade, stream.name = year, grade, grade + unescape(letter)
        self.classes.setdefault((year, grade), []).append(stream)

    def class_teacher_assigned(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a class's next teacher."""
        self._assigned(b"class_teacher_assigned", stream, index, groups)

    def student_enrolled(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a student into a class."""
        request, starts_on, student = groups[DATA]
        person = self.person(student, "student", b"student")
        self.backdatings.begins((b"student_enrolled", student, starts_on), stream, index, request, groups)
        if not isinstance(stream, ClassGroup):
            return
        stay = person.stays.get(stream.year)
        if stay is not None and (stay.ends_on is None or starts_on <= stay.ends_on):
            self.find("enrollment", "a day after the last stay of the year", starts_on, field_name="data.starts_on")
        if not stream.is_partial:
            person.stays[stream.year] = Stay(stream.key, starts_on)
            stream.roster.setdefault(person, []).append(person.stays[stream.year])
        self.tables.enrolled(index, stream.key, stream.name, person, starts_on)

    def student_left(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a student out of a class."""
        ends_on, request, student = groups[DATA]
        person = self.person(student, "student", b"student")
        self.backdatings.ends((b"student_left", student, ends_on), stream, index, request, groups)
        if not isinstance(stream, ClassGroup):
            return
        stay = person.stays.get(stream.year)
        if stay is not None and stay.group == stream.key and stay.ends_on is None:
            self.check_span(stay.starts_on, ends_on, "ends_on")
            stay.ends_on = ends_on
        elif not self.start:
            self.find("enrollment", "a student of this class", student, field_name="data.student")
        self.tables.left(stream.key, person, ends_on)

    def course_opened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a course: a subject in a class, or in a part of it."""
        class_group, subgroup, subject, year = groups[DATA]
        if not self.makes(stream) or not isinstance(stream, Course):
            return
        self.made(b"year", year, "year")
        group = self.made(b"class", class_group, "class_group")
        if isinstance(group, ClassGroup):
            stream.group = group
            group.courses.append(stream)
        stream.subject, stream.year = unescape(subject), year
        stream.taught = self.subjects.setdefault((year, stream.subject), Subject())
        stream.taught.courses.append(stream)
        self.subgroups.opened(stream, subgroup)
        self.tables.course(index, stream)

    def teacher_assigned(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a course's responsible teacher."""
        self._assigned(b"teacher_assigned", stream, index, groups)

    def _assigned(self, what: bytes, stream: Stream, index: int, groups: Groups) -> None:
        request, starts_on, teacher = groups[DATA]
        self.person(teacher, "teacher", b"teacher")
        self.accounts.check_employed(teacher, starts_on, "teacher")
        self.backdatings.begins((what, teacher, starts_on), stream, index, request, groups)
        if isinstance(stream, Course | ClassGroup):
            stream.assignments.append((starts_on, teacher))

    def finish(self) -> None:
        """Settle what waits for the end of the log."""
        self.authors.finish()
        self.lessons.settle_attendance()
        self.lessons.substitutions.settle()
        self.witnesses.finish()
        self.blocking.finish()


def _collide(one: tuple[bytes, bytes, bytes], other: tuple[bytes, bytes, bytes]) -> bool:
    """Say whether two periods of one kind and grade have their number or a day in common."""
    return one[0] == other[0] or (one[1] <= other[2] and other[1] <= one[2])

"""The rules of a lesson's stream (events.md, "A lesson" and "Corrections").

A broken rule is a finding and the entry is taken all the same, so that what follows is judged against what the log
says.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from verify.entry import ACTOR, AT, DATA, Groups, people_of
from verify.events import VALUE_PATTERNS
from verify.findings import Place
from verify.grounds import Grounds
from verify.homework import Homework
from verify.posted import homework_value
from verify.state import NULL, Course, Fact, Lesson, Person, Request, Stream, Work
from verify.substitution import Substitutions
from verify.work import Works, is_made_up

if TYPE_CHECKING:
    from verify.replay import Replay

Handler = Callable[[Stream, int, Groups], None]


class Lessons:
    """All lessons of a log."""

    def __init__(self, replay: "Replay") -> None:
        self.replay = replay
        self.tables = replay.tables
        self.find = replay.find
        self.by_grade: dict[tuple[bytes, bytes], list[Lesson]] = {}
        self.attendance_due: list[tuple[Lesson, int, Place]] = []
        self._spelt: dict[bytes, bytes] = {}
        self.grounds = Grounds(replay)
        self.homework = Homework(replay)
        self.works = Works(replay)
        self.substitutions = Substitutions(replay)
        self.substitution_recorded = self.substitutions.recorded

    # What is recorded.

    def lesson_recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take a lesson's first entry."""
        attendance, course_id, ends_at, held_on, number, plan_items, starts_at, teacher, topic = groups[DATA]
        if not isinstance(lesson, Lesson) or not self.replay.makes(lesson):
            return
        covered = b"" if plan_items is None else b'"plan_items":%b,' % plan_items
        value = b'{"ends_at":"%b","number":%b,%b"starts_at":"%b","topic":"%b"}'
        value %= (ends_at, number, covered, starts_at, topic)
        lesson.fact = Fact("lesson", index, index, value)
        lesson.at, lesson.held_on, lesson.number = groups[AT], held_on, number
        lesson.is_taken = attendance == b"taken"
        self.replay.check_span(starts_at, ends_at, "ends_at")
        lesson.teacher, lesson.by = self.replay.person(teacher, "teacher", b"teacher"), teacher
        self.replay.authors.check_recorded(lesson, groups)
        course = self.replay.made(b"course", course_id, "course")
        if isinstance(course, Course):
            lesson.course = course
            course.lessons.append(lesson)
            if course.group is not None:
                self.by_grade.setdefault((course.group.year, course.group.grade), []).append(lesson)
            if self.replay.closings.holds(lesson):
                lesson.is_closed = True
                self.find("recorded-after-close", "an open period", held_on, field_name="data.held_on")
        if plan_items is not None:
            self.replay.plans.check_covered(lesson, json.loads(plan_items), "data.plan_items")
        self.substitutions.lesson_recorded(lesson)
        self.tables.lesson(lesson)

    def attendance_taken(self, lesson: Stream, _index: int, groups: Groups) -> None:
        """Take the statement that attendance was checked; how many are absent is compared when the command ends."""
        (absent,) = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        if lesson.fact is None:
            return
        if lesson.is_taken:
            self.find("attendance", "attendance taken once, where the lesson says not_taken", "taken again")
        lesson.is_taken = True
        self.attendance_due.append((lesson, int(absent), self.replay.locate()))

    def settle_attendance(self) -> None:
        """Compare the numbers of absent students that a command stated with what stands after it."""
        self.replay.report.checked["attendances"] += len(self.attendance_due)
        for lesson, absent, place in self.attendance_due:
            if lesson.absent != absent:
                self.replay.report.add("attendance", place, f"{lesson.absent} absent", absent)
        self.attendance_due.clear()

    def absence_recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take an absence."""
        certificate, code, student = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        person = self.replay.person(student, "student", b"student")
        self.replay.subgroups.check_member(lesson, person)
        self.replay.certificates.check_recorded(lesson, person, code, certificate)
        fact = Fact("absence", index, index, self._spelt.setdefault(code, code), person)
        self._check_slot(lesson, fact)
        lesson.absences[person] = fact
        lesson.absent += 1
        lesson.added(fact)
        self.tables.absence(index, groups[AT], lesson, fact)

    def lateness_recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take a lateness."""
        minutes, student = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        person = self.replay.person(student, "student", b"student")
        self.replay.subgroups.check_member(lesson, person)
        fact = Fact("lateness", index, index, self._spelt.setdefault(minutes, minutes), person)
        self._check_slot(lesson, fact)
        lesson.latenesses[person] = fact
        lesson.added(fact)
        self.tables.absence(index, groups[AT], lesson, fact)

    def early_leave_recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take an early leaving."""
        minutes, student = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        person = self.replay.person(student, "student", b"student")
        fact = Fact("early_leave", index, index, self._spelt.setdefault(minutes, minutes), person)
        self._check_slot(lesson, fact)
        lesson.early_leaves[person] = fact
        lesson.added(fact)
        self.tables.absence(index, groups[AT], lesson, fact)

    def homework_assigned(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take homework, or the statement that there is none."""
        due_lesson, due_on, files, posted, text = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        fact = Fact("homework", index, index, homework_value(due_lesson, due_on, files, text))
        self.homework.check_given(lesson, fact.value, "data")
        if posted is not None:
            self.homework.posted.check_taken(lesson, int(posted), fact.value)
        self.tables.files(index, groups[AT], lesson, fact.value)
        self._check_slot(lesson, fact)
        lesson.homework = fact
        lesson.added(fact)

    def work_recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take an assessed work."""
        ends_on, kind, of_lesson, scheduled, weight, work_id, written = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        if work_id in lesson.works:
            self.find("recorded-twice", "a work once", work_id, field_name="data.work")
            return
        self.homework.check_named(lesson, kind, of_lesson, "data.of_lesson")
        until = b"" if ends_on is None else b'"ends_on":"%b",' % ends_on
        named = b"" if of_lesson is None else b'"of_lesson":"%b",' % of_lesson
        planned = b"" if scheduled is None else b'"scheduled":"%b",' % scheduled
        own = b"" if weight is None else b'"weight":%b,' % weight
        value = b'{%b"kind":"%b",%b%b%b"written":%b}' % (until, kind, named, planned, own, written)
        fact = Fact("work", index, index, self._spelt.setdefault(value, value))
        fact.work = lesson.works[work_id] = Work(work_id, lesson, fact, self._spelt.setdefault(kind, kind))
        lesson.added(fact)
        self.works.recorded(lesson, fact.work, groups[AT])

    def make_up_recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take a student's own day for a work."""
        made_up_on, student, work_id = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        person = self.replay.person(student, "student", b"student")
        work = self._work(lesson, work_id, index)
        if work is None:
            return
        self.replay.subgroups.check_member(lesson, person)
        fact = Fact("make_up", index, index, self._spelt.setdefault(made_up_on, made_up_on), person, work)
        self._check_slot(lesson, fact)
        work.make_ups[person] = fact
        work.standing_make_ups += 1
        lesson.added(fact)
        self.works.made_up(lesson, fact, groups[AT])

    def mark_recorded(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take a mark."""
        student, value, work_id = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self._check_open(lesson, groups)
        # More than half of all entries are marks: what is so nearly always is asked here.
        person = self.replay.people.get(student)
        if person is None or person.kind != b"student":
            person = self.replay.person(student, "student", b"student")
        work = lesson.works.get(work_id) or self._work(lesson, work_id, index)
        if work is None:
            return
        if lesson.course is None or lesson.course.subgroup is not None:
            self.replay.subgroups.check_member(lesson, person)
        fact = Fact("mark", index, index, self._spelt.setdefault(value, value), person, work)
        if person in work.marks or person in lesson.absences or work.fact.value is NULL:
            self._check_slot(lesson, fact)
        self.homework.check_mark(lesson, fact, value)
        work.marks[person] = fact
        work.standing_marks += 1
        lesson.added(fact)
        if lesson.course is not None and lesson.course.taught is not None:
            lesson.course.taught.marks.setdefault(person, []).append(fact)
        self.tables.mark(index, groups[AT], lesson, fact)

    def _work(self, lesson: Lesson, work_id: bytes, index: int) -> Work | None:
        """Return the work that entry `index` names; in a range that begins later it may be unknown."""
        work = lesson.works.get(work_id)
        if work is None and lesson.is_partial:
            lesson.rests_before(index)
        elif work is None:
            self.find("reference-unknown", "a work of this lesson", work_id, field_name="data.work")
        return work

    def _check_open(self, lesson: Lesson, groups: Groups) -> None:
        """Report who may not record in a lesson, and one that takes nothing new: never recorded, annulled, closed."""
        self.replay.authors.check_lesson(lesson, groups)
        if lesson.fact is None:
            if not lesson.is_partial:
                self.find("reference-unknown", "lesson_recorded/1 first", lesson.key)
        elif lesson.fact.value is NULL:
            self.find("recorded-on-annulled", "a standing lesson", lesson.key)
        if lesson.is_closed:
            self.find("recorded-after-close", "an open period", lesson.held_on)

    def _check_slot(self, lesson: Lesson, fact: Fact) -> None:
        """Report a fact that stands beside another which excludes it."""
        who = fact.who
        other = None
        excluded: list[Fact | None] = []
        if fact.work is not None and who is not None:
            other = _of_work(fact.work, fact.what).get(who)
            if fact.work.fact.value is NULL:
                self.find("recorded-on-annulled", "a standing work", fact.work.id)
        elif fact.what == "homework":
            other = lesson.homework
        elif who is not None:
            other = _slots(lesson, fact.what).get(who)
            opposite = ("lateness", "early_leave") if fact.what == "absence" else ("absence",)
            excluded = [_slots(lesson, what).get(who) for what in opposite]
        if who is not None:
            self._check_present(lesson, fact, who)
        if other is not None and other is not fact and other.value is not NULL:
            self.find("recorded-twice", f"one standing {fact.what}", f"entry {other.standing} stands")
        for one in excluded:
            if one is not None and one.value is not NULL:
                self.find("absence-and-lateness", "one of the two", f"entry {one.standing} stands")

    def _check_present(self, lesson: Lesson, fact: Fact, who: Person) -> None:
        """Report a mark beside an absence that the regulation of the lesson's day, as known by now, does not take."""
        if fact.what == "mark" and fact.work is not None:
            absence = lesson.absences.get(who)
            others = [absence] if absence is not None and not is_made_up(fact.work, who) else []
        elif fact.what == "absence":
            others = [
                mark
                for work in lesson.works.values()
                if (mark := work.marks.get(who)) is not None and not is_made_up(work, who)
            ]
        else:
            return
        standing = [other for other in others if other.value is not NULL]
        if standing and not self.replay.orders.takes_marks_for_absent(lesson.held_on):
            self.find("mark-for-absent", "a regulation that takes it", f"entry {standing[0].standing} stands")

    # What is corrected.

    def correction(self, what: str, *, is_annulled: bool) -> Handler:
        """Return the handler of `<what>_corrected/1` or `<what>_annulled/1`."""

        def handle(lesson: Stream, index: int, groups: Groups) -> None:
            digests, basis, corrects, new, old, reason, request = groups[DATA]
            if not isinstance(lesson, Lesson):
                return
            self.grounds.check_reason(index, digests, basis, reason, request)
            if lesson.is_closed and request is None:
                self.find("correction-after-close", "an approved request", "none", field_name="data.request")
            if request is None:
                self.replay.authors.check_correction(lesson, groups)
            is_approved = request is not None and self.grounds.check_request(lesson, int(request), what, groups)
            self.grounds.count(what, is_late=request is not None, is_approved=is_approved)
            fact = self._cited(lesson, what, corrects, old, index)
            if what == "substitution" and lesson.fact is not None and lesson.fact.value is NULL:
                self.find("recorded-on-annulled", "a standing lesson", lesson.key)
            if new == old:
                self.find("correction-changes-nothing", "another value", new, field_name="data.new")
            who = b"" if fact is None or fact.who is None or what == "substitution" else fact.who.id
            if fact is not None:
                self._change(lesson, fact, index, NULL if is_annulled else self._spelt.setdefault(new, new))
            if what == "homework" and not is_annulled:
                self.tables.files(index, groups[AT], lesson, new)
            note = b"" if digests is None else self.replay.disclosures.note(json.loads(digests))
            cells = (lesson.id, who, old, new, reason, note, basis or b"", request or b"")
            self.tables.correction(index, groups[AT], what, corrects, cells, groups[ACTOR])

        return handle

    def absence_reason_set(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take the reason of an absence, which replaces the code `absent`."""
        absence, basis, certificate, code = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        if lesson.is_closed:
            self.find("recorded-after-close", "an open period", lesson.held_on)
        if certificate is None:
            self.replay.authors.check_reason(lesson, groups)
        old = b'"absent"'
        if code == old:
            self.find("correction-changes-nothing", "another code", code, field_name="data.code")
        fact = self._cited(lesson, "absence", absence, old, index)
        who = b"" if fact is None or fact.who is None else fact.who.id
        if fact is not None and fact.who is not None:
            self.replay.certificates.check_reason(lesson, fact.who, groups)
        if fact is not None:
            self._change(lesson, fact, index, self._spelt.setdefault(code, code))
        self.grounds.count("absence")
        cells = (lesson.id, who, old, code, b"document", b"", basis or b"", b"")
        self.tables.correction(index, groups[AT], "absence", absence, cells, groups[ACTOR])

    def correction_requested(self, lesson: Stream, index: int, groups: Groups) -> None:
        """Take a request for a correction after the close."""
        digests, basis, corrects, new, old, reason, what = groups[DATA]
        if not isinstance(lesson, Lesson):
            return
        self.grounds.check_reason(index, digests, basis, reason, None)
        for name, value in (("old", old), ("new", new)):
            is_none = value == NULL and what != b"substitution"
            if not is_none and not VALUE_PATTERNS[what.decode()].fullmatch(value):
                self.find("data-field", f"a value of {what.decode()}", value, field_name="data." + name)
        self._cited(lesson, what.decode(), corrects, old, None)
        if new == old:
            self.find("correction-changes-nothing", "another value", new, field_name="data.new")
        if lesson.requests is None:
            lesson.requests = {}
        lesson.requests[index] = Request(people_of(groups), what.decode(), (digests, basis, corrects, new, old, reason))

    def correction_refused(self, lesson: Stream, _index: int, groups: Groups) -> None:
        """Take the refusal of a request."""
        _, request = groups[DATA]
        if isinstance(lesson, Lesson):
            self.grounds.answer(lesson, int(request), groups)

    def _cited(self, lesson: Lesson, what: str, corrects: bytes, old: bytes, by: int | None) -> Fact | None:
        """Return the fact whose standing entry is cited, and compare the value that stood."""
        index = int(corrects)
        fact = lesson.find(index)
        if fact is None and lesson.is_beyond(index, self.replay.start, by):
            return None
        if fact is None or fact.what != what:
            self.find(
                "correction-cites-nothing",
                f"the standing entry of this lesson's {what}",
                index,
                field_name="data.corrects",
            )
            return None
        if fact.value != old:
            self.find("correction-old-value", fact.value, old, field_name="data.old")
        return fact

    def _change(self, lesson: Lesson, fact: Fact, index: int, value: bytes) -> None:
        """Let another value stand, and keep the counts of what stands."""
        lesson.stand(fact, index)
        step = (value is not NULL) - (fact.value is not NULL)
        fact.value = value
        if step and fact.what == "lesson":
            if step < 0 and lesson.in_use:
                self.find("annulled-while-in-use", "nothing else standing in the lesson", f"{lesson.in_use} facts")
        elif step:
            self._stand(lesson, fact, step)
        self._changed(lesson, fact, index, value)

    def _stand(self, lesson: Lesson, fact: Fact, step: int) -> None:
        """Count a fact that stands again (step 1) or no more (step -1)."""
        lesson.in_use += step
        work = fact.work
        if step > 0:
            if lesson.fact is not None and lesson.fact.value is NULL:
                self.find("recorded-on-annulled", "a standing lesson", lesson.key)
            if fact.what != "work":
                self._check_slot(lesson, fact)
        if fact.what == "absence":
            lesson.absent += step
        elif fact.what == "mark" and work is not None:
            work.standing_marks += step
        elif fact.what == "make_up" and work is not None and fact.who is not None:
            work.standing_make_ups += step
            if step < 0 and (mark := work.marks.get(fact.who)) is not None and mark.value is not NULL:
                self._check_present(lesson, mark, fact.who)
        elif fact.what == "work" and step < 0 and work is not None and (work.standing_marks or work.standing_make_ups):
            stand = f"{work.standing_marks} marks, {work.standing_make_ups} make-ups"
            self.find("annulled-while-in-use", "no mark and no make-up standing for the work", stand)
        if step > 0 and fact.who is not None:
            slots = _of_work(work, fact.what) if work is not None else _slots(lesson, fact.what)
            slots[fact.who] = fact
        elif step > 0 and fact.what == "homework":
            lesson.homework = fact

    def _changed(self, lesson: Lesson, fact: Fact, index: int, value: bytes) -> None:
        """Keep what the tables show of a changed fact."""
        if value is not NULL and fact.what == "lesson":
            header = json.loads(value)
            lesson.number = b"%d" % header["number"]
            self.replay.check_span(header["starts_at"].encode(), header["ends_at"].encode(), "new")
            self.replay.plans.check_covered(lesson, header.get("plan_items", []), "data.new")
        elif fact.what == "work" and fact.work is not None:
            work = fact.work
            if value is not NULL:
                header = json.loads(value)
                named = header.get("of_lesson")
                self.homework.check_named(
                    lesson, header["kind"].encode(), named and named.encode(), "data.new.of_lesson"
                )
            kind = work.kind if value is NULL else json.loads(value)["kind"].encode()
            work.kinds = work.kinds or [(fact.first, work.kind)]
            work.kinds.append((index, kind))
            work.kind = kind
            self.tables.rekinded(work)
            self.works.changed(lesson, fact)
        elif fact.what == "make_up":
            self.works.changed(lesson, fact)
        elif fact.what in ("mark", "absence", "lateness", "early_leave"):
            if fact.what == "mark":
                self.homework.check_mark(lesson, fact, value)
            self.tables.changed(fact)
        elif value is not NULL and fact.what == "homework":
            self.homework.check_given(lesson, value, "data.new")


def _of_work(work: Work, what: str) -> dict[Person, Fact]:
    """Return the marks or the make-ups of a work."""
    return work.make_ups if what == "make_up" else work.marks


def _slots(lesson: Lesson, what: str) -> dict[Person, Fact]:
    """Return the absences, latenesses or early leavings of a lesson."""
    if what == "absence":
        return lesson.absences
    return lesson.latenesses if what == "lateness" else lesson.early_leaves

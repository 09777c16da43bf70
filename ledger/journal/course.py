"""Courses: a class group or a subgroup of it × subject × year, one responsible teacher on each day (regulation 1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.account import check_employed
from ledger.journal.aggregate import Aggregate
from ledger.journal.backdating_events import CourseBackdatingRefused, CourseBackdatingRequested
from ledger.journal.commands import AssignTeacher, JoinSubgroup, LeaveSubgroup, OpenCourse
from ledger.journal.context import Context
from ledger.journal.events import CourseOpened, SubgroupJoined, SubgroupLeft, SubgroupListed, TeacherAssigned
from ledger.journal.facts import people_of
from ledger.journal.people import check_person
from ledger.journal.recorded import Planned, Recorded
from ledger.journal.roster import Assignment, ClassGroup, Enrollment, assigned_on, check_next
from ledger.journal.year import BackdatingAsked, SchoolYear, answered, check_not_backdated


class Course(Aggregate, frozen=True, kw_only=True):
    """A course; `assignments` are in order of their days.

    `subgroup` is the title of the part of the class that it teaches, None: all of it. `members` maps a student to the
    stays in the subgroup, oldest first; `backdatings` are the requests to do something of a closed period that wait.
    """

    class_group: str
    subject: str
    year: str
    assignments: tuple[Assignment, ...] = ()
    subgroup: str | None = None
    members: Mapping[str, tuple[Enrollment, ...]] = {}
    backdatings: Mapping[int, BackdatingAsked] = {}

    def teacher_on(self, day: str) -> str | None:
        """Return the responsible teacher on this day, or None before the first assignment."""
        return assigned_on(self.assignments, day)

    def teaches(self, student: str, day: str) -> bool:
        """Tell whether a student of the class belongs to the course on this day: all do, or the subgroup's members."""
        return self.subgroup is None or any(stay.holds(day) for stay in self.members.get(student, ()))

    def last_stay(self, student: str) -> Enrollment | None:
        """Return the latest stay of a student in the subgroup, or None."""
        stays = self.members.get(student)
        return stays[-1] if stays else None


def evolve_course(state: Course | None, events: Iterable[Recorded]) -> Course | None:
    """Apply events of a course's stream."""
    for event in events:
        data = event.data
        if type(data) is CourseOpened:
            state = Course(
                stream=event.originator_id,
                version=event.originator_version,
                class_group=data.class_group,
                subject=data.subject,
                year=data.year,
                subgroup=data.subgroup,
            )
        elif type(data) is TeacherAssigned and state is not None:
            assignments = (*state.assignments, Assignment(data.starts_on, data.teacher))
            state = msgspec.structs.replace(state, version=event.originator_version, assignments=assignments)
            state = _answered(state, data.request)
        elif type(data) is SubgroupJoined and state is not None:
            stays = (*state.members.get(data.student, ()), Enrollment(data.starts_on, None))
            members = {**state.members, data.student: stays}
            state = msgspec.structs.replace(state, version=event.originator_version, members=members)
            state = _answered(state, data.request)
        elif type(data) is SubgroupLeft and state is not None:
            *earlier, last = state.members[data.student]
            members = {**state.members, data.student: (*earlier, last._replace(ends_on=data.ends_on))}
            state = msgspec.structs.replace(state, version=event.originator_version, members=members)
            state = _answered(state, data.request)
        elif type(data) is CourseBackdatingRequested and state is not None:
            person, people = data.teacher or data.student or "", people_of(event.actor)
            asked = BackdatingAsked(event.index, data.what, person, data.day, people)
            backdatings = {**state.backdatings, event.index: asked}
            state = msgspec.structs.replace(state, version=event.originator_version, backdatings=backdatings)
        elif type(data) is CourseBackdatingRefused and state is not None:
            state = _answered(msgspec.structs.replace(state, version=event.originator_version), data.request)
        else:
            raise TypeError(f"{type(data).__name__} is no event of this course")
    return state


def _answered(state: Course, request: int | None) -> Course:
    if request is None:
        return state
    return msgspec.structs.replace(state, backdatings=answered(state.backdatings, request))


def open_course(command: OpenCourse, context: Context) -> list[Planned]:
    """Open a course with its responsible teacher, and list it in its class where it is a subgroup's."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.2")
    rules.check_id(command.course, "course")
    rules.check_line(command.subject, rules.TITLE_LENGTH_MAX, "subject")
    rules.check_date(command.starts_on, "starts_on")
    group = _class_of(command, context)
    if group.year != command.year:
        raise Refused("wrong_year", "the class belongs to another school year", clause=LOG, where="year")
    year = context.settled(SchoolYear, "year", command.year, "year")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    check_person(context, command.teacher, "teacher", "teacher")
    check_employed(context, command.teacher, command.starts_on, "teacher")
    check_not_backdated(context, year, group.grade, command.starts_on, None)
    stream = f"course/{command.course}"
    context.check_new(stream, "course")
    opened = CourseOpened(
        class_group=command.class_group, subject=command.subject, year=command.year, subgroup=command.subgroup
    )
    listed = [] if command.subgroup is None else [SubgroupListed(course=command.course)]
    first = TeacherAssigned(teacher=command.teacher, starts_on=command.starts_on)
    return [
        Planned(stream, 1, opened),
        *(Planned(group.stream, group.version + 1, event) for event in listed),
        Planned(stream, 2, first),
    ]


def assign_teacher(command: AssignTeacher, context: Context) -> list[Planned]:
    """Make another teacher responsible from a day on (regulation 1.2)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.2")
    return assigned(command, context)


def assigned(command: AssignTeacher, context: Context, request: int | None = None) -> list[Planned]:
    """Judge and state an assignment, of a `request` by who approves it; days only grow, so there is one at a time."""
    rules.check_date(command.starts_on, "starts_on")
    course = context.find(Course, "course", command.course, "course")
    year = context.settled(SchoolYear, "year", course.year, "course")
    rules.check_within(command.starts_on, year.starts_on, year.ends_on, "starts_on")
    check_person(context, command.teacher, "teacher", "teacher")
    check_employed(context, command.teacher, command.starts_on, "teacher")
    check_next(course.assignments, command.teacher, command.starts_on, "1.2")
    grade = context.settled(ClassGroup, "class", course.class_group, "course").grade
    check_not_backdated(context, year, grade, command.starts_on, request)
    event = TeacherAssigned(teacher=command.teacher, starts_on=command.starts_on, request=request)
    return [Planned(course.stream, course.version + 1, event)]


def join_subgroup(command: JoinSubgroup, context: Context) -> list[Planned]:
    """Put a student of the class into a subgroup (regulation 1.2)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.2")
    return joined(command, context)


def joined(command: JoinSubgroup, context: Context, request: int | None = None) -> list[Planned]:
    """Judge and state a joining, of a `request` by who approves it; on one day nobody is in two of a subject.

    The stays are in the courses' own streams, so all subgroups of the subject are read, and the class that lists them.
    """
    rules.check_date(command.starts_on, "starts_on")
    course = _subgroup(context, command.course)
    group = context.find(ClassGroup, "class", course.class_group, "course")
    if type(command.student) is not str or not group.is_enrolled(command.student, command.starts_on):
        raise Refused("not_enrolled", "the student is not in this class on this day", clause=LOCAL_ACT, where="student")
    for other in subgroups_of(context, group, course.subject):
        context.reads[other.stream] = other.version
        stay = other.last_stay(command.student)
        if stay is not None and (stay.ends_on is None or command.starts_on <= stay.ends_on):
            raise Refused(
                "already_in_subgroup",
                "the student is in a subgroup of this subject on that day",
                clause="1.2",
                where="starts_on",
            )
    year = context.settled(SchoolYear, "year", course.year, "course")
    check_not_backdated(context, year, group.grade, command.starts_on, request)
    event = SubgroupJoined(student=command.student, starts_on=command.starts_on, request=request)
    return [Planned(course.stream, course.version + 1, event)]


def leave_subgroup(command: LeaveSubgroup, context: Context) -> list[Planned]:
    """End a student's stay in a subgroup (regulation 1.2)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "1.2")
    return left(command, context)


def left(command: LeaveSubgroup, context: Context, request: int | None = None) -> list[Planned]:
    """Judge and state the end of such a stay, of a `request` by who approves it; `ends_on` is the last day there."""
    rules.check_date(command.ends_on, "ends_on")
    course = _subgroup(context, command.course)
    stay = course.last_stay(command.student) if type(command.student) is str else None
    if stay is None or stay.ends_on is not None:
        raise Refused("not_in_subgroup", "the student is not in this subgroup", clause=LOCAL_ACT, where="student")
    if command.ends_on < stay.starts_on:
        raise Refused("empty_range", "the last day is before the first", clause=LOG, where="ends_on")
    year = context.settled(SchoolYear, "year", course.year, "course")
    grade = context.settled(ClassGroup, "class", course.class_group, "course").grade
    check_not_backdated(context, year, grade, rules.day_after(command.ends_on), request)
    event = SubgroupLeft(student=command.student, ends_on=command.ends_on, request=request)
    return [Planned(course.stream, course.version + 1, event)]


def _class_of(command: OpenCourse, context: Context) -> ClassGroup:
    """Return the class of a new course; for a subgroup's, read it, and refuse a title that the subject has there."""
    if command.subgroup is None:
        return context.settled(ClassGroup, "class", command.class_group, "class_group")
    rules.check_line(command.subgroup, rules.TITLE_LENGTH_MAX, "subgroup")
    group = context.find(ClassGroup, "class", command.class_group, "class_group")
    if any(other.subgroup == command.subgroup for other in subgroups_of(context, group, command.subject)):
        raise Refused(
            "subgroup_title_taken",
            "the class has a subgroup of this title in this subject",
            clause=LOCAL_ACT,
            where="subgroup",
        )
    return group


def _subgroup(context: Context, id_: str) -> Course:
    """Return a course that is a subgroup's; in any other the whole class is taught."""
    course = context.find(Course, "course", id_, "course")
    if course.subgroup is None:
        raise Refused("not_a_subgroup", "this course teaches the whole class", clause="1.2", where="course")
    return course


def subgroups_of(context: Context, group: ClassGroup, subject: str) -> list[Course]:
    """Return all courses of a class's subgroups in a subject, as the class was read."""
    found = (context.books.find(f"course/{id_}") for id_ in group.subgroups)
    return [course for course in found if isinstance(course, Course) and course.subject == subject]

"""Results of periods, years and examinations, each with what the rules compute and from which entries.

Nobody states a computed mark: it is derived here, from the marks that stand at the append, by the rules in force on
the period's last day, and a verifier derives it again. Whoever gives another mark says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.journal import rules
from ledger.journal.assessment import rules_in_force
from ledger.journal.behalf import check_writer
from ledger.journal.commands import (
    NewResult,
    PublishResults,
    RecordExamResults,
    RecordFinalMarks,
    RecordPeriodMarks,
    SheetChange,
)
from ledger.journal.computing import Computed, Input, compute_final_mark, compute_period_mark, compute_year_mark
from ledger.journal.context import Context
from ledger.journal.course import Course, subgroups_of
from ledger.journal.events import Event, WorkHeader
from ledger.journal.facts import FactState
from ledger.journal.finals import StudyPlace, compute_final_over_years, is_over_years
from ledger.journal.in_force import InForce
from ledger.journal.lesson import Lesson
from ledger.journal.recorded import Planned
from ledger.journal.result_events import (
    AssessmentRules,
    AssessmentRulesAdopted,
    ComputedResult,
    ExamResultRecorded,
    FinalMarkRecorded,
    PeriodMarkRecorded,
    ResultSheetOpened,
    ResultsPublished,
)
from ledger.journal.roster import ClassGroup, check_journal_open
from ledger.journal.sheet import ResultSheet
from ledger.journal.studies import JournalStudies
from ledger.journal.teaching import today
from ledger.journal.vocabulary import (
    DEVIATION_REASONS,
    REASONS_WITH_NOTE,
    RESULT_KINDS,
    RESULT_VALUES,
    ResultKind,
    WorkKind,
)
from ledger.journal.year import Period, SchoolYear

STUDENTS_MAX: Final = 60
"""Of one command: a class."""


class SheetPlace(NamedTuple):
    """Where in the school a sheet stands.

    `classes` are all class groups of the year; `subgroups`, where the course has one, all courses of subgroups that the
    subject has in the class, this one among them.
    """

    course: Course
    group: ClassGroup
    period: Period
    classes: tuple[ClassGroup, ...]
    subgroups: tuple[Course, ...] = ()


def record_period_marks(command: RecordPeriodMarks, context: Context) -> list[Planned]:
    """Record marks for a period or the year, by the course's teacher (regulation 1.2); the sheet opens with the first.

    They rest on all marks of the subject that stand, so the log must not grow before the append.
    """
    check_writer(context, "1.2")
    rules.check_id(command.sheet, "sheet")
    _check_students([mark.student for mark in command.marks], "marks")
    place = find_place(context, command.course, command.period)
    check_course_teacher(place, context)
    _check_begun(place.period, context)
    version = rules_in_force(context, place.period.ends_on)
    known = _same_sheet(command, place, context)
    compute = _computing(place, [mark.student for mark in command.marks], version, context)
    events: list[Event] = [] if known else [ResultSheetOpened(course=command.course, period=command.period)]
    for position, mark in enumerate(command.marks):
        where = f"marks[{position}]."
        _check_belongs(place, mark.student, where + "student")
        _check_free(known, "period_mark", mark.student, where + "student")
        events.append(_computed(PeriodMarkRecorded, mark, compute(mark.student), version.entry, where))
    return _planned(f"results/{command.sheet}", known, events)


def record_exam_results(command: RecordExamResults, context: Context) -> list[Planned]:
    """Record the results of an examination in the year's sheet, by the administration, from its protocol (2.3.3)."""
    rules.check_role(context.actor, rules.ADMINISTRATION, "2.3.3")
    sheet, place = find_sheet(context, command)
    _check_years(place)
    rules.check_line(command.protocol, rules.TITLE_LENGTH_MAX, "protocol")
    _check_obtained(command.obtained_at, context)
    _check_students([result.student for result in command.results], "results")
    events: list[Event] = []
    for position, result in enumerate(command.results):
        where = f"results[{position}]."
        _check_belongs(place, result.student, where + "student")
        _check_free(sheet, "exam_result", result.student, where + "student")
        rules.check_code(result.value, RESULT_VALUES, where + "value")
        events.append(
            ExamResultRecorded(
                student=result.student, value=result.value, protocol=command.protocol, obtained_at=command.obtained_at
            )
        )
    return _planned(sheet.stream, sheet, events)


def record_final_marks(command: RecordFinalMarks, context: Context) -> list[Planned]:
    """Record final marks in the year's sheet, by the course's teacher (regulation 1.2)."""
    check_writer(context, "1.2")
    sheet, place = find_sheet(context, command)
    check_course_teacher(place, context)
    _check_years(place)
    _check_students([mark.student for mark in command.marks], "marks")
    version = rules_in_force(context, place.period.ends_on)
    compute = _computing_finals(sheet, place, version.event.rules, context)
    events: list[Event] = []
    for position, mark in enumerate(command.marks):
        where = f"marks[{position}]."
        _check_belongs(place, mark.student, where + "student")
        _check_free(sheet, "final_mark", mark.student, where + "student")
        events.append(_computed(FinalMarkRecorded, mark, compute(mark.student), version.entry, where))
    return _planned(sheet.stream, sheet, events)


def publish_results(command: PublishResults, context: Context) -> list[Planned]:
    """Say that all results of a kind that the sheet has were shown (2.3.3): its teacher, or the administration."""
    rules.check_role(context.actor, (*rules.TEACHER, *rules.ADMINISTRATION), "2.3.3")
    sheet, place = find_sheet(context, command)
    rules.check_code(command.what, RESULT_KINDS, "what")
    if context.actor.role in rules.TEACHER:
        if command.what == "exam_result":
            rules.check_role(context.actor, rules.ADMINISTRATION, "2.3.3")
        check_course_teacher(place, context)
    _check_obtained(command.obtained_at, context)
    if command.protocol is not None:
        rules.check_line(command.protocol, rules.TITLE_LENGTH_MAX, "protocol")
    if not any(fact.what == command.what and not sheet.is_published(fact) for fact in sheet.standing()):
        raise Refused("nothing_to_publish", "the sheet has no such result that was not published", clause="2.3.3")
    event = ResultsPublished(what=command.what, obtained_at=command.obtained_at, protocol=command.protocol)
    return _planned(sheet.stream, sheet, [event])


def find_sheet(context: Context, command: SheetChange) -> tuple[ResultSheet, SheetPlace]:
    """Return a command's sheet and its place.

    Raises:
        Refused: there is no such sheet.
    """
    sheet = context.find(ResultSheet, "results", command.sheet, "sheet")
    return sheet, find_place(context, sheet.course, sheet.period)


def find_place(context: Context, course_id: str, period_id: str) -> SheetPlace:
    """Return where a sheet of these two stands, noting what may move: the course, the year and all its classes.

    Raises:
        Refused: there is no such course or period, the period is not of the course's class, or the class's journal is
            closed.
    """
    course = context.find(Course, "course", course_id, "course")
    # What a period says of itself never changes, and whether it is closed is no matter here.
    period = context.settled(Period, "period", period_id, "period")
    year = context.find(SchoolYear, "year", course.year, "course")
    group = context.find(ClassGroup, "class", course.class_group, "course")
    check_journal_open(group)
    if period.year != course.year or group.grade not in period.grades:
        raise Refused("wrong_period", "the period is not one of this class", clause=LOG, where="period")
    classes = tuple(context.find(ClassGroup, "class", id_, "course") for id_ in year.class_groups)
    subgroups = () if course.subgroup is None else subgroups_of(context, group, course.subject)
    for other in subgroups:
        context.reads[other.stream] = other.version
    return SheetPlace(course, group, period, classes, tuple(subgroups))


def check_course_teacher(place: SheetPlace, context: Context) -> None:
    """Refuse anyone but the teacher who is responsible for the course today (regulation 1.2)."""
    if context.author != place.course.teacher_on(today(context)):
        raise Refused("not_the_course_teacher", "only the course's teacher may do this", clause="1.2")


def check_result(value: object, where: str) -> None:
    """Judge a result's value: a mark's, without two criteria."""
    rules.check_code(value, RESULT_VALUES, where)


def _check_students(students: list[str], where: str) -> None:
    if not 1 <= len(students) <= STUDENTS_MAX:
        raise Refused(
            "too_many_or_no_students",
            "a command is about 1 to {students_max} students",
            clause=LOG,
            where=where,
            students_max=STUDENTS_MAX,
        )
    rules.check_distinct(students, where, "student")


def _check_begun(period: Period, context: Context) -> None:
    if today(context) < period.starts_on:
        raise Refused("period_not_begun", "the period has not begun", clause=LOCAL_ACT, where="period")


def _check_years(place: SheetPlace) -> None:
    if place.period.kind != "year":
        raise Refused(
            "not_the_years_sheet", "examinations and final marks are in the year's sheet", clause=LOG, where="sheet"
        )


def _check_obtained(value: object, context: Context) -> None:
    """Refuse what is no local minute, or one that has not come: results are obtained before they are entered."""
    rules.check_minute(value, "obtained_at")
    zone = context.books.zone
    if zone is None or str(value) > rules.local_minute(context.now, zone):
        raise Refused(
            "obtained_later", "results are recorded after they were obtained", clause="2.3.3", where="obtained_at"
        )


def _check_belongs(place: SheetPlace, student: str, where: str) -> None:
    """Refuse a student whose class in the period was another one: who changed classes has the results of the last."""
    first, last = place.period.starts_on, place.period.ends_on
    stays = [
        (stay.starts_on, stay.ends_on, group.stream)
        for group in place.classes
        for stay in group.roster.get(student, ())
        if stay.starts_on <= last and (stay.ends_on is None or stay.ends_on >= first)
    ]
    if not stays or max(stays, key=lambda stay: stay[0])[2] != place.group.stream:
        raise Refused(
            "not_of_this_class_then",
            "the student was not in this class in the period, or left it for another",
            clause=LOCAL_ACT,
            where=where,
        )
    if place.course.subgroup is not None:
        _check_member(place, student, where)


def _check_member(place: SheetPlace, student: str, where: str) -> None:
    """Refuse who was in no subgroup of the subject, or in another one last: one subject has one mark for a period."""
    first, last = place.period.starts_on, place.period.ends_on
    stays = [
        (stay.starts_on, of.stream)
        for of in place.subgroups
        for stay in of.members.get(student, ())
        if stay.starts_on <= last and (stay.ends_on is None or stay.ends_on >= first)
    ]
    if not stays or max(stays)[1] != place.course.stream:
        raise Refused(
            "not_of_this_subgroup_then",
            "the student was not in this subgroup in the period, or left it for another of the subject",
            clause=LOCAL_ACT,
            where=where,
        )


def _check_free(sheet: ResultSheet | None, kind: ResultKind, student: str, where: str) -> None:
    if sheet is not None and (kind, student, "") in sheet.slots:
        raise Refused("result_stands", "the student has this result: correct it instead", clause="3.3", where=where)


def _same_sheet(command: RecordPeriodMarks, place: SheetPlace, context: Context) -> ResultSheet | None:
    """Return the sheet if it is there; a course has one for a period."""
    known = context.books.find(f"results/{command.sheet}")
    if isinstance(known, ResultSheet):
        if (known.course, known.period) != (command.course, command.period):
            raise Refused("wrong_sheet", "this sheet is of another course or period", clause=LOG, where="sheet")
        return known
    for other in _sheets(place, [place.group], context):
        if (other.course, other.period) == (command.course, command.period):
            raise Refused("sheet_exists", "the course has a sheet for this period", clause=LOG, where="sheet")
    return None


def _computing(
    place: SheetPlace, students: Iterable[str], version: InForce[AssessmentRulesAdopted], context: Context
) -> Callable[[str], Computed]:
    """Return what computes a student's mark from all marks of the subject, whichever class of the year gave them."""
    named = frozenset(students)
    classes = [group for group in place.classes if group.stream == place.group.stream or named & group.roster.keys()]
    is_year = place.period.kind == "year"
    marks = _period_marks(place, classes, context) if is_year else _lesson_marks(place, classes, context)
    compute = compute_year_mark if is_year else compute_period_mark
    return lambda student: compute(marks.get(student, ()), version.event.rules)


def _lesson_marks(place: SheetPlace, classes: Iterable[ClassGroup], context: Context) -> Mapping[str, list[Input]]:
    """Return the standing marks of each student in the subject's lessons of the period, each as its work weighs it."""
    found: dict[str, list[Input]] = {}
    period, books = place.period, context.books
    streams = books.subject_lessons([group.id for group in classes], place.course.subject)
    context.expected_size = books.size
    for held_on, stream in streams:
        if not period.starts_on <= held_on <= period.ends_on:
            continue
        lesson = books.find(stream)
        if isinstance(lesson, Lesson):
            context.reads[stream] = lesson.version
            for fact in lesson.facts.values():
                if fact.what == "mark" and fact.value is not None:
                    mark = Input(fact.standing, fact.value, *_weight_and_kind(lesson, fact))
                    found.setdefault(fact.student, []).append(mark)
    return found


def _weight_and_kind(lesson: Lesson, mark: FactState) -> tuple[int | None, WorkKind | None]:
    work = lesson.facts[lesson.works[mark.work]].value
    # A work with a mark is not annulled (verify/spec/events.md, Corrections).
    return (work.weight, work.kind) if isinstance(work, WorkHeader) else (0, None)


def _period_marks(place: SheetPlace, classes: Iterable[ClassGroup], context: Context) -> Mapping[str, list[Input]]:
    """Return the standing marks of each student for the subject's periods other than the year."""
    found: dict[str, list[Input]] = {}
    for sheet in _sheets(place, classes, context):
        period = context.books.find(f"period/{sheet.period}")
        if isinstance(period, Period) and period.kind != "year":
            for fact in sheet.standing():
                if fact.what == "period_mark":
                    found.setdefault(fact.student, []).append(Input(fact.standing, fact.value))
    return found


def _sheets(place: SheetPlace, classes: Iterable[ClassGroup], context: Context) -> list[ResultSheet]:
    """Return the subject's sheets in these classes, which must still be all and the same at the append."""
    streams = context.books.subject_sheets([group.id for group in classes], place.course.subject)
    context.expected_size = context.books.size
    found = []
    for stream in streams:
        sheet = context.books.find(stream)
        if isinstance(sheet, ResultSheet):
            context.reads[stream] = sheet.version
            found.append(sheet)
    return found


def _computing_finals(
    sheet: ResultSheet, place: SheetPlace, by: AssessmentRules, context: Context
) -> Callable[[str], Computed]:
    """Return what computes a student's final mark: of this sheet, or of all years of study where the rules say so."""
    if is_over_years(by, place.group.grade):
        studies, study = JournalStudies(context), StudyPlace(place.course.year, place.group.grade, place.course.subject)
        return lambda student: compute_final_over_years(by, student, study, studies)

    def compute(student: str) -> Computed:
        year, exam = sheet.standing_of("period_mark", student), sheet.standing_of("exam_result", student)
        return compute_final_mark(_input(year), _input(exam), by)

    return compute


def _input(fact: FactState | None) -> Input | None:
    return None if fact is None else Input(fact.standing, fact.value)


def _computed(cls: type[ComputedResult], mark: NewResult, found: Computed, rule: int, where: str) -> ComputedResult:
    """Make a result's event: the computed value, or another with its reason; the computed one needs none."""
    value = found.value if mark.value is None else mark.value
    check_result(value, where + "value")
    if mark.reason is not None:
        rules.check_code(mark.reason, DEVIATION_REASONS, where + "reason")
    if found.lacks and mark.reason is None:
        raise Refused(
            "years_lack",
            "marks of grade {grades} lack: the rules cannot compute the final mark, so it needs a reason",
            clause=LOCAL_ACT,
            where=where + "reason",
            grades=", ".join(map(str, found.lacks)),
        )
    if value != found.value and mark.reason is None:
        raise Refused(
            "reason_missing",
            "the rules compute {value}: another mark needs a reason",
            clause=LOCAL_ACT,
            where=where + "reason",
            value=found.value,
        )
    if value == found.value and not found.lacks and (mark.reason is not None or mark.note is not None):
        raise Refused(
            "reason_without_deviation", "the computed mark needs no reason", clause=LOCAL_ACT, where=where + "reason"
        )
    if mark.note is not None:
        rules.check_digest(mark.note, where + "note")
    elif mark.reason in REASONS_WITH_NOTE:
        raise Refused("note_missing", "this reason asks for a text", clause="3.3", where=where + "note")
    return cls(
        student=mark.student,
        value=value,
        computed=found.value,
        sum=found.sum,
        weight=found.weight,
        inputs=found.inputs,
        rule=rule,
        reason=mark.reason,
        sd=() if mark.note is None else (mark.note,),
        # Only of a final mark over years of study anything lacks.
        **({"lacks": found.lacks} if found.lacks else {}),
    )


def _planned(stream: str, known: ResultSheet | None, events: list[Event]) -> list[Planned]:
    return [
        Planned(stream, version, event) for version, event in enumerate(events, 1 + (known.version if known else 0))
    ]

"""What rows mean together: references, repetitions, clashes, and what differs from the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from api.importing import steps as s
from api.importing.columns import Row
from api.importing.known import CourseKey, KnownClass, KnownPeriod, KnownSchool, KnownYear, PersonKey, person_key
from api.importing.problems import Problems
from api.importing.rows import ClassRow, CourseRow, MemberRow, PeriodRow, PersonRow, PlanRow, TimetableRow, YearRow
from api.importing.values import ClassName
from ledger.journal.plans import ITEMS_MAX, topic_of

_YEAR_DAYS_MAX: Final = 400  # as the journal's own rule
_NOWHERE: Final = KnownYear("", "", "")


class _Place(NamedTuple):
    """Where a lesson stands in the timetables that begin on a day."""

    starts_on: str
    weeks: str
    weekday: str
    number: int


class Planner:
    """Turns typed rows into steps.

    Attributes:
        steps: what is new so far.
        ids: reference -> id of what is there already.
        unchanged: for each row that says what the journal says, its kind.
        codes: all codes of the people table, those of rows at fault too.
    """

    def __init__(self, known: KnownSchool, problems: Problems, digests: Mapping[str, str]) -> None:
        self.steps: list[s.Step] = []
        self.ids: dict[str, str] = {}
        self.unchanged: list[str] = []
        self._known = known
        self.codes: frozenset[str] = frozenset()
        self._problems = problems
        self._digests = digests
        self._title = ""
        self._year = _NOWHERE
        self._people: dict[str, PersonRow] = {}
        self._classes: dict[ClassName, int] = {}
        self._courses: frozenset[tuple[ClassName, str, str | None]] = frozenset()

    # year, people, periods ----------------------------------------------------------------------------------------

    def plan_year(self, table: Sequence[Row] | None, rows: Sequence[YearRow]) -> bool:
        """Find out which year this is about; return whether there is one to go on with."""
        if table is None:
            return self._take_latest_year()
        if len(table) != 1:
            file = table[0].file if table else "year.csv"
            self._problems.add(file, table[1].line if len(table) > 1 else 0, "one_year")
        if len(table) != 1 or not rows:
            return False
        row = rows[0]
        if (date.fromisoformat(row.ends_on) - date.fromisoformat(row.starts_on)).days > _YEAR_DAYS_MAX:
            row.row.problem("ends_on", "year_too_long")
        self._title = row.title
        self._year = KnownYear("", row.starts_on, row.ends_on)
        known = self._known.years.get(row.title)
        if known is None:
            self.steps.append(s.NewYear(*self._place(row.row, "year"), row.title, row.starts_on, row.ends_on))
        elif (known.starts_on, known.ends_on) != (row.starts_on, row.ends_on):
            row.row.problem("starts_on" if known.starts_on != row.starts_on else "ends_on", "differs")
        else:
            self.ids[s.year_ref(row.title)] = known.id
            self.unchanged.append("year")
        return True

    def _take_latest_year(self) -> bool:
        if not self._known.years:
            self._problems.add("year.csv", 0, "no_year")
            return False
        self._title, self._year = max(self._known.years.items(), key=lambda item: item[1].starts_on)
        self.ids[s.year_ref(self._title)] = self._year.id
        return True

    def plan_people(self, rows: Sequence[PersonRow]) -> None:
        """Register who is new; each code and each person stands once."""
        lines: dict[PersonKey, int] = {}
        for row in rows:
            key = person_key(row.kind, dict(row.values))
            if row.code in self._people:
                row.row.problem("code", "duplicate", str(self._people[row.code].row.line))
                continue
            if key in lines:
                row.row.problem("", "duplicate_person", str(lines[key]))
                continue
            lines[key] = row.row.line
            self._people[row.code] = row
            found = self._known.people.get(key, ())
            if len(found) > 1:
                row.row.problem("", "ambiguous_person")
            elif found:
                self.ids[s.person_ref(row.code)] = found[0]
                self.unchanged.append(row.kind)
            else:
                self.steps.append(s.NewPerson(*self._place(row.row, "person"), row.code, row.kind, row.values))

    def plan_guardians(self, rows: Sequence[PersonRow]) -> None:
        """Link guardians to their students, where they are not yet; another relation than recorded changes nothing."""
        for row in rows:
            if row.relation is None or self._people.get(row.code) is not row:
                continue
            for number, code in enumerate(row.students):
                student = self._people.get(code)
                if student is None or student.kind != "student":
                    known = student is not None or code in self.codes
                    row.row.problem("students", "wrong_student" if known else "unknown_person")
                    continue
                linked = self._known.guardians.get(self.ids.get(s.person_ref(code), ""), frozenset())
                if self.ids.get(s.person_ref(row.code)) in linked:
                    self.unchanged.append("link")
                else:
                    place = self._place(row.row, f"link{number}")
                    self.steps.append(s.NewLink(*place, code, row.code, row.relation))

    def plan_periods(self, rows: Sequence[PeriodRow]) -> None:
        """Define what is new; of one kind, no two share a grade and a day or number."""
        before: list[tuple[KnownPeriod, int]] = [(known, 0) for known in self._known.periods.get(self._title, ())]
        for row in rows:
            period = KnownPeriod(row.kind, row.number, row.grades, row.starts_on, row.ends_on)
            self._check_within(row.row, "starts_on", row.starts_on)
            self._check_within(row.row, "ends_on", row.ends_on)
            same = next((line for known, line in before if known == period), None)
            clash = next((line for known, line in before if _clash(known, period)), None)
            if same == 0:
                self.unchanged.append("period")
            elif same is not None:
                row.row.problem("", "duplicate", str(same))
            elif clash == 0:
                row.row.problem("", "differs")
            elif clash is not None:
                row.row.problem("starts_on", "overlap", str(clash))
            else:
                self.steps.append(s.NewPeriod(*self._place(row.row, "period"), self._title, *period))  # type: ignore[arg-type]
                before.append((period, row.row.line))

    # classes and who is in them -----------------------------------------------------------------------------------

    def plan_classes(self, rows: Sequence[ClassRow]) -> None:
        """Open what is new; each class stands once."""
        for row in rows:
            if row.name in self._classes:
                row.row.problem("class", "duplicate", str(self._classes[row.name]))
                continue
            self._classes[row.name] = row.row.line
            if row.class_teacher is not None and not self._is_teacher(row.row, "class_teacher", row.class_teacher):
                continue
            self._plan_class(row)

    def _plan_class(self, row: ClassRow) -> None:
        if row.starts_on is not None:
            self._check_within(row.row, "starts_on", row.starts_on)
        known = self._known_class(row.name)
        if known is None:
            leads_later = row.starts_on is not None and row.starts_on > self._year.starts_on
            place = self._place(row.row, "class")
            self.steps.append(s.NewClass(*place, self._title, row.name, None if leads_later else row.class_teacher))
            if leads_later:
                self._plan_class_teacher(row)
        elif row.class_teacher is None or self.ids.get(s.person_ref(row.class_teacher)) == known.class_teacher:
            self.unchanged.append("class")
        elif row.starts_on is None or (known.leads_from is not None and row.starts_on <= known.leads_from):
            row.row.problem("class_teacher", "class_teacher_change")
        else:
            self._plan_class_teacher(row)

    def _plan_class_teacher(self, row: ClassRow) -> None:
        if row.class_teacher is not None and row.starts_on is not None:
            place = self._place(row.row, "class_teacher")
            self.steps.append(s.NewClassTeacher(*place, row.name, row.class_teacher, row.starts_on))

    def plan_enrollments(self, rows: Sequence[PersonRow]) -> None:
        """Enroll the students who are in no class of the year yet."""
        stays: dict[str, list[tuple[ClassName, str | None]]] = {}
        for name, known in self._known.classes.get(self._title, {}).items():
            for student, ends_on in known.students.items():
                stays.setdefault(student, []).append((name, ends_on))
        for row in rows:
            if row.class_name is None or self._people.get(row.code) is not row:
                continue
            starts_on = row.starts_on or self._year.starts_on
            self._check_within(row.row, "starts_on", starts_on)
            if not self._is_class(row.row, row.class_name):
                continue
            before = stays.get(self.ids.get(s.person_ref(row.code), ""), [])
            if (row.class_name, None) in before:
                self.unchanged.append("enrollment")
            elif any(ends_on is None or starts_on <= ends_on for _, ends_on in before):
                row.row.problem("class", "enrolled_elsewhere")
            else:
                place = self._place(row.row, "enrollment")
                self.steps.append(s.NewEnrollment(*place, row.class_name, row.code, starts_on))

    # courses and the timetable ------------------------------------------------------------------------------------

    def check_timetable(self, rows: Sequence[TimetableRow]) -> None:
        """Note teachers and classes that would have two lessons at once in timetables from one day on."""
        of_class: dict[tuple[_Place, ClassName], dict[str | None, int]] = {}
        of_teacher: dict[tuple[_Place, str], int] = {}
        for row in rows:
            course = row.course
            for weeks in ("odd", "even") if row.weeks == "every" else (row.weeks,):
                place = _Place(row.starts_on or self._year.starts_on, weeks, row.weekday, row.number)
                at_once = of_class.setdefault((place, course.class_name), {})
                if at_once and (course.subgroup is None or None in at_once or course.subgroup in at_once):
                    course.row.problem("class", "class_twice", str(next(iter(at_once.values()))))
                    break
                at_once[course.subgroup] = course.row.line
                earlier = of_teacher.setdefault((place, course.teacher), course.row.line)
                if earlier != course.row.line:
                    course.row.problem("teacher", "teacher_twice", str(earlier))
                    break

    def plan_courses(self, rows: Sequence[CourseRow], lessons: Sequence[TimetableRow]) -> None:
        """Open what is new of both tables; one course has one teacher."""
        chosen: dict[tuple[ClassName, str, str | None], CourseRow] = {}
        for row in rows:
            first = chosen.setdefault((row.class_name, row.subject, row.subgroup), row)
            if first is not row:
                row.row.problem("", "duplicate", str(first.row.line))
        for lesson in lessons:
            row = lesson.course
            first = chosen.setdefault((row.class_name, row.subject, row.subgroup), row)
            if first.teacher != row.teacher:
                row.row.problem("teacher", "two_teachers", f"{first.row.file}:{first.row.line}")
        self._courses = frozenset(chosen)
        for row in chosen.values():
            if self._is_class(row.row, row.class_name) and self._is_teacher(row.row, "teacher", row.teacher):
                self._plan_course(row)

    def _plan_course(self, row: CourseRow) -> None:
        starts_on = row.starts_on or self._year.starts_on
        self._check_within(row.row, "starts_on", starts_on)
        group = self._known_class(row.class_name)
        known = group.courses.get(CourseKey(row.subject, row.subgroup)) if group else None
        course = (row.class_name, row.subject, row.teacher)
        if known is None:
            place = self._place(row.row, "course")
            self.steps.append(s.NewCourse(*place, self._title, *course, starts_on, row.subgroup))
            return
        self.ids[s.course_ref(row.class_name, row.subject, row.subgroup)] = known.id
        if self.ids.get(s.person_ref(row.teacher)) == known.teacher:
            self.unchanged.append("course")
        elif row.starts_on is None or row.starts_on <= known.starts_on:
            row.row.problem("teacher", "teacher_change")
        else:
            place = self._place(row.row, "teacher")
            self.steps.append(s.NewTeacher(*place, *course, row.starts_on, row.subgroup))

    def plan_members(self, rows: Sequence[MemberRow]) -> None:
        """Put into their subgroups the students who are in none of the subject yet."""
        lines: dict[tuple[str, str], int] = {}
        for row in rows:
            if not self._is_class(row.row, row.class_name) or not self._is_student(row):
                continue
            starts_on = row.starts_on or self._people[row.student].starts_on or self._year.starts_on
            self._check_within(row.row, "starts_on", starts_on)
            earlier = lines.setdefault((row.student, row.subject), row.row.line)
            if earlier != row.row.line:
                row.row.problem("", "duplicate", str(earlier))
                continue
            self._plan_member(row, starts_on)

    def _plan_member(self, row: MemberRow, starts_on: str) -> None:
        key = CourseKey(row.subject, row.subgroup)
        group = self._known_class(row.class_name)
        courses = group.courses if group else {}
        if key in courses:
            self.ids[s.course_ref(row.class_name, *key)] = courses[key].id
        elif (row.class_name, *key) not in self._courses:
            row.row.problem("subgroup", "unknown_subgroup")
            return
        student = self.ids.get(s.person_ref(row.student), "")
        stays = {
            other: course.members[student]
            for other, course in courses.items()
            if other.subject == row.subject and student in course.members
        }
        if stays.get(key, "left") is None:
            self.unchanged.append("member")
        elif any(ends_on is None or starts_on <= ends_on for ends_on in stays.values()):
            row.row.problem("subgroup", "in_another_subgroup")
        else:
            place = self._place(row.row, "member")
            self.steps.append(s.NewMember(*place, row.class_name, row.subject, row.subgroup, row.student, starts_on))

    def plan_plans(self, rows: Sequence[PlanRow]) -> None:
        """Record the plans of courses that have none; numbers of a course's items rise from row to row."""
        plans: dict[tuple[ClassName, str, str | None], list[PlanRow]] = {}
        for row in rows:
            if not self._is_class(row.row, row.class_name):
                continue
            plan = plans.setdefault((row.class_name, row.subject, row.subgroup), [])
            if plan and row.item.number <= plan[-1].item.number:
                row.row.problem("number", "number_not_rising", str(plan[-1].row.line))
            elif len(plan) == ITEMS_MAX:
                row.row.problem("", "plan_too_long", str(ITEMS_MAX))
            else:
                plan.append(row)
        for (name, subject, subgroup), plan in plans.items():
            self._plan_plan(name, CourseKey(subject, subgroup), plan)

    def _plan_plan(self, name: ClassName, key: CourseKey, plan: Sequence[PlanRow]) -> None:
        group = self._known_class(name)
        known = group.courses.get(key) if group else None
        if known is not None:
            self.ids[s.course_ref(name, *key)] = known.id
        elif (name, *key) not in self._courses:
            plan[0].row.problem("subject", "unknown_course")
            return
        items = tuple(row.item for row in plan)
        if known is None or known.plan is None:
            self.steps.append(s.NewPlan(*self._place(plan[0].row, "plan"), name, *key, items))
        elif known.plan == {item.number: topic_of(item) for item in items}:
            self.unchanged.append("plan")
        else:
            plan[0].row.problem("", "differs")

    # shared -------------------------------------------------------------------------------------------------------

    def _place(self, row: Row, what: str) -> tuple[str, str, int]:
        """Return a step's key, file and line."""
        return (f"import:{self._digests[row.file]}:{row.line}:{what}", row.file, row.line)

    def _known_class(self, name: ClassName) -> KnownClass | None:
        known = self._known.classes.get(self._title, {}).get(name)
        if known is not None:
            self.ids[s.class_ref(name)] = known.id
        return known

    def _is_class(self, row: Row, name: ClassName) -> bool:
        if name in self._classes or self._known_class(name) is not None:
            return True
        row.problem("class", "unknown_class")
        return False

    def _is_teacher(self, row: Row, column: str, code: str) -> bool:
        person = self._people.get(code)
        if person is None and code not in self.codes:
            row.problem(column, "unknown_person")
        elif person is not None and person.kind != "teacher":
            row.problem(column, "wrong_kind")
        return person is not None and person.kind == "teacher"

    def _is_student(self, row: MemberRow) -> bool:
        """Tell whether the code is a student's of the class."""
        person = self._people.get(row.student)
        if person is None:
            if row.student not in self.codes:
                row.row.problem("student", "unknown_person")
            return False
        if person.class_name == row.class_name:
            return True
        row.row.problem("student", "not_in_class")
        return False

    def _check_within(self, row: Row, column: str, day: str) -> None:
        if not self._year.starts_on <= day <= self._year.ends_on:
            row.problem(column, "outside_year")


def _clash(one: KnownPeriod, other: KnownPeriod) -> bool:
    """Tell whether two periods cannot be in one year together."""
    if one.kind != other.kind or not set(one.grades) & set(other.grades):
        return False
    return one.number == other.number or (one.starts_on <= other.ends_on and other.starts_on <= one.ends_on)

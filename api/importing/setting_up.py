"""What rows of the set-up mean together: teachers' duties, the year's calendar, bells, and each class's timetable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.importing import steps as s
from api.importing.columns import Row
from api.importing.known import CourseKey, KnownBells, KnownDays, KnownWeek
from api.importing.planner import Planner
from api.importing.rows import BellRow, CalendarRow, DutyRow, TimetableRow
from api.importing.values import ClassName
from ledger.journal.timetable import LESSONS_MAX
from ledger.journal.timetable_events import Bell

_Versions = list[tuple[str, tuple[Bell, ...]]]


class SetUpPlanner(Planner):
    """Plans what is in force from a day on. A version that the journal has is never changed: a later day is needed."""

    _schedules: dict[str, _Versions]
    """Title -> versions of a bell schedule in the journal, and behind them those of the files."""

    def plan_duties(self, rows: Sequence[DutyRow]) -> None:
        """Assign duties that the teachers do not have yet."""
        lines: dict[tuple[str, str], int] = {}
        for row in rows:
            starts_on = row.starts_on or self._year.starts_on
            self._check_within(row.row, "starts_on", starts_on)
            if not self._is_teacher(row.row, "teacher", row.teacher):
                continue
            earlier = lines.setdefault((row.teacher, row.duty), row.row.line)
            if earlier != row.row.line:
                row.row.problem("", "duplicate", str(earlier))
                continue
            held = self._known.duties.get((self.ids.get(s.person_ref(row.teacher), ""), row.duty), ())
            if starts_on in {first for first, _ in held}:
                self.unchanged.append("duty")
            elif held and (held[-1][1] is None or starts_on <= held[-1][1]):
                row.row.problem("starts_on", "duty_stands")
            else:
                order = (row.order_number, row.order_date)
                place = self._place(row.row, "duty")
                self.steps.append(s.NewDuty(*place, row.teacher, row.duty, *order, starts_on))

    def plan_calendar(self, rows: Sequence[CalendarRow]) -> None:
        """Declare what the year's calendar does not say yet; of two rows about a day and grade the later counts."""
        known = self._known.calendars.get(self._title, frozenset())
        lines: dict[KnownDays, int] = {}
        for row in rows:
            days = KnownDays(row.starts_on, row.ends_on, row.grades, row.as_weekday)
            self._check_within(row.row, "starts_on", row.starts_on)
            if row.ends_on != row.starts_on:
                self._check_within(row.row, "ends_on", row.ends_on)
            earlier = lines.setdefault(days, row.row.line)
            if earlier != row.row.line:
                row.row.problem("", "duplicate", str(earlier))
            elif days in known:
                self.unchanged.append("calendar")
            else:
                step = s.NewDays(
                    *self._place(row.row, "calendar"),
                    year=self._title,
                    starts_on=row.starts_on,
                    ends_on=row.ends_on,
                    title=row.title,
                    grades=row.grades,
                    as_weekday=row.as_weekday,
                )
                self.steps.append(step)

    def plan_bells(self, rows: Sequence[BellRow]) -> None:
        """Set versions of bell schedules; rows of one title and day are one version, their numbers rise."""
        self._schedules = {title: list(found[0].versions) for title, found in self._known.bells.items()}
        versions: dict[tuple[str, str], list[BellRow]] = {}
        for row in rows:
            starts_on = row.starts_on or self._year.starts_on
            self._check_within(row.row, "starts_on", starts_on)
            version = versions.setdefault((starts_on, row.title), [])
            before = version[-1] if version else None
            if before is not None and row.bell.number <= before.bell.number:
                row.row.problem("number", "number_not_rising", str(before.row.line))
            elif before is not None and row.bell.starts_at < before.bell.ends_at:
                row.row.problem("starts_at", "bells_overlap", str(before.row.line))
            else:
                version.append(row)
        for (starts_on, title), version in sorted(versions.items()):
            self._plan_bells(title, starts_on, version)

    def _plan_bells(self, title: str, starts_on: str, rows: Sequence[BellRow]) -> None:
        row, lessons = rows[0].row, tuple(one.bell for one in rows)
        schedule = self._known_bells(row, "title", title)
        versions = schedule.versions if schedule else ()
        standing = [of for day, of in versions if day == starts_on]
        if standing and standing[-1] == lessons:
            self.unchanged.append("bells")
            return
        if standing:
            row.problem("", "differs")
        elif versions and starts_on < versions[-1][0]:
            row.problem("starts_on", "not_later", versions[-1][0])
        else:
            self.steps.append(s.NewBells(*self._place(row, "bells"), title, starts_on, lessons))
        self._schedules.setdefault(title, []).append((starts_on, lessons))

    def _known_bells(self, row: Row, column: str, title: str) -> KnownBells | None:
        """Return the journal's schedule of this title, None where there is none; note where there are several."""
        found = self._known.bells.get(title, ())
        if len(found) > 1:
            row.problem(column, "ambiguous_bells")
        if found:
            self.ids[s.bells_ref(title)] = found[0].id
        return found[0] if found else None

    def plan_timetables(self, rows: Sequence[TimetableRow]) -> None:
        """Set the weeks of classes: rows of a class and day are one version, in place of the one before.

        Where neither the files nor the journal have bells, nothing is set: a timetable is by bells.
        """
        if not self._schedules and all(row.bells is None for row in rows):
            return
        weeks: dict[tuple[str, ClassName], list[TimetableRow]] = {}
        for row in rows:
            starts_on = row.starts_on or self._year.starts_on
            self._check_within(row.course.row, "starts_on", starts_on)
            weeks.setdefault((starts_on, row.course.class_name), []).append(row)
        for (starts_on, name), week in sorted(weeks.items(), key=lambda item: item[0][0]):
            self._plan_week(name, starts_on, week)

    def _plan_week(self, name: ClassName, starts_on: str, rows: Sequence[TimetableRow]) -> None:
        first = rows[0]
        bells = self._bells_of(rows)
        if len(rows) > LESSONS_MAX:
            first.course.row.problem("", "week_too_long", str(LESSONS_MAX))
        if bells is None or not self._is_rung(rows, bells, starts_on) or _repeats(rows):
            return
        lessons = tuple(
            s.PlannedLesson(int(row.weekday), row.number, row.course.subject, row.course.subgroup, row.weeks)
            for row in rows
        )
        group = self._known_class(name)
        versions = group.weeks if group else ()
        standing = [week for week in versions if week.starts_on == starts_on]
        if standing and self._is_same(standing[-1], name, bells, lessons):
            self.unchanged.append("timetable")
        elif standing:
            first.course.row.problem("", "differs")
        elif versions and starts_on < versions[-1].starts_on:
            first.course.row.problem("starts_on", "not_later", versions[-1].starts_on)
        else:
            place = self._place(first.course.row, "timetable")
            self.steps.append(s.NewTimetable(*place, name, starts_on, bells, lessons))

    def _bells_of(self, rows: Sequence[TimetableRow]) -> str | None:
        """Return the one bell schedule of a week: the one that its rows name, or the only one that there is."""
        named = next((row for row in rows if row.bells is not None), None)
        if named is None:
            if len(self._schedules) == 1:
                (title,) = self._schedules
                return title
            rows[0].course.row.problem("bells", "which_bells", ", ".join(sorted(self._schedules)))
            return None
        others = [row for row in rows if row.bells not in (None, named.bells)]
        for row in others:
            row.course.row.problem("bells", "other_bells", str(named.course.row.line))
        if named.bells not in self._schedules:
            named.course.row.problem("bells", "unknown_bells")
            return None
        return None if others else named.bells

    def _is_rung(self, rows: Sequence[TimetableRow], bells: str, starts_on: str) -> bool:
        """Tell whether the bells of the first day ring for every lesson."""
        self._known_bells(rows[0].course.row, "bells", bells)
        in_force = [lessons for day, lessons in self._schedules[bells] if day <= starts_on]
        if not in_force:
            rows[0].course.row.problem("bells", "bells_later")
            return False
        numbers = {bell.number for bell in in_force[-1]}
        silent = [row for row in rows if row.number not in numbers]
        for row in silent:
            row.course.row.problem("number", "no_bell")
        return not silent

    def _is_same(self, week: KnownWeek, name: ClassName, bells: str, lessons: Iterable[s.PlannedLesson]) -> bool:
        """Tell whether a version of the journal is what the rows say; none has a course that is not there yet."""
        group = self._known_class(name)
        courses = group.courses if group else {}
        planned = list(lessons)
        if any(CourseKey(lesson.subject, lesson.subgroup) not in courses for lesson in planned):
            return False
        return week.bells == self.ids.get(s.bells_ref(bells)) and week.lessons == s.week_of(name, planned, self.ids)


def _repeats(rows: Sequence[TimetableRow]) -> bool:
    """Note a course that stands in one place twice, as for odd and for even weeks: one row says both."""
    lines: dict[tuple[str, int, str, str | None], int] = {}
    for row in rows:
        course = row.course
        place = (row.weekday, row.number, course.subject, course.subgroup)
        earlier = lines.setdefault(place, course.row.line)
        if earlier != course.row.line:
            course.row.problem("", "duplicate", str(earlier))
    return len(lines) < len(rows)

"""What changed between two positions beside lessons: results, periods, journals, the council, the school's setup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from projections.reading import Answer, Reader, command_join, stands
from projections.views.changes import first_changes
from projections.views.lookups import Period, classes, courses, memberships, periods

_TEXTS: Final = (
    *("what", "action", "class_group", "course", "sheet", "period", "people", "day", "until", "old", "new", "reason"),
    *("note", "basis", "document"),
)
_NUMBERS: Final = ("fact", "corrects", "request")


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """One entry that changed something which is no lesson's.

    Attributes:
        entry: its index.
        fact: the entry that first stated it; the same where this one did.
        what: ``period_mark``, ``period``, ``journal``, ``council``, ``enrollment`` … (`WHAT_WORDS` has all).
        action: ``recorded``, ``corrected``, ``annulled``, ``requested``, ``refused``, ``published``, ``closed``,
            ``reopening_requested``, ``reopened``, ``reopening_refused``, ``attested``, ``transferred``, ``opened``,
            ``granted``, ``revoked``, ``ended`` or ``continued``.
        class_group, class_name, subject, period, period_kind, period_number: where; None where it is of no such thing.
        people: whose, or about whom: ids.
        from_date, to_date: the days that it is about, both inclusive; None: it says none, or no last one.
        old, new: what stood and what stands: a code, a text, or the JSON of what is more than that; None: nothing.
        reason: reason code; `note`: digest of the disclosure that says more; `basis`: the document.
        document: number of the order, protocol or receipt that it names itself.
        corrects: the entry that it replaces; `request`: the request that it answers.
        at, actor, role, on_behalf_of, command: when, who and in which command.
    """

    entry: int
    fact: int
    what: str
    action: str
    class_group: str | None
    class_name: str | None
    subject: str | None
    period: str | None
    period_kind: str | None
    period_number: int | None
    people: tuple[str, ...]
    from_date: str | None
    to_date: str | None
    old: str | None
    new: str | None
    reason: str | None
    note: str | None
    basis: str | None
    document: str | None
    corrects: int | None
    request: int | None
    at: str
    actor: str
    role: str
    on_behalf_of: str | None
    command: str


WHAT_WORDS: Final = {
    "period_mark": "отметка за период",
    "exam_result": "отметка за экзамен",
    "final_mark": "итоговая отметка",
    "period": "период",
    "journal": "журнал класса",
    "council": "решение педсовета",
    "year": "учебный год",
    "class": "класс",
    "class_teacher": "классный руководитель",
    "course": "предмет класса",
    "person": "человек в списках",
    "enrollment": "зачисление в класс",
    "leaving": "выбытие из класса",
    "subgroup": "подгруппа",
    "assignment": "учитель предмета",
    "timetable": "расписание",
    "bells": "звонки",
    "days_off": "неучебные дни",
    "school_day": "учебный день по расписанию другого",
    "lesson_plan": "план уроков (КТП)",
    "scheduled_work": "работа по графику",
    "cancellation": "отмена урока",
    "substitution_plan": "замещение по плану",
    "regulation": "положение",
    "assessment_rules": "правила оценивания",
    "responsible": "ответственный за журнал",
    "duty": "обязанность",
    "account": "учётная запись",
    "backdating": "запись задним числом",
}
CHANGE_WORDS: Final = {
    "published": "показано",
    "closed": "закрыто",
    "reopening_requested": "просят открыть снова",
    "reopened": "открыто снова",
    "reopening_refused": "открыть снова отказано",
    "attested": "подтверждено директором",
    "transferred": "ведомость передана",
    "opened": "открыто",
    "granted": "роль дана",
    "revoked": "роль снята",
    "ended": "окончено",
    "continued": "дополнено",
}
"""Actions beside those on facts of lessons."""


def register_changes(
    views: Reader,
    first: int,
    last: int,
    *,
    class_group: str | None = None,
    subject: str | None = None,
    student: str | None = None,
    from_date: str | None = None,
    to_date: str | None = None,
    count: int | None = None,
) -> Answer[RegisterChange]:
    """What the entries from position `first` up to position `last` changed beside lessons, in their order.

    Args:
        views: whom to ask.
        first: what was known then, a position, is not among the changes.
        last: what was known then is.
        class_group: only of this class; periods of its grade and year, and the council about its students, are.
        subject: only of this subject.
        student: only what names this student; of the council's decisions nobody else is named then.
        from_date: only what is about this day or later ones; what says no day is left out then.
        to_date: only what is about this day or earlier ones, likewise.
        count: only so many, the first of them; None: all.
    """
    places = _Places(views, last)
    conditions, named = _narrowing(class_group, subject, student)
    if from_date is not None or to_date is not None:
        conditions.append(_OF_DAYS)
        named |= {"from_day": from_date or "", "to_day": to_date or "9999-12-31"}
    asked = _recorded(" UNION ALL ".join(_STATED), conditions)

    def of_entries(begin: int, end: int) -> Iterator[RegisterChange]:
        span = {"first": begin, "until": end, "at": last, **named}
        return (
            places.narrowed(one, class_group, student)
            for one in (places.change(row) for row in views.select(asked, span))
            if (class_group is None or places.is_of_class(one, class_group))
            and subject in (None, one.subject)
            and (student is None or student in one.people)
            and _is_between(one, from_date, to_date)
        )

    return Answer(last, first_changes(of_entries, first, last, count))


def _narrowing(
    class_group: str | None, subject: str | None, student: str | None
) -> tuple[list[str], dict[str, object]]:
    """Conditions that leave out, in the database, most of what is not asked for; and their parameters.

    What they keep is judged afterwards.
    """
    of_courses = {"class_group": class_group, "subject": subject}
    named: dict[str, object] = {column: value for column, value in of_courses.items() if value is not None}
    conditions = []
    if named:
        of = " AND ".join(f"o.{column} = :{column}" for column in named)
        theirs = f"SELECT o.course FROM {{courses}} o WHERE {stands('o')} AND {of}"
        conditions.append(f"""(t.course IN ({theirs}) OR (t.course IS NULL AND t.sheet IS NULL)
          OR t.sheet IN (SELECT s.sheet FROM {{result_sheets}} s WHERE {stands("s")} AND s.course IN ({theirs})))""")
    if student is not None:
        named["whom"] = f"%{student}%"
        conditions.append("t.people LIKE :whom")
    return conditions, named


_OF_PERIODS: Final = f"""SELECT p.period FROM {{periods}} p
          WHERE {stands("p")} AND p.starts_on <= :to_day AND p.ends_on >= :from_day"""
# What names no day of its own has those of its period, or of its sheet's.
_OF_DAYS: Final = f"""CASE WHEN t.day IS NOT NULL THEN t.day <= :to_day AND coalesce(t.until, t.day) >= :from_day
          ELSE t.period IN ({_OF_PERIODS}) OR t.sheet IN (
            SELECT s.sheet FROM {{result_sheets}} s WHERE {stands("s")} AND s.period IN ({_OF_PERIODS})) END"""


def _is_between(one: RegisterChange, from_date: str | None, to_date: str | None) -> bool:
    if from_date is None and to_date is None:
        return True
    if one.from_date is None:
        return False
    return one.from_date <= (to_date or one.from_date) and (one.to_date or one.from_date) >= (from_date or "")


class _Places:
    """Classes, courses, sheets and periods as they stand at the later position."""

    def __init__(self, views: Reader, position: int) -> None:
        self._views = views
        self._position = position
        self._classes = {row.class_group: row for row in classes(views, at=position).rows}
        self._courses = {row.course: row for row in courses(views, at=position).rows}
        self._periods = {row.period: row for row in periods(views, at=position).rows}
        sql = f"SELECT s.sheet, s.course, s.period FROM {{result_sheets}} s WHERE {stands('s')}"
        self._sheets = {sheet: (course, of) for sheet, course, of in views.select(sql, {"at": position})}
        self._members: dict[str, frozenset[str]] = {}

    def change(self, row: tuple[Any, ...]) -> RegisterChange:
        """A row of one of the selects as a change with its place."""
        entry, fact, corrects, request = row[:4]
        said: dict[str, Any] = dict(zip(_TEXTS, row[4 : 4 + len(_TEXTS)], strict=True))
        course, period = said["course"], said["period"]
        if said["sheet"] is not None:
            course, period = self._sheets[said["sheet"]]
        of = self._courses.get(course) if course else None
        people = said["people"] or ""
        listed = tuple(orjson.loads(people)) if people.startswith("[") else tuple(people.split())
        class_group = said["class_group"] if of is None else of.class_group
        place = self._place(class_group, self._periods.get(period or ""))
        days = (said["day"], said["until"])
        if period is not None and said["day"] is None:
            days = (self._periods[period].starts_on, self._periods[period].ends_on)
        new = _plan_item(said["new"]) if said["what"] == "lesson_plan" and said["new"] else said["new"]
        return RegisterChange(
            *(entry, entry if fact is None else fact, said["what"], said["action"], *place[:2]),
            *(of.subject if of else None, *place[2:], listed, *days, said["old"], new, said["reason"]),
            *(said["note"], said["basis"], said["document"], corrects, request, *row[4 + len(_TEXTS) :]),
        )

    def _place(self, class_group: str | None, period: Period | None) -> tuple[Any, ...]:
        group = self._classes.get(class_group or "")
        named = (None, None, None) if period is None else (period.period, period.kind, period.number)
        return (class_group, group.name if group else None, *named)

    def narrowed(self, one: RegisterChange, class_group: str | None, student: str | None) -> RegisterChange:
        """A decision of the council with those of its students alone who were asked about."""
        if one.what != "council" or (class_group is None and student is None):
            return one
        people = tuple(
            person
            for person in one.people
            if student in (None, person) and (class_group is None or person in self._members[class_group])
        )
        return replace(one, people=people)

    def is_of_class(self, one: RegisterChange, class_group: str) -> bool:
        """Whether a change is of a class: its own, of a period of its grade and year, or about one of its students."""
        group = self._classes.get(class_group)
        if one.class_group is not None or group is None:
            return one.class_group == class_group
        if one.what == "council":
            if class_group not in self._members:
                rows = memberships(self._views, class_group=class_group, at=self._position).rows
                self._members[class_group] = frozenset(row.student for row in rows)
            return not self._members[class_group].isdisjoint(one.people)
        period = self._periods.get(one.period or "")
        return period is not None and period.year == group.year and group.grade in period.grades


def _plan_item(stated: str) -> str | None:
    """The one item that an amendment of a plan is about, with its number; None for the items of a whole plan."""
    items = orjson.loads(stated)
    if len(items) != 1:
        return None
    number, content = items[0]
    known = {name: value for name, value in (content or {}).items() if value is not None}
    return orjson.dumps({"item": number, **known}).decode()


def _recorded(stated: str, conditions: Sequence[str]) -> str:
    """A select of what entries state, with who made them; of those alone that meet the conditions."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    columns = ", ".join(f"t.{name}" for name in ("entry", *_NUMBERS, *_TEXTS))
    return f"""SELECT {columns}, m.at, m.actor, m.role, m.on_behalf_of, m.command
        FROM ({stated}) t {command_join("t.entry")}{where}"""


def _stated(what: str, action: str, table: str, condition: str = "", **columns: str) -> str:
    """A select of what the entries of a table state; a code stands in quotes, what is left out is null.

    Types are said, for a column of nulls has none. `table` may go on with a join; its own rows are ``x``.
    """
    given = {"what": what, "action": action, **columns}
    texts = (f"CAST({given.get(name, 'NULL')} AS text) AS {name}" for name in _TEXTS)
    numbers = (f"CAST({given.get(name, 'NULL')} AS bigint) AS {name}" for name in _NUMBERS)
    name, _, join = table.partition(" ")
    return f"""SELECT x.entry, {", ".join(numbers)}, {", ".join(texts)} FROM {{{name}}} x {join}
        WHERE x.entry >= :first AND x.entry < :until{condition and f" AND {condition}"}"""


_DAYS: Final = {"day": "x.starts_on", "until": "x.ends_on"}
_RESULT: Final = {"sheet": "x.sheet", "reason": "x.reason", "note": "x.note"}
_CORRECTED_RESULT: Final = _RESULT | {"people": "r.student", "old": "x.old", "new": "x.new", "corrects": "x.corrects"}
_ASKED: Final = {"reason": "x.reason", "note": "x.note", "basis": "x.basis"}
_ANSWERED: Final = "CASE x.decision WHEN 'approved' THEN 'reopened' ELSE 'reopening_refused' END"
_ORDER: Final = {"document": "x.order_number"}
_RESULTS: Final = (
    _stated(
        *("x.what", "'recorded'", "results", "x.fact = x.entry"),
        **_RESULT, people="x.student", new="x.recorded", document="x.protocol",
    ),
    _stated(
        *("r.what", "CASE WHEN x.new IS NULL THEN 'annulled' ELSE 'corrected' END"),
        "result_corrections LEFT JOIN {results} r ON r.entry = x.entry",
        **_CORRECTED_RESULT, fact="r.fact", basis="x.basis", request="x.request",
    ),
    _stated(
        *("r.what", "CASE x.status WHEN 'refused' THEN 'refused' ELSE 'requested' END"),
        "result_requests LEFT JOIN {results} r ON r.entry = x.corrects",
        # An approval is the correction itself.
        "x.status <> 'approved'",
        **_CORRECTED_RESULT, fact="r.fact",
        basis="CASE x.status WHEN 'refused' THEN x.answer_basis ELSE x.basis END",
        request="CASE x.status WHEN 'refused' THEN x.request END",
    ),
    _stated("x.what", "'published'", "publications", sheet="x.sheet", new="x.obtained_at", document="x.protocol"),
)  # fmt: skip
_TURNS: Final = (
    _stated("'period'", "'closed'", "closings", period="x.period"),
    _stated("'period'", "'reopened'", "reopenings", **_ASKED, period="x.period", people="x.requested_by"),
    _stated("'period'", "'attested'", "attestations", period="x.period", new="x.size", basis="x.basis"),
    _stated("'period'", "'reopening_requested'", "reopening_requests", "x.what = 'period'", **_ASKED, period="x.scope"),
    _stated(
        *("'period'", _ANSWERED, "reopening_answers", "x.what = 'period'"),
        period="x.scope", basis="x.basis", request="x.request",
    ),
    _stated("'journal'", "'closed'", "journal_closings", class_group="x.class_group"),
    _stated(
        *("'journal'", "'reopened'", "journal_reopenings"),
        **_ASKED, class_group="x.class_group", people="x.requested_by",
    ),
    _stated(
        *("'journal'", "'reopening_requested'", "reopening_requests", "x.what = 'journal'"),
        **_ASKED, class_group="x.scope",
    ),
    _stated(
        *("'journal'", _ANSWERED, "reopening_answers", "x.what = 'journal'"),
        class_group="x.scope", basis="x.basis", request="x.request",
    ),
    _stated(
        *("'journal'", "'transferred'", "sheet_transfers"),
        class_group="x.class_group", new="x.receiver", document="x.number", day="x.received_on", until="x.received_on",
    ),
    _stated(
        *("'council'", "CASE WHEN x.replaces IS NULL THEN 'recorded' ELSE 'corrected' END", "council"),
        people="x.students", day="x.held_on", until="x.held_on", basis="x.basis", document="x.protocol",
        corrects="x.replaces", new="x.decision",
        old="(SELECT b.decision FROM {council} b WHERE b.entry = x.replaces)",
    ),
)  # fmt: skip
_SET_UP: Final = (
    _stated("'year'", "'recorded'", "years", **_DAYS, new="x.title"),
    _stated("'period'", "'recorded'", "periods", **_DAYS, period="x.period"),
    _stated("'class'", "'recorded'", "classes", class_group="x.class_group", people="x.class_teacher"),
    _stated(
        *("'class_teacher'", "'recorded'", "class_teachers"),
        class_group="x.class_group", people="x.teacher", day="x.starts_on",
    ),
    _stated("'course'", "'recorded'", "courses", course="x.course", new="x.subgroup"),
    _stated("'person'", "'recorded'", "persons", people="x.person", new="x.kind"),
    _stated(
        *("'enrollment'", "'recorded'", "enrollments"),
        class_group="x.class_group", people="x.student", day="x.starts_on",
    ),
    _stated(
        *("'leaving'", "'recorded'", "leavings"),
        class_group="x.class_group", people="x.student", day="x.ends_on", until="x.ends_on",
    ),
    _stated("'subgroup'", "'recorded'", "joinings", course="x.course", people="x.student", day="x.starts_on"),
    _stated(
        *("'subgroup'", "'ended'", "departures"),
        course="x.course", people="x.student", day="x.ends_on", until="x.ends_on",
    ),
    _stated("'assignment'", "'recorded'", "assignments", course="x.course", people="x.teacher", day="x.starts_on"),
    _stated("'timetable'", "'recorded'", "timetables", class_group="x.class_group", day="x.effective_from"),
    _stated("'bells'", "'recorded'", "bells", day="x.effective_from", new="x.title"),
    _stated(
        "CASE WHEN x.as_weekday IS NULL THEN 'days_off' ELSE 'school_day' END",
        *("CASE WHEN x.entry = x.fact THEN 'recorded' ELSE 'annulled' END", "calendar"),
        **_DAYS, fact="x.fact", new="CASE WHEN x.entry = x.fact THEN coalesce(x.title, CAST(x.as_weekday AS text)) END",
        old="CASE WHEN x.entry <> x.fact THEN coalesce(x.title, CAST(x.as_weekday AS text)) END", basis="x.basis",
    ),
    _stated(
        "'lesson_plan'",
        "CASE WHEN x.title IS NOT NULL THEN 'recorded' WHEN x.reason IS NULL THEN 'continued' ELSE 'corrected' END",
        "plans",
        course="x.course", new="CASE WHEN x.reason IS NOT NULL THEN x.items END", reason="x.reason", basis="x.basis",
    ),
    _stated(
        "'scheduled_work'",
        "CASE WHEN x.entry = x.fact THEN 'recorded' WHEN x.stands = 0 THEN 'annulled' ELSE 'corrected' END",
        "scheduled_works",
        course="x.course", fact="x.fact", day="x.planned_on", until="x.planned_on", new="x.kind", reason="x.reason",
        basis="x.basis",
    ),
    _stated(
        *("'cancellation'", "CASE WHEN x.entry = x.fact THEN 'recorded' ELSE 'annulled' END", "cancellations"),
        course="x.course", fact="x.fact", day="x.held_on", until="x.held_on", reason="x.reason",
        basis="CASE WHEN x.entry = x.fact THEN x.basis ELSE x.withdrawn_basis END",
    ),
    _stated(
        *("'substitution_plan'", "'recorded'", "substitution_plans"),
        course="x.course", people="x.absent_teacher || ' ' || x.substitute", day="x.held_on", until="x.held_on",
        reason="x.reason", basis="x.basis",
    ),
    _stated(
        *("'substitution_plan'", "'annulled'"),
        "substitution_plan_ends JOIN {substitution_plans} p ON p.entry = x.plan",
        # What is planned instead has the same entry.
        "NOT EXISTS (SELECT 1 FROM {substitution_plans} n WHERE n.entry = x.entry)",
        course="p.course", fact="x.plan", people="p.absent_teacher || ' ' || p.substitute", day="p.held_on",
        until="p.held_on",
    ),
    _stated("'regulation'", "'recorded'", "regulations", **_ORDER, day="x.effective_from"),
    _stated("'assessment_rules'", "'recorded'", "assessment", **_ORDER, day="x.effective_from"),
    _stated("'responsible'", "'recorded'", "appointments", **_ORDER, people="x.person", day="x.starts_on"),
    _stated("'duty'", "'recorded'", "duties", **_ORDER, people="x.person", day="x.starts_on", new="x.duty"),
    _stated("'duty'", "'ended'", "duty_ends", people="x.person", day="x.ends_on", until="x.ends_on", old="x.duty"),
    _stated(
        *("'account'", "x.action", "accounts", "x.action IN ('opened', 'granted', 'revoked', 'closed')"),
        **_DAYS, people="x.account", new="coalesce(x.role, x.kind)", reason="x.reason", basis="x.basis",
        corrects="x.granted_by", old="(SELECT g.role FROM {accounts} g WHERE g.entry = x.granted_by)",
    ),
    _stated(
        *("'backdating'", "'requested'", "backdating_requests"),
        class_group="CASE WHEN x.place <> 'course' AND x.scope <> '' THEN x.scope END",
        course="CASE WHEN x.place = 'course' THEN x.scope END", people="x.person", day="x.day", until="x.day",
        new="x.what", basis="x.basis",
    ),
    _stated(
        *("'backdating'", "'refused'", "backdating_answers JOIN {backdating_requests} q ON q.entry = x.request"),
        # An approval is the act itself.
        "x.decision = 'refused'",
        class_group="CASE WHEN q.place <> 'course' AND q.scope <> '' THEN q.scope END",
        course="CASE WHEN q.place = 'course' THEN q.scope END", people="q.person", day="q.day", until="q.day",
        new="q.what", basis="x.basis", request="x.request",
    ),
)  # fmt: skip
_STATED: Final = (*_RESULTS, *_TURNS, *_SET_UP)

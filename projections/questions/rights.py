"""Question 23: who could write what on a day, by orders, assignments and accounts; what of it outlived its ground."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from ledger.journal.account_vocabulary import ACCOUNT_CLOSING_WORDS, HELP_REASON_WORDS, SIGN_IN_HELP_WORDS
from ledger.journal.vocabulary import DUTY_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.reading import command_join, stands
from projections.views.accounts import AccountEntry, account_entries
from projections.views.duties import duties
from projections.views.lookups import class_teachers, classes, courses, memberships, years
from projections.views.people_registers import guardians
from projections.views.regulation import regulation

FINDING_WORDS: Final = {
    "responsible": "отвечает за журнал",
    "duty": "обязанность",
    "class_teacher": "классный руководитель по карточке класса",
    "course": "ведёт предмет",
    "role": "роль в журнале",
    "change": "изменение доступа",
    "helped": "с чужой помощью получен новый вход",
    "helped_alone": "новый вход дан одним человеком, где нужны двое",
    "help_waits": "просьба о новом входе ждёт второго человека",
    "outlived": "выбыл или больше ничего не ведёт, а доступ открыт",
    "closed_later": "доступ закрыт позже, чем выбыл или перестал вести",
    "closed_with_duties": "доступ закрыт, а обязанность, класс или предмет за ним",
}
CHANGE_WORDS: Final = {
    "opened": "запись открыта",
    "granted": "роль дана",
    "revoked": "роль снята",
    "closed": "запись закрыта",
}
_CHANGES: Final = CHANGE_WORDS | SIGN_IN_HELP_WORDS
_REASONS: Final = ACCOUNT_CLOSING_WORDS | HELP_REASON_WORDS
OF_THE_DAY: Final = ("responsible", "duty", "class_teacher", "course")
WRITING_ROLES: Final = frozenset({"teacher", "class_teacher"})
"""Roles that rest on what their holder teaches; who directs or administers needs no course and no duty."""


class Line(NamedTuple):
    """A row of the answer; fields as its columns."""

    finding: str
    employee: str
    role: str | None = None
    duty: str | None = None
    class_name: str | None = None
    subject: str | None = None
    starts_on: str | None = None
    ends_on: str | None = None
    order: str | None = None
    change: str | None = None
    reason: str | None = None
    days: int | None = None
    at: str | None = None
    actor: str | None = None
    entries: Sequence[int] = ()


@dataclass(slots=True)
class Held:
    """A role with the days on which it could be used: neither before its entry nor after it was taken back."""

    granted: AccountEntry
    opened_by: int
    starts_on: str
    ends_on: str | None
    ended_by: int | None = None


@dataclass(slots=True)
class Span:
    """An account from an opening to its closing."""

    opened: AccountEntry
    opened_on: str
    held: list[Held] = field(default_factory=list)
    closed: AccountEntry | None = None
    closed_on: str | None = None


def rights(asked: Asked) -> Found:
    """Who answered for the journal, had which duty, taught which course and held which role on a day; and the rest."""
    day = asked["on"] or choosing.known_day(asked)
    if not day:
        return Found([])
    by_orders = [line for line in _by_orders(asked, day) if line.finding in OF_THE_DAY]
    said = account_entries(asked.views, asked.position)
    spans = _spans(asked, said)
    lines = [*by_orders, *_roles(asked, spans, day)]
    lines += _helped(asked, said, day)
    if asked["finding"] == "change" or asked["from"] or asked["to"]:
        lines += _changes(asked, said)
    lines += _after(asked, spans, day, by_orders)
    kept = [
        line
        for line in lines
        if asked["employee"] in (None, line.employee) and asked["finding"] in (None, line.finding)
    ]
    counts = Counter(line.finding for line in kept)
    rows: list[Row] = [tuple(line) for line in kept]
    totals = {"rows": len(rows), "employees": len({line.employee for line in kept})}
    return Found(rows, {**totals, **{name: counts[name] for name in tuple(FINDING_WORDS)[len(OF_THE_DAY) :]}})


def _by_orders(asked: Asked, day: str) -> Iterator[Line]:
    """What orders, the classes' cards and the courses' assignments say of a day."""
    for one in regulation(asked.views, at=asked.position).responsible:
        if one.person and one.starts_on and one.starts_on <= day and (not one.replaced_on or day < one.replaced_on):
            until = None if one.replaced_on is None else choosing.days_before(one.replaced_on, 1)
            known = sorted(entry for entry in (one.entry, one.replaced_by) if entry is not None)
            order = f"№ {one.order_number}"
            yield Line("responsible", one.person, starts_on=one.starts_on, ends_on=until, order=order, entries=known)
    for duty in duties(asked.views, at=asked.position).rows:
        if duty.starts_on <= day and (duty.ends_on is None or day <= duty.ends_on):
            known = sorted(entry for entry in (duty.entry, duty.ended_by) if entry is not None)
            line = Line("duty", duty.person, duty=duty.duty, order=f"№ {duty.order_number}", entries=known)
            yield line._replace(starts_on=duty.starts_on, ends_on=duty.ends_on)
    spans = {year.year: (year.starts_on, year.ends_on) for year in years(asked.views, at=asked.position).rows}
    of_classes = {group.class_group: spans[group.year] for group in classes(asked.views, at=asked.position).rows}
    for held in class_teachers(asked.views, at=asked.position).rows:
        first, last = of_classes[held.class_group]
        first, last = held.starts_on or first, held.ends_on or last
        if first <= day <= last:
            known = [entry for entry in (held.entry, held.replaced_by) if entry is not None]
            line = Line("class_teacher", held.teacher, class_name=asked.class_names[held.class_group], entries=known)
            yield line._replace(starts_on=first, ends_on=last)
    for course in courses(asked.views, on=day, at=asked.position).rows:
        if course.teacher is not None and spans[course.year][0] <= day <= spans[course.year][1]:
            known = [course.entry] if course.assigned_by is None else sorted({course.entry, course.assigned_by})
            name = asked.class_names[course.class_group]
            yield Line("course", course.teacher, class_name=name, subject=course.subject, entries=known)


def _spans(asked: Asked, said: Sequence[AccountEntry]) -> dict[str, list[Span]]:
    """Account -> its times from an opening to a closing, with the roles held in each."""
    clock = choosing.LocalClock(asked.zone)
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for one in said:
        if one.action not in CHANGE_WORDS:
            continue
        today = clock.day(one.at)
        if one.action == "opened":
            found[one.account].append(Span(one, today))
            continue
        span = found[one.account][-1]
        if one.action == "granted":
            starts_on = max(one.starts_on or today, today)
            span.held.append(Held(one, span.opened.entry, starts_on, one.ends_on))
            continue
        if one.action == "closed":
            span.closed, span.closed_on = one, today
        for held in span.held:
            if held.ended_by is None and one.granted_by in (None, held.granted.entry):
                held.ended_by, held.ends_on = one.entry, min(today, held.ends_on or today)
    _end_with_links(asked, found, clock)
    return found


def _end_with_links(asked: Asked, spans: dict[str, list[Span]], clock: choosing.LocalClock) -> None:
    """A guardian's role is held while the child is theirs."""
    unlinked = _unlinked(asked, clock)
    for link in guardians(asked.views, at=asked.position).rows:
        if link.ended_by is None:
            continue
        day = unlinked[link.ended_by]
        for held in (held for span in spans.get(link.guardian, ()) for held in span.held):
            is_of_link = held.granted.scope == link.student and link.entry < held.granted.entry < link.ended_by
            if is_of_link and (held.ends_on is None or day < held.ends_on):
                held.ended_by, held.ends_on = link.ended_by, day


def _unlinked(asked: Asked, clock: choosing.LocalClock) -> dict[int, str]:
    """Entry that ended a guardian's link -> its day."""
    sql = f"SELECT u.entry, m.at FROM {{guardian_unlinks}} u {command_join('u.entry')} WHERE {stands('u')}"
    return {entry: clock.day(moment) for entry, moment in asked.select(sql)}


def _roles(asked: Asked, spans: dict[str, list[Span]], day: str) -> Iterator[Line]:
    """Roles that could be used on a day, also for a part of it."""
    for account, times in spans.items():
        for held in (held for span in times for held in span.held):
            if held.starts_on <= day <= (held.ends_on or day):
                names = [
                    asked.class_names[id_] for id_ in (held.granted.scope or "").split() if id_ in asked.class_names
                ]
                known = sorted({held.opened_by, held.granted.entry, *([held.ended_by] if held.ended_by else [])})
                yield Line(
                    "role",
                    account,
                    role=held.granted.role,
                    class_name=", ".join(names) or None,
                    starts_on=held.starts_on,
                    ends_on=held.ends_on,
                    order=held.granted.basis,
                    entries=known,
                )


def _changes(asked: Asked, said: Sequence[AccountEntry]) -> Iterator[Line]:
    """What was opened, granted, revoked and closed on days of entering, by whom."""
    clock = choosing.LocalClock(asked.zone)
    by_entry = {one.entry: one for one in said}
    for one in said:
        if one.action not in CHANGE_WORDS or not asked.first <= clock.day(one.at) <= asked.last:
            continue
        of = by_entry[one.granted_by] if one.granted_by is not None else one
        yield Line(
            "change",
            one.account,
            role=of.role,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            order=one.basis,
            change=one.action,
            reason=one.reason,
            at=one.at,
            actor=one.actor,
            entries=sorted({one.entry, of.entry}),
        )


def _helped(asked: Asked, said: Sequence[AccountEntry], day: str) -> Iterator[Line]:
    """Help to sign in: up to the day, or given on the days of entering that are asked about; and what waits.

    First codes are each holder's, and shown where they are asked for; what one person gave alone by a document, always.
    """
    clock = choosing.LocalClock(asked.zone)
    spans, is_each = bool(asked["from"] or asked["to"]), asked["finding"] == "helped"
    waiting: dict[str, AccountEntry] = {}
    for one in said:
        entered = clock.day(one.at)
        if entered > day and not spans:
            continue
        if one.action == "help_asked":
            waiting[one.account] = one
        elif one.action == "opened" or one.request is not None:
            waiting.pop(one.account, None)
        is_shown = (
            asked.first <= entered <= asked.last
            if spans
            else is_each or one.help != "first_code" or one.basis is not None
        )
        if one.action == "helped" and is_shown:
            yield _help_line("helped" if one.basis is None else "helped_alone", one)
    for one in waiting.values():
        yield _help_line("help_waits", one)


def _help_line(finding: str, one: AccountEntry) -> Line:
    known = [entry for entry in (one.request, one.entry) if entry is not None]
    line = Line(finding, one.account, change=one.help, reason=one.reason, at=one.at, actor=one.actor, entries=known)
    return line._replace(order=one.basis)


class Gone(NamedTuple):
    """Since when nothing needs somebody's access any more: the last day, and the entries that say so.

    Of who was dismissed that is the closing itself, with the last day of work.
    """

    last_day: str
    entries: tuple[int, ...]


def _after(asked: Asked, spans: dict[str, list[Span]], day: str, by_orders: Sequence[Line]) -> Iterator[Line]:
    """Access that was open on the day though its ground was gone, or was closed later than that; and the reverse."""
    gone = _gone(asked, day)
    busy: defaultdict[str, list[int]] = defaultdict(list)
    for line in by_orders:
        busy[line.employee] += line.entries
    for account, times in spans.items():
        for span in times:
            if span.opened_on > day:
                continue
            closed = span.closed if span.closed_on is not None and span.closed_on <= day else None
            if closed is not None and span is times[-1] and account in busy:
                known = sorted({span.opened.entry, closed.entry, *busy[account]})
                line = Line("closed_with_duties", account, ends_on=span.closed_on, entries=known)
                yield line._replace(order=closed.basis, reason=closed.reason)
            if closed is not None and closed.ends_on is not None:
                yield from _outlived(account, span, closed, Gone(closed.ends_on, ()), day)
                continue
            left = gone.get(account)
            if left is None or account in busy or span.opened_on > left.last_day:
                continue
            yield from _outlived(account, span, closed, left, day)


def _outlived(account: str, span: Span, closed: AccountEntry | None, left: Gone, day: str) -> Iterator[Line]:
    """A row where access was open for days behind the last day on which something needed it."""
    until = day if closed is None or span.closed_on is None else span.closed_on
    days = (date.fromisoformat(until) - date.fromisoformat(left.last_day)).days
    roles = sorted(
        {held.granted.role or "" for held in span.held if held.starts_on <= until <= (held.ends_on or until)}
    )
    if days <= 0 or (closed is None and (not roles or not _rests_on_work(span, roles))):
        return
    known = {*left.entries, span.opened.entry, *(held.granted.entry for held in span.held)}
    for role in roles or (None,):
        yield Line(
            "outlived" if closed is None else "closed_later",
            account,
            role=role,
            starts_on=left.last_day,
            ends_on=None if closed is None else span.closed_on,
            order=None if closed is None else closed.basis,
            reason=None if closed is None else closed.reason,
            days=days,
            entries=sorted(known if closed is None else {*known, closed.entry}),
        )


def _rests_on_work(span: Span, roles: Sequence[str]) -> bool:
    """Whether an employee's roles are those of who teaches; a student's always rests on the class."""
    return span.opened.kind != "employee" or bool(WRITING_ROLES & set(roles))


def _gone(asked: Asked, day: str) -> dict[str, Gone]:
    """Who was in a class, had a duty or a course, and has none on the day: the last day of that, with what says so."""
    last: dict[str, Gone] = {}
    still: set[str] = set()
    for member in memberships(asked.views, at=asked.position).rows:
        if member.starts_on > day:
            continue
        if member.ends_on is None or member.ends_on >= day or member.left_by is None:
            still.add(member.student)
        else:
            _later(last, member.student, member.ends_on, member.left_by)
    for duty in duties(asked.views, at=asked.position).rows:
        if duty.ended_by is not None and duty.ends_on is not None and duty.ends_on < day:
            _later(last, duty.person, duty.ends_on, duty.ended_by)
    sql = f"""SELECT a.course, a.teacher, a.starts_on, a.entry FROM {{assignments}} a
        WHERE {stands("a")} AND a.starts_on <= :day ORDER BY a.course, a.starts_on, a.entry"""
    before: tuple[str, str] | None = None
    for course, teacher, starts_on, entry in asked.select(sql, day=day):
        if before is not None and before[0] == course and before[1] != teacher:
            _later(last, before[1], choosing.days_before(starts_on, 1), entry)
        before = (course, teacher)
    left = {person: found for person, found in last.items() if person not in still}
    return left | _guardians_gone(asked, day, left)


def _guardians_gone(asked: Asked, day: str, left: dict[str, Gone]) -> dict[str, Gone]:
    """Guardians of whose children every one left, or is theirs no more."""
    unlinked = _unlinked(asked, choosing.LocalClock(asked.zone))
    last: dict[str, Gone] = {}
    still: set[str] = set()
    for link in guardians(asked.views, at=asked.position).rows:
        if link.ended_by is not None and unlinked[link.ended_by] < day:
            _later(last, link.guardian, unlinked[link.ended_by], link.ended_by)
        elif link.student in left:
            _later(last, link.guardian, left[link.student].last_day, left[link.student].entries[0])
        else:
            still.add(link.guardian)
    return {person: found for person, found in last.items() if person not in still}


def _later(last: dict[str, Gone], person: str, day: str, entry: int) -> None:
    """Keep the latest of a person's last days."""
    if person not in last or last[person].last_day < day:
        last[person] = Gone(day, (entry,))


RIGHTS: Final = Question(
    number=23,
    slug="rights",
    title_ru="Кто что мог вести на этот день: приказы, классы, предметы, роли; изменения ролей; доступ после выбытия",
    title_en="Who could write what on a day: orders, classes, courses, roles; changes of roles; access after leaving",
    answer=rights,
    parameters=(
        Parameter("on", "day", "день; без него — последней записи", "the day; left out: of the last entry"),
        Parameter("employee", "person", "чьи: id сотрудника или ученика; без него все", "whose: an id; left out: all"),
        Parameter("from", "day", "и изменения доступа с этого дня", "changes of access from this day on, too"),
        Parameter("to", "day", "и изменения доступа по этот день", "changes of access up to this day, too"),
        Parameter("finding", "choice", "только это", "only this", choices=tuple(FINDING_WORDS)),
    ),
    columns=(
        *(Column("finding", "что", words=FINDING_WORDS), Column("employee", "кто", "person"), choosing.ROLE),
        *(Column("duty", "обязанность", words=DUTY_WORDS), choosing.CLASS_NAME, choosing.SUBJECT_NAME),
        *(Column("from", "с", is_named=True), Column("to", "по", is_named=True), Column("order", "приказ", "typed")),
        *(Column("change", "изменение", words=_CHANGES), Column("reason", "причина", words=_REASONS)),
        *(Column("days", "дней после"), choosing.AT, choosing.ACTOR, ENTRIES),
    ),
    limits_ru="Роль считается с дня своей записи по день, в который её сняли, закрыли запись или кончился срок. "
    "Уволен тот, чья запись так закрыта, с последним днём работы; пока она открыта, сотрудник без единой обязанности и "
    "предмета показан со дня после последнего из них. "
    "Паролей, ключей и входов в записях нет, есть только то, кто, кому и почему дал новый вход; воспользовались ли им, "
    "не видно. Первые коды, кроме данных в одиночку, видны с from, to или finding=helped, изменения — с from, to или "
    "finding=change. Пока обязанностей нет ни у кого, их отсутствие никому не мешает.",
    limits_en="A role counts from its entry's day to the day of its end, its revocation or its account's closing. Who "
    "was dismissed has an account closed for that, with the last day of work; while it is open, an employee without a "
    "single duty or course is shown from behind the last one's last day. Passwords, tokens and sign-ins are no "
    "entries; who gave whom a new way in and why is one, whether it was used is not. First codes but those given "
    "alone show with from, to or finding=helped, changes with from, to or finding=change. "
    "While nobody has a duty, nobody needs one.",
)

"""Question 19: what the log can say of its own integrity, of the whole school or of one class, student or period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.journal.vocabulary import PRINT_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.reading import FIRST_DAY, LAST_DAY, stands
from projections.views.anchors import anchors
from projections.views.backups import backups
from projections.views.lookups import Period, classes, courses, periods
from projections.views.prints import Print, prints
from projections.views.witnesses import witnesses

PERIODS: Final = (
    *("quarter-1", "quarter-2", "quarter-3", "quarter-4", "trimester-1", "trimester-2", "trimester-3"),
    *("half_year-1", "half_year-2", "year-1"),
)
WHAT_WORDS: Final = {
    "entries_known": "записей учтено",
    "entries_recorded": "записей внесено",
    "entries_asked": "записей о том, что спрошено",
    "checkpoint": "последняя контрольная точка",
    "log_verified": "журнал проверен, расхождений нет",
    "cosigned": "заверено свидетелем",
    "access_anchor": "журнал доступа закреплён",
    "backup_taken": "последняя резервная копия",
    "backup_verified": "последняя копия, восстановленная на пробу",
    "backups_not_verified": "копий, которые не восстанавливали",
    "not_signed_yet": "ещё не подписано",
    "not_verified_yet": "ещё не проверено",
    "not_cosigned_yet": "ещё не заверено свидетелем",
    "not_backed_up_yet": "ещё нет в резервной копии",
    "period_closed": "период закрыт",
    "period_open": "период открыт",
    "period_not_verified": "после закрытия периода журнал не проверяли",
    "print_issued": "форма напечатана, не заверена",
    "print_certified": "форма напечатана и заверена",
    "print_void": "форма не действует",
}
_GAPS: Final = {
    "checkpoint": "not_signed_yet",
    "log_verified": "not_verified_yet",
    "cosigned": "not_cosigned_yet",
    "backup_taken": "not_backed_up_yet",
}
"""What covers entries up to a size -> what counts those behind it."""


class Line(NamedTuple):
    """A row of the answer; fields as its columns."""

    what: str
    number: int | None = None
    digest: str | None = None
    about: str | None = None
    class_name: str | None = None
    period: str | None = None
    ends_on: str | None = None
    on: str | None = None
    entries: tuple[int, ...] = ()


def integrity(asked: Asked) -> Found:
    """How far the log goes and what covers it how far; what closed periods; printed forms with their state."""
    lines = [Line("entries_known", asked.position)]
    if asked.position == 0:
        return Found([(*lines[0][:-1], [])])
    if asked.log is not None:
        lines.append(Line("entries_recorded", asked.log.size))
    proofs = list(_proofs(asked))
    covered = {what: max((line.number or 0 for line in proofs if line.what == what), default=0) for what in _GAPS}
    if asked.log is None:
        del covered["checkpoint"]
    if _is_scoped(asked):
        total, *behind = _counted(asked, list(covered.values()))
        lines.append(Line("entries_asked", total))
    else:
        behind = [max(0, asked.position - size) for size in covered.values()]
    gaps = [Line(_GAPS[what], count) for what, count in zip(covered, behind, strict=True)]
    rows: list[Row] = [tuple(line) for line in (*lines, *proofs, *gaps, *_closed(asked), *_printed(asked))]
    return Found([(*row[:-1], list(row[-1])) for row in rows])


def _is_scoped(asked: Asked) -> bool:
    return any(asked[name] is not None for name in ("class", "student", "period"))


def _proofs(asked: Asked) -> Iterator[Line]:
    """The last checkpoint, verification that found nothing, cosignatures, the access log's anchor, backups."""
    clock = choosing.LocalClock(asked.zone)
    if asked.log is not None and asked.log.checkpoint_size is not None:
        yield Line("checkpoint", asked.log.checkpoint_size, asked.log.checkpoint_root)
    sql = f"""SELECT v.size, v.root, v.program, v.entry FROM {{verifications}} v
        WHERE {stands("v")} AND v.verdict = 'verified' ORDER BY v.entry DESC LIMIT 1"""
    for size, root, program, entry in asked.select(sql):
        yield Line("log_verified", size, root, program, entries=(entry,))
    for one in witnesses(asked.views, at=asked.position).rows:
        if one.cosigned_by is not None and one.cosigned_at:
            known = (one.entry, one.cosigned_by)
            yield Line("cosigned", one.size, None, one.name, on=clock.day(one.cosigned_at), entries=known)
    for anchor in anchors(asked.views, at=asked.position).rows[-1:]:
        yield Line("access_anchor", anchor.size, anchor.root, on=clock.day(anchor.at), entries=(anchor.entry,))
    yield from _backups(asked, clock)


def _backups(asked: Asked, clock: choosing.LocalClock) -> Iterator[Line]:
    """The last backup, the last that was restored on trial, and how many never were."""
    taken = [one for one in backups(asked.views, at=asked.position).rows if "ledger" in one.what]
    for last in taken[:1]:
        yield Line("backup_taken", last.size, last.root, on=clock.day(last.at), entries=(last.entry,))
    proved = [(one.proved_by, one) for one in taken if one.proved_by is not None]
    if proved:
        entry, one = max(proved, key=lambda pair: pair[0])
        day = next(check.restored_at[:10] for check in one.checks if check.entry == entry)
        yield Line("backup_verified", one.size, one.root, on=day, entries=(one.entry, entry))
    never = tuple(one.entry for one in taken if one.proved_by is None)
    if never:
        yield Line("backups_not_verified", len(never), entries=never)


def _periods(asked: Asked) -> list[Period]:
    """Periods that are asked about: of the class's year and grade, of a kind and number in the latest year with one."""
    groups = {row.class_group: row for row in classes(asked.views, at=asked.position).rows}
    group = groups.get(asked["class"] or "")
    found = [
        period
        for period in periods(asked.views, at=asked.position).rows
        if (group is None or (period.year == group.year and group.grade in period.grades))
        and asked["period"] in (None, f"{period.kind}-{period.number}")
    ]
    return [period for period in found if asked["period"] is None or period.year == found[-1].year]


def _closed(asked: Asked) -> Iterator[Line]:
    """Periods with what closed them, and whether the log was verified since."""
    sql = f"SELECT max(v.size) FROM {{verifications}} v WHERE {stands('v')} AND v.verdict = 'verified'"
    ((verified,),) = asked.select(sql)
    for period in _periods(asked):
        name = choosing.period_name(period.kind, period.number)
        place = Line("period_open", None, None, _grades(period), None, name, period.ends_on, None, (period.entry,))
        if period.closed_by is None:
            yield place
            continue
        sql = "SELECT c.streams, c.root FROM {closings} c WHERE c.entry = :closed_by AND c.entry < :at"
        ((streams, root),) = asked.select(sql, closed_by=period.closed_by)
        known = (period.entry, period.closed_by)
        yield place._replace(what="period_closed", number=streams, digest=root, entries=known)
        if verified is None or verified <= period.closed_by:
            yield place._replace(what="period_not_verified", entries=known)


def _grades(period: Period) -> str:
    """``5–9 кл.``, or all of them where some between are not."""
    first, last = min(period.grades), max(period.grades)
    together = len(period.grades) == last - first + 1
    listed = f"{first}–{last}" if together and last > first else ", ".join(map(str, period.grades))
    return f"{listed} кл."


def _printed(asked: Asked) -> Iterator[Line]:
    """Printed forms of the class and period, none of a student's own: number, kind, content's digest and state."""
    if asked["student"] is not None:
        return
    clock = choosing.LocalClock(asked.zone)
    group_of = {row.course: row.class_group for row in courses(asked.views, at=asked.position).rows}
    asked_periods = {period.period: period for period in _periods(asked)}
    named = {period.period: period for period in periods(asked.views, at=asked.position).rows}
    for one in prints(asked.views, class_group=asked["class"], at=asked.position).rows:
        if asked["period"] is not None and one.period not in asked_periods:
            continue
        group = one.class_group or group_of.get(one.course or "")
        period = named.get(one.period or "")
        name = one.month if period is None else choosing.period_name(period.kind, period.number)
        known = (one.entry, one.certified_entry, one.voided_entry)
        yield Line(
            _state(one),
            one.number,
            one.content,
            PRINT_WORDS.get(one.kind, one.kind),
            asked.class_names.get(group or ""),
            name,
            on=clock.day(one.at),
            entries=tuple(entry for entry in known if entry is not None),
        )


def _state(one: Print) -> str:
    if one.voided_entry is not None:
        return "print_void"
    return "print_issued" if one.certified_entry is None else "print_certified"


_OF_PERIOD: Final = f""" AND s.period IN (SELECT p.period FROM {{periods}} p
    WHERE p.kind = :kind AND p.number = :number AND p.year = :year AND {stands("p")})"""
_OF_LESSONS: Final = ("lessons", "cells", "works", "homework", "substitutions", "corrections", "requests")


def _counted(asked: Asked, sizes: list[int]) -> list[int]:
    """How many entries are about what is asked: in all, and behind each of some sizes."""
    of = _periods(asked)
    first, last = FIRST_DAY, LAST_DAY
    if asked["period"] is not None:
        first, last = min((one.starts_on for one in of), default=LAST_DAY), max((one.ends_on for one in of), default="")
    condition, values = asked.selected(("class", "o.class_group"))
    student, whose = asked.selected(("student", "x.student"))
    parts = [
        f"""SELECT x.entry FROM {{{table}}} x JOIN {{lessons}} l ON l.lesson = x.lesson AND {stands("l")}
        JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
        WHERE x.entry < :at AND l.held_on BETWEEN :first AND :last{condition}{student}"""
        for table in (_OF_LESSONS if asked["student"] is None else ("cells",))
    ]
    parts.append(f"""SELECT x.entry FROM {{results}} x JOIN {{result_sheets}} s ON s.sheet = x.sheet AND {stands("s")}
        JOIN {{courses}} o ON o.course = s.course AND {stands("o")}
        WHERE x.entry < :at{condition}{student}{_OF_PERIOD if asked["period"] else ""}""")
    if asked["period"] is None:
        of_class = condition.replace("o.class_group", "x.class_group")
        parts += [
            f"SELECT x.entry FROM {{{table}}} x WHERE x.entry < :at{of_class}{student}"
            for table in ("enrollments", "leavings")
        ]
    sums = "".join(f", sum(CASE WHEN t.entry >= :size{place} THEN 1 ELSE 0 END)" for place in range(len(sizes)))
    named = {f"size{place}": size for place, size in enumerate(sizes)}
    sql = f"SELECT count(*){sums} FROM ({' UNION '.join(parts)}) t"
    kind, _, number = (asked["period"] or "-0").partition("-")
    period = {"kind": kind, "number": int(number), "year": of[-1].year if of else ""} if asked["period"] else {}
    (found,) = asked.select(sql, first=first, last=last, **values, **whose, **named, **period)
    return [int(count or 0) for count in found]


INTEGRITY: Final = Question(
    number=19,
    slug="integrity",
    title_ru="Целостность школы, класса, ученика или периода: чем подписано, проверено и заверено, что ещё нет; формы",
    title_en="Integrity of school, class, student or period: what signs, verifies and cosigns it, gaps, printed forms",
    answer=integrity,
    parameters=(
        *(choosing.CLASS, choosing.STUDENT),
        Parameter("period", "choice", "период", "a reporting period", choices=PERIODS),
    ),
    columns=(
        *(Column("what", "что", words=WHAT_WORDS), Column("count", "число"), Column("digest", "отпечаток")),
        *(Column("about", "о чём", "typed"), choosing.CLASS_NAME, Column("period", "период")),
        *(Column("ends_on", "по", is_named=True), Column("on", "когда"), ENTRIES),
    ),
    limits_ru="Это слова самого журнала. Проверяют не по ним: letopis audit у владельца, архив и verify.pyz у прочих; "
    "о классе или ученике — выписка, letopis extract. С class, student или period сосчитаны записи о них: факты "
    "уроков, итоги, зачисления. Подписано, проверено и заверено всегда начало журнала целиком. Форму с бумагой сверяет "
    "letopis check-print. Что копия есть и восстанавливается, записи говорят словами школы.",
    limits_en="This is what the log says of itself. To verify it, its owner runs letopis audit, anybody else an "
    "archive's verify.pyz, of a class or student an extract. With class, student or period the entries about them are "
    "counted: facts of lessons, results, enrolments. What is signed, verified and cosigned is always the log's whole "
    "beginning. letopis check-print holds a form against its paper. That a backup exists and can be restored, the "
    "entries say in the school's words.",
)

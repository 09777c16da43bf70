"""`deadlines`: what was recorded late or lacks, of lessons or of the office, or what is due soon."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import class_of, read_moment
from api.cli.substituting import is_id, read_days
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.journal.deadlines.verdict import Rule, Status
from ledger.journal.vocabulary import EXCUSE_WORDS, RESULT_WORDS
from projections.reading import AsOf
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_rows import DeadlineRow
from projections.views.deadline_tally import DeadlineCount, DeadlineCounts
from projections.views.deadlines import Asked, DeadlineRegister, deadline_register
from projections.views.lookups import classes
from projections.views.office_deadlines import OfficeAsked, OfficeCount, OfficeRow, office_counts, office_deadlines
from projections.views.reminders import due_within

RULE_WORDS: Final[dict[Rule, str]] = {
    "lesson": "запись урока / lesson",
    "attendance": "посещаемость / attendance",
    "homework": "домашнее задание / homework",
    "oral_mark": "устная отметка / oral mark",
    "written_mark": "отметка за письменную / written mark",
    "written_work": "письменная работа / written work",
    "result": "итоги / results",
    "notice": "изменение данных / changed data",
    "refresh": "обновление данных / yearly refresh",
}
STATUS_WORDS: Final[dict[Status, str]] = {
    "on_time": "в срок / on time",
    "late": "с опозданием / late",
    "missing": "нет / missing",
    "pending": "срок идёт / pending",
    "exempt": "не требуется / exempt",
    "no_regulation": "нет регламента / no regulation",
}


class Question(NamedTuple):
    """What the command line asks: of whom, when, and as of which moment or position; None: all, always, now."""

    class_: str | None
    teacher: str | None
    student: str | None
    month: str | None
    from_date: str | None
    to_date: str | None
    at: str | None
    position: int | None


class Kind(NamedTuple):
    """What kind of answer: counts alone; the office's verdicts; what falls due within so many days."""

    counts: bool = False
    office: bool = False
    due_within: int | None = None


def run_deadlines(console: Console, var: Path, question: Question, kind: Kind) -> int:
    """Print the register, its counts, that of the office or what falls due soon, as text or JSON.

    Raises:
        SettingsError: an option is malformed, or two of them exclude each other.
    """
    if question.at is not None and question.position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    moment: AsOf = question.position if question.at is None else read_moment(question.at)
    first, last = read_days(question.month, question.from_date, question.to_date)
    for option, value in (("--teacher", question.teacher), ("--student", question.student)):
        if value is not None and not is_id(value):
            raise SettingsError(f"{option}: нужен идентификатор / has to be an id, a UUID")
    if kind.counts and question.student is not None:
        raise SettingsError("--counts: без --student / not with --student")
    _check_kind(question, kind)
    now = datetime.now(UTC)
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        group = None if question.class_ is None else class_of(school, question.class_, moment)
        asked = Asked(question.teacher, group, question.student, first, last)
        if kind.due_within is not None:
            _print_due(console, school, kind.due_within, now, group, question.teacher, moment)
        elif kind.office:
            _print_office(console, school, OfficeAsked(first, last), now, moment, counts=kind.counts)
        elif kind.counts:
            counted = deadline_counts(school.views, asked, now=now, by=("teacher",), at=moment)
            look(school, "deadlines", counted)
            names = school.names({row.teacher for row in counted.rows if row.teacher})
            print_found(console, counted, names, format_counts(counted, names))
        else:
            found = deadline_register(school.views, asked, now=now, at=moment)
            look(school, "deadlines", found)
            names = school.names({who for row in found.rows for who in (row.teacher, row.student) if who})
            print_found(console, found, names, format_register(found, names))
    return Exit.DONE


def _check_kind(question: Question, kind: Kind) -> None:
    whose = (question.class_, question.teacher, question.student)
    days = (question.month, question.from_date, question.to_date)
    if kind.office and whose != (None, None, None):
        raise SettingsError("--office: без / goes without --class, --teacher, --student")
    if kind.due_within is not None and (kind.counts or kind.office or question.student or days != (None, None, None)):
        raise SettingsError("--due-within: берёт только / takes only: --class, --teacher, --at, --position")


def _print_office(
    console: Console, school: OpenSchool, asked: OfficeAsked, now: datetime, moment: AsOf, *, counts: bool
) -> None:
    if counts:
        counted = office_counts(school.views, asked, now=now, at=moment)
        lines = [f"позиция / position {counted.position}, на / as of {counted.now}"]
        lines += [f"{RULE_WORDS[row.rule]}: {_numbers(row) or '—'}" for row in counted.rows]
        print_found(console, counted, {}, "\n".join(lines))
        return
    found = office_deadlines(school.views, asked, now=now, at=moment)
    look(school, "deadlines", found, kinds=("contacts", "names", "results", "work"))
    names = school.names({row.person for row in found.rows if row.person})
    groups = _class_names(school, found.position)
    lines = [f"позиция / position {found.position}, на / as of {found.now}, строк / rows {len(found.rows)}"]
    lines += [_office_line(row, names, groups) for row in found.rows]
    print_found(console, found, names, "\n".join(lines))


def _print_due(
    console: Console,
    school: OpenSchool,
    days: int,
    now: datetime,
    class_group: str | None,
    teacher: str | None,
    moment: AsOf,
) -> None:
    found = due_within(school.views, days, now=now, class_group=class_group, teacher=teacher, at=moment)
    look(school, "deadlines", found, kinds=("contacts", "names", "results", "work"))
    who = {row.teacher for row in found.lessons if row.teacher} | {row.person for row in found.office if row.person}
    names = school.names(who | {student for row in found.lessons for student in row.without_mark})
    groups = _class_names(school, found.position)
    count = len(found.lessons) + len(found.office)
    lines = [
        f"позиция / position {found.position}, на / as of {found.now}, до / until {found.until}, строк / rows {count}"
    ]
    lines += [_line(row, names) for row in found.lessons]
    lines += [_office_line(row, names, groups) for row in found.office]
    print_found(console, found, names, "\n".join(lines))


def _class_names(school: OpenSchool, position: int) -> dict[str, str]:
    return {row.class_group: row.name for row in classes(school.views, at=position).rows}


def _office_line(row: OfficeRow, names: dict[str, str], groups: dict[str, str]) -> str:
    whose = names.get(row.person, row.person) if row.person else groups.get(row.class_group or "", "")
    what = f": {RESULT_WORDS[row.what]}, {row.results}" if row.what else ""
    late = "" if row.late_by_seconds is None else f" {_duration(row.late_by_seconds)}"
    due = f"  срок / due {row.due_local}" if row.due_local else ""
    status = f"{RULE_WORDS[row.rule]}: {STATUS_WORDS[row.status]}"
    return f"{row.since}  {whose}{what}: {status}{late}{due}  ({row.clause})  {list(row.basis)}"


def _numbers(row: DeadlineCount | OfficeCount) -> str:
    counted = ((STATUS_WORDS[status], getattr(row, status)) for status in STATUS_WORDS)
    count_excused = row.excused if isinstance(row, DeadlineCount) else 0
    excused = f" (по уважительной причине / excused {count_excused})" if count_excused else ""
    return ", ".join(f"{word} {count}" for word, count in counted if count) + excused


def format_register(register: DeadlineRegister, names: dict[str, str]) -> str:
    """The register as people read it in a terminal: a line a verdict."""
    lines = [f"позиция / position {register.position}, на / as of {register.now}, строк / rows {len(register.rows)}"]
    if register.no_regulation:
        lines.append(f"нет регламента на эти дни / no regulation on their days: {register.no_regulation}")
    return "\n".join([*lines, *(_line(row, names) for row in register.rows)])


def format_counts(counts: DeadlineCounts, names: dict[str, str]) -> str:
    """The counts as people read them in a terminal: a line for each rule and teacher."""
    lines = [f"позиция / position {counts.position}, на / as of {counts.now}"]
    lines += [
        f"{names.get(row.teacher or '', row.teacher)}: {RULE_WORDS[row.rule]}: {_numbers(row)}" for row in counts.rows
    ]
    return "\n".join(lines)


def _line(row: DeadlineRow, names: dict[str, str]) -> str:
    who = names.get(row.teacher, row.teacher) if row.teacher else "—"
    whose = f", {names.get(row.student, row.student)}" if row.student else ""
    what = f"{row.held_on} {row.number} {row.class_name} {row.subject}  {who}{whose}: {RULE_WORDS[row.rule]}"
    late = "" if row.late_by_seconds is None else f" {_duration(row.late_by_seconds)}"
    due = f"  срок / due {row.due_local}" if row.due_local else ""
    excused = "" if row.excused is None else f"  уважительная причина / excused: {EXCUSE_WORDS[row.excused.reason]}"
    return f"{what}: {STATUS_WORDS[row.status]}{late}{due}{excused}  ({row.clause})  {list(row.basis)}"


def _duration(seconds: int) -> str:
    minutes = seconds // 60
    days, hours = minutes // 1_440, minutes // 60 % 24
    return f"{days} д / d {hours}:{minutes % 60:02}" if days else f"{hours}:{minutes % 60:02}"


def print_found(console: Console, found: object, names: dict[str, str], text: str) -> None:
    """Print an answer with the names of its people, as JSON or as text."""
    content: dict[str, Any] = orjson.loads(orjson.dumps(found))
    console.result({**content, "people": names}, text)

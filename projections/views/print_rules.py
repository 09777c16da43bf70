"""When paper is required under regulation 3.3, as a pure function of what was recorded.

For each of the three examples of the clause: what must hold, which entry shows it, and in words what is lacking. An
obligation is met by proof, where everything holds, or by a printout that was registered behind the last entry of what
it shows. There is no third way: what nothing shows is required. What "reliable" and "easily" mean here belongs into
the school's local act (verify/spec/events.md, Evidence, says what each entry can show).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, TypeVar

T = TypeVar("T")

SLOWEST_MS_MAX: Final = 2_000
"""What "easily" means (3.3, example 3): an answer in one request within two seconds."""
STANDARD_TOOLS: Final = frozenset({"csv", "sha256sum"})
"""What an archive must open with (3.3, example 2): neither is ours."""

State: TypeAlias = Literal["required", "proved", "printed"]
Condition: TypeAlias = Literal["corrections", "archive", "substitutions"]


@dataclass(frozen=True, slots=True)
class Verification:
    """A verification from entry 0 up to `size`; `day`: the school's day on which it was recorded."""

    entry: int
    day: str
    size: int
    verdict: str
    witnesses: int


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness that stood appointed cosigned the first `size` entries."""

    entry: int
    size: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive of everything up to `size`, for a year."""

    entry: int
    day: str
    size: int
    year: str
    opened_with: frozenset[str]
    verdict: str


@dataclass(frozen=True, slots=True)
class Timing:
    """The register's answers for a month; `known`: how many employees the log had at that size."""

    entry: int
    day: str
    month: str
    employees: int
    requests: int
    slowest_ms: int
    known: int


@dataclass(frozen=True, slots=True)
class Printout:
    """Paper of a period, year or month (`scope`)."""

    entry: int
    condition: str
    scope: str
    number: str


@dataclass(frozen=True, slots=True)
class Span:
    """A period, year or month; `last_entry`: the last that concerns it, None where it may still change by itself.

    `closed_by`: the entries that closed it.
    """

    id: str
    title: str
    starts_on: str
    ends_on: str
    last_entry: int | None
    closed_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything that an answer rests on."""

    periods: Sequence[Span]
    years: Sequence[Span]
    months: Sequence[Span]
    verifications: Sequence[Verification]
    cosigned: Sequence[Cosigned]
    archives: Sequence[Archive]
    timings: Sequence[Timing]
    printouts: Sequence[Printout]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that must hold; `entries` show it; `ru`, `en`: what holds, or what is lacking."""

    name: str
    holds: bool
    entries: tuple[int, ...]
    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """Where the paper of a registered printout lies: `entry` says so; `state` as of `Paper`."""

    entry: int
    number: int
    place: str
    state: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """Whether something must be printed.

    Attributes:
        condition: which example of 3.3; `clause`: 3.3.
        scope: id of the period or the year, or the month YYYY-MM; `title`: as people call it.
        state: ``required``, ``proved`` (everything holds) or ``printed``.
        met_by: the entry that meets it: evidence or printout; None while paper is required.
        last_entry: the last entry about it, which proof and paper must come behind.
        paper: where the printout that meets it lies, where the register of paper says so.
    """

    condition: Condition
    clause: str
    scope: str
    title: str
    starts_on: str
    ends_on: str
    state: State
    met_by: int | None
    printout: str | None
    last_entry: int | None
    parts: tuple[Part, ...]
    paper: PaperPlace | None = None


def judge(recorded: Recorded, today: str) -> tuple[Obligation, ...]:
    """Judge every month, period and year that is over by `today`, by its last day."""
    found = [
        *(_corrections(span, recorded) for span in recorded.periods if span.ends_on < today),
        *(_archive(span, recorded) for span in recorded.years if span.ends_on < today),
        *(_substitutions(span, recorded) for span in recorded.months if span.ends_on < today),
    ]
    return tuple(sorted(found, key=lambda one: (one.ends_on, one.condition, one.title, one.scope)))


def months(starts_on: str, ends_on: str) -> Iterable[tuple[str, str, str]]:
    """Month, first and last day of every calendar month that two days span."""
    first = date.fromisoformat(starts_on).replace(day=1)
    while first.isoformat() <= ends_on:
        following = (first + timedelta(days=31)).replace(day=1)
        yield first.isoformat()[:7], first.isoformat(), (following - timedelta(days=1)).isoformat()
        first = following


def _corrections(span: Span, recorded: Recorded) -> Obligation:
    """3.3, example 1: corrections are reliably controlled, or every reporting period is printed (R44)."""
    best = _last(recorded.verifications, lambda one: _covers(one, span) and one.verdict == "verified")
    parts = [_closed(span), _verified(span, best, recorded.verifications)]
    shown = (best.entry,) if best is not None else ()
    parts += [
        _witnessed(span, best, recorded.cosigned),
        Part(
            "corrections_complete",
            best is not None,
            shown,
            "у каждого исправления есть автор, время, прежнее значение и причина: таков формат, проверка прошла"
            if shown
            else "автор, время, прежнее значение и причина каждого исправления не подтверждены проверкой",
            "every correction has author, time, old value and reason: so the format asks, and it was verified"
            if shown
            else "no verification confirms author, time, old value and reason of every correction",
        ),
        Part(
            "gapless",
            best is not None,
            shown,
            "в записях нет пропусков: проверка прошла их по порядку"
            if shown
            else "отсутствие пропусков не подтверждено проверкой",
            "no entry is missing: the verification went through all in order"
            if shown
            else "no verification confirms that no entry is missing",
        ),
    ]
    return _obligation("corrections", span, recorded, parts, best.entry if best else None)


def _archive(span: Span, recorded: Recorded) -> Obligation:
    """3.3, example 2: archives open without special software, or every year is printed (R45)."""
    of_year = [one for one in recorded.archives if one.year == span.id]
    best = _last(of_year, lambda one: _covers(one, span) and one.verdict != "finding")
    shown = (best.entry,) if best is not None else ()
    opened = best is not None and best.opened_with >= STANDARD_TOOLS
    parts = [
        _closed(span),
        Part(
            "archived",
            best is not None,
            shown,
            f"архив за год записан после его окончания и содержит все его записи (запись {shown[0]})"
            if shown
            else "нет архива, который записан после окончания года и содержит все его записи"
            if of_year
            else "архив за год не записан",
            f"an archive was recorded after the year's end and holds all entries of it (entry {shown[0]})"
            if shown
            else "no archive was recorded after the year's end that holds all entries of it"
            if of_year
            else "no archive of the year is recorded",
        ),
        Part(
            "opened",
            opened,
            shown if opened else (),
            "архив открыт общедоступными средствами: таблицы и sha256sum"
            if opened
            else "архив не открывали общедоступными средствами: таблицы и sha256sum",
            "the archive was opened with common tools: tables and sha256sum"
            if opened
            else "no archive was opened with common tools: tables and sha256sum",
        ),
    ]
    return _obligation("archive", span, recorded, parts, best.entry if best else None)


def _substitutions(span: Span, recorded: Recorded) -> Obligation:
    """3.3, example 3: the register answers for any employee and any month, or every month is printed (R46)."""
    of_month = [one for one in recorded.timings if one.month == span.id and one.day > span.ends_on]
    best = _last(of_month, lambda one: _everybody(one) and one.slowest_ms <= SLOWEST_MS_MAX) or _last(of_month)
    shown = (best.entry,) if best is not None else ()
    everybody = best is not None and _everybody(best)
    fast = best is not None and best.slowest_ms <= SLOWEST_MS_MAX
    parts = [
        Part(
            "timed",
            best is not None,
            shown,
            f"сведения запрошены после окончания месяца (запись {shown[0]})"
            if shown
            else "сведения за месяц после его окончания не запрашивали",
            f"the register was asked after the month's end (entry {shown[0]})"
            if shown
            else "the register was not asked for the month after its end",
        ),
        Part(
            "everybody",
            everybody,
            shown if everybody else (),
            "запрошены все вместе и каждый сотрудник" if everybody else "запрошены не все сотрудники",
            "all together and every employee were asked for" if everybody else "not every employee was asked for",
        ),
        Part(
            "easily",
            fast,
            shown if fast else (),
            f"самый долгий ответ: {best.slowest_ms} мс, допустимо {SLOWEST_MS_MAX}"
            if best
            else "время ответа не измерено",
            f"the slowest answer took {best.slowest_ms} ms of {SLOWEST_MS_MAX}" if best else "no answer was timed",
        ),
    ]
    return _obligation("substitutions", span, recorded, parts, best.entry if best else None)


def _closed(span: Span) -> Part:
    holds = span.last_entry is not None
    return Part(
        name="closed",
        holds=holds,
        entries=span.closed_by,
        ru="закрыт" if holds else "не закрыт: записи ещё могут меняться",
        en="closed" if holds else "not closed: its entries may still change",
    )


def _verified(span: Span, best: Verification | None, verifications: Sequence[Verification]) -> Part:
    last = best or _last(verifications)
    if best is not None:
        ru = f"журнал проверен с первой записи, последняя запись периода охвачена (запись {best.entry})"
        en = f"the log was verified from its first entry and past the period's last (entry {best.entry})"
    elif span.last_entry is None:
        ru, en = "последней записи ещё нет: период не закрыт", "there is no last entry yet: the period is not closed"
    elif last is None:
        ru, en = "журнал не проверяли", "the log was never verified"
    elif last.verdict != "verified":
        ru, en = f"итог последней проверки: {last.verdict}", f"the last verification ended with: {last.verdict}"
    else:
        ru = "после окончания периода и его последней записи журнал не проверяли"
        en = "the log was not verified after the period's end and its last entry"
    entries = () if last is None else (last.entry,)
    return Part(name="verified", holds=best is not None, entries=entries, ru=ru, en=en)


def _witnessed(span: Span, best: Verification | None, cosigned: Sequence[Cosigned]) -> Part:
    """An outside witness signed behind the last entry, and the verification read that signature."""
    past = [one for one in cosigned if span.last_entry is not None and one.size > span.last_entry]
    read = [one for one in past if best is not None and best.witnesses and one.entry < best.size]
    if best is not None and read:
        ru = f"независимый свидетель заверил журнал после последней записи, подпись проверена (запись {read[0].entry})"
        en = f"an outside witness cosigned the log behind the last entry; verified (entry {read[0].entry})"
        return Part(name="witnessed", holds=True, entries=(read[0].entry, best.entry), ru=ru, en=en)
    if past:
        ru, en = "подпись свидетеля есть, но с тех пор журнал не проверяли", "cosigned, and not verified since"
    elif cosigned:
        ru = "после последней записи периода свидетель журнал ещё не заверял"
        en = "no witness has cosigned the log behind the period's last entry"
    else:
        ru = "у журнала нет независимого свидетеля: хранитель сервера мог бы переписать его целиком"
        en = "the log has no outside witness: who keeps the server could rewrite all of it"
    entries = tuple(one.entry for one in (past or cosigned)[:1])
    return Part(name="witnessed", holds=False, entries=entries, ru=ru, en=en)


def _covers(one: Verification | Archive, span: Span) -> bool:
    """Whether evidence was recorded after the end and speaks of a log that has the last entry."""
    return span.last_entry is not None and one.day > span.ends_on and one.size > span.last_entry


def _everybody(one: Timing) -> bool:
    return one.employees >= one.known and one.requests > one.employees


def _last(found: Sequence[T], fits: Callable[[T], bool] = lambda _: True) -> T | None:
    """The last recorded one that fits."""
    return next((one for one in reversed(found) if fits(one)), None)


def _obligation(
    condition: Condition, span: Span, recorded: Recorded, parts: Sequence[Part], proof: int | None
) -> Obligation:
    """Met by proof where all parts hold, else by the last printout behind the last entry."""
    state: State = "required"
    met_by, number = None, None
    printed = [
        one
        for one in recorded.printouts
        if (one.condition, one.scope) == (condition, span.id)
        and span.last_entry is not None
        and one.entry > span.last_entry
    ]
    if all(part.holds for part in parts):
        state, met_by = "proved", proof
    elif printed:
        state, met_by, number = "printed", printed[-1].entry, printed[-1].number
    return Obligation(
        condition=condition,
        clause="3.3",
        scope=span.id,
        title=span.title,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        state=state,
        met_by=met_by,
        printout=number,
        last_entry=span.last_entry,
        parts=tuple(parts),
    )

"""`reopenings`: closed periods and classes' journals opened again by two people (3.2, 3.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import orjson

from api.auth import Right
from api.cli.console import Console, Exit
from api.cli.hands import acting, record_with
from api.cli.looking import look
from api.cli.replaying import class_of, position_of
from api.reach import Named
from api.retention import JOURNAL
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.journal import commands as jc
from ledger.journal.vocabulary import PERIOD_WORDS, REOPENING_WORDS
from ledger.vault import Keeping
from ledger.vault.disclosure import make_disclosure
from projections.reading import RequestStatus
from projections.views.lookups import classes, periods
from projections.views.reopenings import ReopeningRequest, reopening_requests

STATES: Final[dict[str, str]] = {
    "open": "ждёт ответа / waits",
    "approved": "открыто снова / opened again",
    "refused": "отказано / refused",
}


def run_list(console: Console, var: Path, status: str | None, position: int | None) -> int:
    """Print requests to open something again, with their answers.

    Raises:
        SettingsError: there is no such status or position.
    """
    if status is not None and status not in STATES:
        raise SettingsError(f"--status: одно из / one of {', '.join(get_args(RequestStatus))}")
    with open_school(var, background=False, recording=False) as school:
        found = reopening_requests(school.views, at=position_of(school, position))
        rows = [row for row in found.rows if status is None or row.status == status]
        look(school, "reopenings list", rows, as_of=found.position)
        titles = _titles(school)
        names = school.names({who for row in rows for who in (row.actor, row.answerer) if who is not None})
        listed = [_line(school, row, titles, names) for row in rows]
    lines = [f"Позиция / position {found.position}: {len(rows)}", *listed]
    content = {"position": found.position, "rows": orjson.loads(orjson.dumps(rows)), "people": names}
    console.result(content, "\n".join(lines))
    return Exit.DONE


def run_ask(
    console: Console, var: Path, class_name: str | None, period: str | None, reason: str, basis: str, note: str | None
) -> int:
    """Ask that a class's journal or a period be opened again.

    Raises:
        SettingsError: neither or both are named, or there is no such class.
        LetopisError: a rule refuses it.
    """
    if (class_name is None) == (period is None):
        raise SettingsError("--class или --period: одно из двух / one of them")
    with open_school(var, background=False) as school:
        school.views.catch_up(school.recorder)
        group = None if class_name is None else class_of(school, class_name, None)
        made = None if note is None else make_disclosure("note", note)
        digest = None if made is None else made.digest
        command: jc.RequestJournalReopening | jc.RequestPeriodReopening
        if group is not None:
            command = jc.RequestJournalReopening(
                class_group=group,
                reason=reason,  # type: ignore[arg-type]  # the rules judge it
                basis=basis,
                note=digest,
            )
        else:
            command = jc.RequestPeriodReopening(
                period=period or "",
                reason=reason,  # type: ignore[arg-type]  # the rules judge it
                basis=basis,
                note=digest,
            )
        actor = acting(school, Right.ASK_REOPENING, Named(class_group=group))
        kept = [] if made is None else [Keeping(group or period or "", JOURNAL, [made.text])]
        entry = record_with(school, command, actor, *kept).first_index
    console.result({"entry": entry, "request": entry}, f"Заявка / request {entry}: ответит другой / another answers")
    return Exit.DONE


def run_answer(console: Console, var: Path, request: int, basis: str, *, approve: bool) -> int:
    """Answer a request, as a second person.

    Raises:
        SettingsError: who acts may not answer, or there is no such request.
        LetopisError: a rule refuses it.
    """
    with open_school(var, background=False) as school:
        actor = acting(school, Right.DIRECT)
        school.views.catch_up(school.recorder)
        row = next((row for row in reopening_requests(school.views).rows if row.entry == request), None)
        if row is None:
            raise SettingsError(f"{request}: такой заявки нет, см. letopis reopenings list / there is no such request")
        command: jc.JournalCommand
        if row.what == "period":
            of_period = jc.ApprovePeriodReopening if approve else jc.RefusePeriodReopening
            command = of_period(period=row.scope, request=request, basis=basis)
        else:
            of_journal = jc.ApproveJournalReopening if approve else jc.RefuseJournalReopening
            command = of_journal(class_group=row.scope, request=request, basis=basis)
        entry = record_with(school, command, actor).first_index
    said = STATES["approved" if approve else "refused"]
    console.result({"entry": entry}, f"{said[0].upper()}{said[1:]}; запись / entry {entry}")
    return Exit.DONE


def _titles(school: OpenSchool) -> dict[str, str]:
    """Id -> what people call it, of every class and period."""
    of_classes = {row.class_group: f"журнал / journal {row.name}" for row in classes(school.views).rows}
    of_periods = {
        row.period: f"{row.number} {PERIOD_WORDS[row.kind]} {row.starts_on} – {row.ends_on}"
        for row in periods(school.views).rows
    }
    return of_classes | of_periods


def _line(school: OpenSchool, row: ReopeningRequest, titles: dict[str, str], names: dict[str, str]) -> str:
    scope, by = titles.get(row.scope, row.scope), names.get(row.actor, row.actor)
    lines = [f"[{row.entry}] {school.app.day_of(row.at)} {scope}: {REOPENING_WORDS[row.reason]}, {row.basis} — {by}"]
    answer = ""
    if row.answered_by is not None:
        who = names.get(row.answerer or "", row.answerer or "")
        answer = f" [{row.answered_by}] {school.app.day_of(row.answered_at or '')}, {row.answer_basis} — {who}"
    return "\n".join([*lines, f"    {STATES[row.status]}{answer}"])

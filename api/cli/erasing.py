"""`erase`, `retention`, `erasure-act`: what falls due, and erasing it by two people (1.5, 1.7)."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson

from api.auth import Right
from api.cli.console import Console, Exit
from api.cli.extracting import ExtractOptions, export_extract
from api.cli.hands import acting, record_with
from api.cli.looking import look
from api.cli.signing import open_to_sign, sign_or_wait
from api.cli.targets import free_folder
from api.erasing import carry_out, pending
from api.schools import OpenSchool, open_school, removable_rows
from api.settings import SettingsError
from ledger.durable import create_file
from ledger.journal.command import JournalCommand
from ledger.journal.commands import ApproveErasure, ProposeErasure, RefuseErasure
from ledger.journal.vocabulary import GROUND_WORDS, RETENTION_WORDS
from projections.views.due import due_values
from projections.views.erasures import Erasure, erasures

_ACT: Final = """АКТ об уничтожении персональных данных № ____ от ____________

(приказ Роскомнадзора от 28.10.2022 № 179; к акту приложена выгрузка из журнала регистрации событий: log.csv)

Оператор:                    {school}
Адрес оператора:             ______________________________________________ (вписать)
Кто уничтожил:               ______________________________________________ (вписать; в журнале: {by})
Должность, подпись:          ______________________________________________
Субъект персональных данных: ______________________________________________ (вписать; в журнале: {person})
Категории данных:            {classes}
Уничтожено сведений:         {disclosures}
Информационная система:      электронный журнал, {origin}
Способ уничтожения:          ключи шифрования перезаписаны и удалены, шифрованные сведения удалены из хранилища
Причина:                     {ground}: {basis}
Дата и время уничтожения:    {destroyed_at} (UTC)
Печатные формы без ключа:    {sheets}

Записи журнала: предложено — {entry}, одобрено — {answered}, стёрто — {erased}.
Фамилия, имя и отчество стёрты, поэтому их вписывают от руки с бумаги, по которой стирали. Записи с доказательствами,
что они стоят в подписанном журнале, — в папке proof; проверить: python3 proof/verify.pyz proof --key "{vkey}"
"""


def run_propose(
    console: Console, var: Path, person: str, retention: list[str], ground: str, basis: str, counted_from: str | None
) -> int:
    """Propose an erasure in the name of whoever opened the school, or of the token in the environment."""
    erasure = str(uuid4())
    command = ProposeErasure(
        erasure=erasure,
        person=person,
        retention=tuple(retention),  # type: ignore[arg-type]  # the rules judge them
        ground=ground,  # type: ignore[arg-type]
        basis=basis,
        counted_from=counted_from,
    )
    return _record(console, var, command, {"erasure": erasure}, f"Предложено / proposed: {erasure}")


def run_answer(console: Console, var: Path, erasure: str, basis: str, *, approve: bool) -> int:
    """Approve or refuse an erasure: the token in the environment says who, another than who proposed it."""
    of = ApproveErasure if approve else RefuseErasure
    text = "Одобрено / approved" if approve else "Отклонено / refused"
    return _record(console, var, of(erasure=erasure, basis=basis), {"erasure": erasure}, f"{text}: {erasure}")


def run_carry_out(console: Console, var: Path, erasure: str | None) -> int:
    """Carry an approved erasure out, or go on with those that stopped half way."""
    with open_school(var, background=False) as school, closing(removable_rows(school)) as rows:
        wanted = [erasure] if erasure is not None else pending(school.app, school.vault.keys)
        entries = [carry_out(school, one, acting(school, Right.ERASE), rows).first_index for one in wanted]
    text = "\n".join(f"Стёрто / erased: {one}, запись / entry {at}" for one, at in zip(wanted, entries, strict=True))
    console.result({"erased": wanted, "entries": entries}, text or "Нечего продолжать / nothing to go on with")
    return Exit.DONE


def run_list(console: Console, var: Path) -> int:
    """Show every erasure, and which stopped half way; exit code 1 where one did."""
    with open_school(var, background=False, recording=False) as school:
        rows = erasures(school.read_views()).rows
        look(school, "erase list", rows)
        begun = pending(school.app, school.vault.keys)
    lines = [f"{_state(row, begun)}: {row.erasure}, {row.person}, {_classes(row)}" for row in rows]
    console.result({"rows": [orjson.loads(orjson.dumps(row)) for row in rows], "begun": begun}, "\n".join(lines) or "—")
    return Exit.FINDING if begun else Exit.DONE


def run_retention(console: Console, var: Path, on: str | None) -> int:
    """Show what falls due by the schedule on a day; does nothing."""
    with open_school(var, background=False, recording=False) as school:
        day = on or school.app.today().isoformat()
        rows = due_values(school.read_views(), on=day).rows
        look(school, "retention", rows)
    lines = [f"На / on {day}: {len(rows)}"]
    for row in rows:
        held = f", запрет / held: {', '.join(row.held_by)}" if row.held_by else ""
        waits = f", предложено / proposed: {row.erasure}" if row.erasure else ""
        due = f"с / since {row.due_on} (от / from {row.counted_from}; {row.citation})"
        lines.append(f"{row.person}: {RETENTION_WORDS[row.retention]} / {row.retention}, {due}{held}{waits}")
    console.result({"on": day, "rows": [orjson.loads(orjson.dumps(row)) for row in rows]}, "\n".join(lines))
    return Exit.DONE


def run_act(console: Console, var: Path, entry: int, out: Path) -> int:
    """Write the act of an erasure with the extract of the log that it is attached to, and the entries' proofs.

    Raises:
        SettingsError: no erasure was recorded by this entry, or the folder is there.
    """
    free_folder(out, zip_=False)
    with open_to_sign(var) as school:
        checkpoint = sign_or_wait(console, school)
        found = [row for row in erasures(school.read_views()).rows if row.erased_entry == entry]
        if not found:
            raise SettingsError(f"запись {entry} ничего не стёрла / entry {entry} erased nothing")
        (row,) = found
        look(school, "erasure-act", found, purpose="export", form="extract")
        out.mkdir(mode=0o700)
        entries = ",".join(str(one) for one in (row.entry, row.answered_entry, row.erased_entry))
        export_extract(school, checkpoint, out / "proof", ExtractOptions(entries=entries, public=True))
        create_file(out / "act.txt", _act(school, row).encode())
        create_file(out / "log.csv", _log(row).encode())
    console.result({"act": str(out), "entries": entries}, f"{out}: act.txt, log.csv, proof")
    return Exit.DONE


def _record(console: Console, var: Path, command: JournalCommand, content: dict[str, object], text: str) -> int:
    with open_school(var, background=False) as school:
        receipt = record_with(school, command, acting(school, Right.ERASE))
    console.result({**content, "entry": receipt.first_index}, f"{text}, запись / entry {receipt.first_index}")
    return Exit.DONE


def _classes(row: Erasure) -> str:
    return ", ".join(RETENTION_WORDS[one] for one in row.retention.split())


def _state(row: Erasure, begun: list[str]) -> str:
    if row.erased_entry is not None:
        return f"стёрто / erased, запись / entry {row.erased_entry}"
    if row.erasure in begun:
        return "НЕ ЗАКОНЧЕНО / STOPPED HALF WAY: letopis erase carry-out"
    if row.approved is None:
        return "ждёт ответа / waits"
    return "одобрено / approved" if row.approved else "отклонено / refused"


def _act(school: OpenSchool, row: Erasure) -> str:
    return _ACT.format(
        school=school.school_name(),
        origin=school.recorder.origin,
        by=row.erased_by,
        person=row.person,
        classes=_classes(row),
        disclosures=row.disclosures,
        ground=GROUND_WORDS[row.ground],
        basis=row.basis,
        destroyed_at=row.destroyed_at,
        sheets=row.sheets or "нет",
        entry=row.entry,
        answered=row.answered_entry,
        erased=row.erased_entry,
        vkey=school.signer.vkey,
    )


def _log(row: Erasure) -> str:
    """The events as the order asks for them: who, when, what, whose, how, why."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(
        ("entry (запись)", "at (когда, UTC)", "actor (кто)", "action (что)", "person (чьё)", "basis (причина)")
    )
    rows: tuple[tuple[Any, ...], ...] = (
        (row.entry, row.at, row.actor, "предложено", row.person, f"{GROUND_WORDS[row.ground]}: {row.basis}"),
        (row.answered_entry, row.answered_at, row.answered_by, "одобрено", row.person, row.answer_basis),
        (row.erased_entry, row.erased_at, row.erased_by, f"уничтожено: {_classes(row)}", row.person, ""),
    )
    table.writerows(rows)
    return "\N{BYTE ORDER MARK}" + text.getvalue()

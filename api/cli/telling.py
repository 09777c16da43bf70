"""`subject-access`, `guardianship-letter`: what leaves the school about one person (152-ФЗ, ст. 14; 2.3.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import orjson

from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.substituting import is_id
from api.letters import NoRefusalError, letter_of
from api.schools import open_school
from api.settings import SettingsError
from api.subject_access import UnknownPerson, subject_of
from exports.subject.page import format_page
from ledger.access.events import PURPOSES, Purpose, is_basis
from ledger.durable import create_file

_JSON: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def run_subject_access(console: Console, var: Path, person: str, out: Path, purpose: str, basis: str | None) -> int:
    """Write the page `out`, and the same as JSON beside it, once the look is recorded; a server may run meanwhile.

    Raises:
        SettingsError: an option is malformed, nobody has this id, or a file of this name is there.
        AccessLogUnavailable: the look cannot be recorded; nothing is written.
    """
    told: Purpose = _checked(purpose)
    if not is_id(person):
        raise SettingsError("--person: нужен идентификатор / has to be an id, a UUID")
    if basis is not None and not is_basis(basis):
        raise SettingsError("--basis: код до 64 знаков, a-z 0-9 . _ / - / a code of at most 64 characters")
    table = out.with_suffix(".json")
    if out == table:
        raise SettingsError("--out: это страница, назовите её .html / this is the page, name it .html")
    for path in (out, table):
        if path.exists():
            raise SettingsError(f"--out: {path}: уже есть / is there already")
    with open_school(var, background=False, recording=False) as school:
        try:
            subject = subject_of(school, person, told, basis)
        except UnknownPerson:
            raise SettingsError("--person: такого человека нет / nobody was registered under this id") from None
        shown = {"position": subject.position}
        look(school, "subject-access", shown, purpose=told, form="extract", people=subject.people(), basis=basis)
    create_file(out, format_page(subject))
    create_file(table, orjson.dumps(subject.content(), option=_JSON))
    counts = {section.name: len(section.rows) for section in subject.sections}
    content = {"page": str(out), "json": str(table), "position": subject.position, "rows": counts}
    console.result(content, f"{out}\n{table}")
    return Exit.DONE


def run_guardianship_letter(console: Console, var: Path, refusal: int, out: Path) -> int:
    """Write the letter of a refusal that waits for it, once the look is recorded; a server may run meanwhile.

    Raises:
        SettingsError: no such refusal waits, or a file of this name is there.
        AccessLogUnavailable: the look cannot be recorded; nothing is written.
    """
    if out.exists():
        raise SettingsError(f"--out: {out}: уже есть / is there already")
    with open_school(var, background=False, recording=False) as school:
        try:
            letter, found = letter_of(school, refusal)
        except NoRefusalError:
            detail = f"{refusal}: такого отказа нет, или он не ждёт письма / no such refusal waits for a letter"
            raise SettingsError(detail) from None
        look(school, "guardianship-letter", [found], purpose="export", people=[found.student])
    create_file(out, letter.encode())
    console.result({"letter": str(out), "refusal": refusal}, f"{out}")
    return Exit.DONE


def _checked(purpose: str) -> Purpose:
    if purpose in PURPOSES:
        return cast("Purpose", purpose)
    raise SettingsError(f"--purpose: один из / one of: {', '.join(sorted(PURPOSES))}")

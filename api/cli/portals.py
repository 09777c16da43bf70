"""`portals`: where the service is described, whether the links answer, and the description to publish (2.3.1)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from api.cli.console import Console, Exit
from api.cli.describing import format_description
from api.cli.importing import founder
from api.cli.link_checks import ask_for
from api.cli.looking import look
from api.cli.replaying import read_moment
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from ledger.journal.commands import RecordPortalCheck
from ledger.journal.rules import is_link
from ledger.journal.vocabulary import PORTAL_WORDS
from projections.reading import AsOf
from projections.views.portals import Portal, portals

_OUTCOMES: Final = {
    "found": "found",
    "no_link": "no link to the diary",
    "not_found": "not found",
    "no_answer": "no answer",
}


class Asked(NamedTuple):
    """The link to the diary, how one signs in, and as of when the list is asked for."""

    diary: str | None = None
    sign_in: str | None = None
    at: str | None = None
    position: int | None = None


def run_portals(
    console: Console,
    var: Path,
    asked: Asked,
    *,
    describe: Path | None = None,
    check: bool = False,
    record: bool = False,
) -> int:
    """List portals, ask for their links, or write the description.

    Returns:
        1 where a link that was asked for has not the diary's, or, without asking, where one was not asked for longer
        than a month; else 0.

    Raises:
        SettingsError: an option is malformed or lacks another.
        LetopisError: as `api.schools.open_school`.
        OSError: the description cannot be written.
    """
    moment = _check_options(asked, describe=describe, check=check, record=record)
    with open_school(var, background=False, recording=record) as school:
        school.views.catch_up(school.recorder)
        if describe is not None:
            text = format_description(school.views, asked.diary or "", asked.sign_in or "")
            describe.write_text(text, encoding="utf-8")
            console.result({"description": str(describe)}, f"Записано / written: {describe}")
            return Exit.DONE
        found = portals(school.views, now=datetime.now(UTC), at=moment)
        if check:
            return _check(console, school, found.rows, asked.diary or "", record=record)
        look(school, "portals", found)
    content: dict[str, object] = {"position": found.position, "portals": [asdict(row) for row in found.rows]}
    console.result(content, "\n".join(map(_line, found.rows)) or "Порталов в списке нет. / No portals are listed.")
    return Exit.FINDING if any(row.is_unchecked for row in found.rows) else Exit.DONE


def _check_options(asked: Asked, *, describe: Path | None, check: bool, record: bool) -> AsOf:
    """Say as of when; refuse options that do not go together."""
    if asked.at is not None and asked.position is not None:
        raise SettingsError("--at и --position: одно из двух / one of them")
    if check and describe is not None:
        raise SettingsError("--check и --describe: одно из двух / one of them")
    if record and not check:
        raise SettingsError("--record: только с / only with --check")
    if (check or describe is not None) and (asked.at is not None or asked.position is not None):
        raise SettingsError("--at и --position: только для списка / only for the list")
    if (check or describe is not None) and not is_link(asked.diary):
        raise SettingsError("--diary: нужна ссылка на дневник / has to be the diary's link: https://host/path")
    if describe is not None and not (asked.sign_in or "").strip():
        raise SettingsError("--sign-in: нужно сказать, как войти / has to say how to sign in")
    return asked.position if asked.at is None else read_moment(asked.at)


def _check(console: Console, school: OpenSchool, listed: tuple[Portal, ...], diary: str, *, record: bool) -> int:
    """Ask for each link; with `record` each answer becomes an entry at once."""
    rows: list[dict[str, Any]] = []
    lines = []
    for portal in listed:
        answered = ask_for(portal.link, diary)
        entry = None
        if record:
            command = RecordPortalCheck(portal=portal.portal, link=portal.link, diary=diary, outcome=answered.outcome)
            entry = school.execute(command, founder(school)).first_index
        rows.append({"portal": portal.portal, "link": portal.link, **answered._asdict(), "recorded": entry})
        outcome = f"{PORTAL_WORDS[answered.outcome]} / {_OUTCOMES[answered.outcome]}"
        lines.append(f"{portal.name}  {portal.link}  {outcome} ({answered.why})" + (f"  [{entry}]" if record else ""))
    if record and rows:
        school.checkpointer.sign()
        school.views.catch_up(school.recorder)
    console.result(
        {"diary": diary, "checks": rows}, "\n".join(lines) or "Порталов в списке нет. / No portals are listed."
    )
    return Exit.DONE if all(row["outcome"] == "found" for row in rows) else Exit.FINDING


def _line(row: Portal) -> str:
    if row.outcome is None:
        said = f"не проверялся / never checked: {row.days} дн. / days"
    else:
        said = f"{PORTAL_WORDS[row.outcome]} / {_OUTCOMES[row.outcome]}: {row.days} дн. / days [{row.checked_by}]"
    return f"{row.name}  {row.link}  {said}" + ("  больше месяца / more than a month" if row.is_unchecked else "")

"""`init`: making a school."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from api.auth import Identity
from api.cli.console import Console, Exit
from api.schools import init_school, open_school
from api.settings import Layout, SchoolFile, SettingsError, code_of
from ledger.journal.commands import OpenSchool
from ledger.wire.entry import Actor

ROLES = {
    "administrator": "Администратор / administrator",
    "deputy": "Завуч / deputy head",
    "teacher": "Учитель / teacher",
    "inspector": "Инспектор / inspector",
}


def run_init(console: Console, var: Path, origin: str, name: str, time_zone: str, database: str) -> int:
    """Make a school's folder and open its log; prints vkey and sign-ins once."""
    if database not in ("sqlite", "postgresql"):
        raise SettingsError("--database: sqlite or postgresql")
    layout = Layout(var)
    if layout.school_file.exists():
        raise SettingsError(f"{var}: there is a school already; nothing was changed")
    code = code_of(origin)
    school = SchoolFile(origin=origin, code=code, database="sqlite" if database == "sqlite" else "postgresql")
    identities = [Identity(str(uuid4()), role, code, label) for role, label in ROLES.items()]
    vkey, tokens = init_school(layout, school, identities)
    administrator = identities[0]
    with open_school(var, background=False) as opened:
        command = OpenSchool(school=str(uuid4()), name=name, origin=origin, time_zone=time_zone)
        opened.execute(command, Actor(administrator.actor, administrator.role))
        opened.checkpointer.sign()
    show_sign_ins(console, vkey, tokens)
    return Exit.DONE


def show_sign_ins(console: Console, vkey: str, tokens: dict[str, Identity]) -> None:
    """Say once what cannot be said again."""
    content = {identity.role: {"token": token, "actor": identity.actor} for token, identity in tokens.items()}
    lines = [
        "Ключ школы: передайте его учредителю и печатайте на листах, по нему проверяют архивы.",
        "The school's key: give it to the founder and print it on sheets; archives are checked against it.",
        f"    {vkey}",
        "",
        "Ключи входа показываются один раз. / Sign-ins are shown once.",
        *(f"    {identity.label}: {token}" for token, identity in tokens.items()),
    ]
    console.result({"vkey": vkey, "sign_ins": content}, "\n".join(lines))

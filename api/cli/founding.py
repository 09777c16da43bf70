"""`init`: making a school."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from api.access_opening import make_access_log
from api.auth import Identity
from api.cli.console import Console, Exit
from api.founding import init_school
from api.identity.opening import make_secrets
from api.settings import Layout, SchoolFile, SettingsError, code_of, ledger_environment, read_school_file
from api.vaults import make_vault
from ledger.application import School
from ledger.audit import mend_claims
from ledger.audit.range import AuditedRecorder
from ledger.journal.commands import OpenSchool


def run_init(console: Console, var: Path, origin: str, name: str, time_zone: str, database: str) -> int:
    """Make a school's folder and open its log; prints vkey and sign-ins once."""
    if database not in ("sqlite", "postgresql"):
        raise SettingsError("--database: sqlite или postgresql / sqlite or postgresql")
    code = code_of(origin)
    school = SchoolFile(origin=origin, code=code, database="sqlite" if database == "sqlite" else "postgresql")
    identities = [Identity(str(uuid4()), "administrator", code, "Администратор / administrator")]
    opening = OpenSchool(school=str(uuid4()), name=name, origin=origin, time_zone=time_zone)
    vkey, tokens = init_school(Layout(var), school, identities, opening)
    show_sign_ins(console, vkey, tokens)
    return Exit.DONE


def run_migrate(console: Console, var: Path, *, claims: bool = False) -> int:
    """Bring the tables of ledger and vault up to date, as their owner; a server does the rest without it.

    With `claims`, places whose claims are not what the entries tell are claimed anew.
    """
    layout = Layout(var)
    owner_dsn = os.environ.get("LETOPIS_POSTGRES_OWNER_DSN", "")
    if owner_dsn and not layout.school_file.exists():
        return _prepare_database(console, owner_dsn)
    school = read_school_file(layout)
    with School(ledger_environment(layout, school, create=True)) as opened:
        mended = (
            mend_claims(cast("AuditedRecorder", opened.ledger), cast("Any", opened.factory).replace_claims)
            if claims
            else None
        )
    make_vault(layout, school).close()
    make_access_log(layout, school)
    make_secrets(layout, school).close()
    text = f"{school.origin}: таблицы обновлены / tables are up to date"
    if mended is not None:
        text += f"\nМест, занятых заново / places claimed anew: {mended}"
    console.result({"migrated": school.origin} | ({} if mended is None else {"places_mended": mended}), text)
    return Exit.DONE


def _prepare_database(console: Console, owner_dsn: str) -> int:
    """Make roles and tables in a database that has no school yet, so that a role for the server can be granted."""
    from api.identity.postgres import install as install_identity
    from ledger.storage.postgres.install import install
    from ledger.vault.postgres import install as install_vault

    install(owner_dsn)
    install_vault(owner_dsn)
    install_identity(owner_dsn)
    text = "База готова: роли letopis_owner и letopis_app, таблицы. / The database is ready: roles and tables."
    console.result({"migrated": None}, text)
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

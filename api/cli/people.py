"""`letopis accounts …`; a module of its own does it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Position, Var

accounts = typer.Typer(
    help="Учётные записи, роли и ключи входа / accounts, roles and sign-ins",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Account = Annotated[str, typer.Argument(help="Учётная запись: id / an account's id")]
Basis = Annotated[str, typer.Option(help="Документ, без имён / the document, no names")]
Reason = Annotated[
    str | None,
    typer.Option(
        help="first_access, code_unused, forgotten_password, lost_device, in_wrong_hands, provider, program, other"
    ),
]
Alone = Annotated[
    str | None, typer.Option(help="Документ, если ответить некому / the document, where nobody else can answer")
]
Request = Annotated[int, typer.Argument(min=0, help="Запись просьбы / the request's entry")]
By = Annotated[str | None, typer.Option(help="Чьим именем: id администратора / an administrator's id; иначе кто завёл")]


@accounts.command(name="list", short_help="Кто есть, с ролями / who there is, with roles")
def list_(
    at: Annotated[str | None, typer.Option(help="Момент, RFC 3339 / a moment: 2026-11-01T12:00:00Z")] = None,
    position: Position = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Учётные записи, роли и чем входят; в прошлом — роли. / Accounts, roles, sign-ins; of the past, roles."""
    from api.cli.accounts import run_list

    raise typer.Exit(run_list(Console(as_json=as_json), var, at, position))


@accounts.command(short_help="Завести первую / make the first")
def found(basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Первая учётная запись журнала, где их ещё не было. / The first account of a journal that has none."""
    from api.cli.accounts import run_found

    raise typer.Exit(run_found(Console(as_json=as_json), var, basis))


@accounts.command(name="open", short_help="Открыть / open")
def open_(
    kind: Annotated[str, typer.Argument(help="employee, student, guardian, inspector, program")],
    account: Annotated[str | None, typer.Option(help="id человека из списков / a registered person's id")] = None,
    name: Annotated[str | None, typer.Option(help="Имя того, кого в списках нет / who is not registered")] = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Открыть учётную запись; роли у неё ещё нет. / Open an account, which has no role yet."""
    from api.cli.accounts import run_open

    raise typer.Exit(run_open(Console(as_json=as_json), var, kind, account, name, by))


@accounts.command(short_help="Дать роль / grant a role")
def grant(
    account: Account,
    role: Annotated[str, typer.Argument(help="teacher, deputy, director, inspector…")],
    basis: Basis,
    starts_on: Annotated[str | None, typer.Option("--from", help="С даты; иначе с сегодня / from; else today")] = None,
    ends_on: Annotated[str | None, typer.Option("--to", help="По дату / to")] = None,
    purpose: Annotated[str | None, typer.Option(help="Цель проверки / an inspection's purpose")] = None,
    class_groups: Annotated[list[str] | None, typer.Option("--class", help="id классов проверки / its classes")] = None,
    periods: Annotated[list[str] | None, typer.Option("--period", help="id периодов проверки / its periods")] = None,
    student: Annotated[str | None, typer.Option(help="id ребёнка / a guardian's child")] = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Дать роль по документу. / Grant a role, by a document."""
    from api.cli.accounts import run_grant

    more = {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "purpose": purpose,
        "class_groups": tuple(class_groups or ()),
        "periods": tuple(periods or ()),
        "student": student,
    }
    raise typer.Exit(run_grant(Console(as_json=as_json), var, account, role, basis, more, by))


@accounts.command(short_help="Снять роль / revoke a role")
def revoke(
    account: Account,
    entry: Annotated[int, typer.Argument(min=0, help="Запись, которая дала роль / the entry that granted it")],
    basis: Basis,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Снять роль; действует сразу. / Revoke a role; it acts at once."""
    from api.cli.accounts import run_revoke

    raise typer.Exit(run_revoke(Console(as_json=as_json), var, account, entry, basis, by))


@accounts.command(short_help="Закрыть / close")
def close(
    account: Account,
    reason: Annotated[str, typer.Argument(help="dismissed, left, graduated, ended, mistake")],
    basis: Basis,
    last_day: Annotated[str | None, typer.Option(help="Последний день работы / last day of work (dismissed)")] = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Закрыть учётную запись: никто по ней больше не войдёт. / Close an account: nobody signs in to it any more."""
    from api.cli.accounts import run_close

    raise typer.Exit(run_close(Console(as_json=as_json), var, account, reason, basis, last_day, by))


@accounts.command(short_help="Код для пароля / a code to set a password")
def invite(
    account: Account,
    login: Annotated[str, typer.Argument(help="Имя входа / login")],
    reason: Reason = None,
    basis: Alone = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Код, с которым человек задаёт пароль; показывается один раз. / A code to set a password with; shown once."""
    from api.cli.helping import run_invite

    raise typer.Exit(run_invite(Console(as_json=as_json), var, account, login, (reason, basis), by))


@accounts.command(short_help="Снять второй фактор / take the second factor away")
def reset(
    account: Account,
    reason: Reason = None,
    basis: Alone = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Снять второй фактор, ключи входа и запасные коды: устройство потеряно. / Take the second factor away."""
    from api.cli.helping import run_reset

    raise typer.Exit(run_reset(Console(as_json=as_json), var, account, (reason, basis), by))


@accounts.command(short_help="Попросить второго / ask a second person")
def ask(
    account: Account,
    help_: Annotated[str, typer.Argument(metavar="HELP", help="first_code, code, second_factor")],
    reason: Reason = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Попросить новый код или снять второй фактор; ответит другой. / Ask for it; another answers."""
    from api.cli.helping import run_ask

    raise typer.Exit(run_ask(Console(as_json=as_json), var, account, help_, reason, by))


@accounts.command(short_help="Ответить: дать / answer: give it")
def approve(
    request: Request,
    login: Annotated[
        str | None, typer.Option(help="Имя входа, если другое или первое / login, if another or first")
    ] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Дать, о чём просили: второй человек, ключ в LETOPIS_TOKEN. / Give it, as a second person by LETOPIS_TOKEN."""
    from api.cli.helping import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, request, login, None, give=True))


@accounts.command(short_help="Ответить: отказать / answer: refuse")
def refuse(request: Request, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Отказать: второй человек. / Refuse, as a second person by LETOPIS_TOKEN."""
    from api.cli.helping import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, request, None, basis, give=False))


@accounts.command(short_help="Ключи входа / passkeys")
def passkeys(
    account: Account,
    remove: Annotated[str | None, typer.Option(help="Удалить потерянный / remove a lost one")] = None,
    reason: Reason = None,
    basis: Alone = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Ключи входа учётной записи; с --remove — удалить один. / An account's passkeys; --remove takes one away."""
    from api.cli.accounts import run_passkeys
    from api.cli.helping import run_remove_passkey

    console = Console(as_json=as_json)
    if remove is not None:
        raise typer.Exit(run_remove_passkey(console, var, account, remove, (reason, basis), by))
    raise typer.Exit(run_passkeys(console, var, account))


@accounts.command(short_help="Ключ для программы / a token for a program")
def token(
    account: Account,
    role: Annotated[str, typer.Option(help="Роль / role")] = "export_job",
    label: Annotated[str, typer.Option(help="Метка / label")] = "letopis accounts token",
    days: Annotated[int, typer.Option(min=1, max=366, help="Дней / days")] = 365,
    revoke_id: Annotated[str | None, typer.Option("--revoke", help="Снять этот ключ / revoke this one")] = None,
    by: By = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Ключ входа для программы; показывается один раз. / A bearer token for a program; shown once."""
    from api.cli.accounts import run_revoke_token
    from api.cli.helping import run_token

    console = Console(as_json=as_json)
    if revoke_id is not None:
        raise typer.Exit(run_revoke_token(console, var, account, revoke_id))
    raise typer.Exit(run_token(console, var, account, role, label, days, by))

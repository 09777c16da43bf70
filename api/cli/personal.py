"""Commands on keeping and erasing personal values (1.5, 1.7); what they do is in `api.cli.erasing`.

Who acts is whose token stands in ``LETOPIS_TOKEN``, or else whoever opened the school: an erasure needs two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import Json, Var

erase = typer.Typer(
    help="Стереть личные сведения, вдвоём / erase personal values, by two people",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Erasure = Annotated[str, typer.Argument(help="id стирания, см. letopis erase list / the erasure's id")]
Basis = Annotated[str, typer.Option(help="Основание, без имён / the document, no names")]


@erase.command()
def propose(
    person: Annotated[str, typer.Argument(help="id человека / a person's id")],
    ground: Annotated[str, typer.Option(help="expiry, withdrawal, request, unlawful")],
    basis: Basis,
    retention: Annotated[list[str] | None, typer.Option(help="person, journal; обычно / by default: person")] = None,
    counted_from: Annotated[str | None, typer.Option(help="Срок считать от / the day that counts: 2027-05-31")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Предложить стереть сведения человека. / Propose that a person's values be erased."""
    from api.cli.erasing import run_propose

    classes = retention or ["person"]
    raise typer.Exit(run_propose(Console(as_json=as_json), var, person, classes, ground, basis, counted_from))


@erase.command()
def approve(erasure: Erasure, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Одобрить: второй человек, ключ входа в LETOPIS_TOKEN. / Approve, as a second person by LETOPIS_TOKEN."""
    from api.cli.erasing import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, erasure, basis, approve=True))


@erase.command()
def refuse(erasure: Erasure, basis: Basis, var: Var = Path("var"), as_json: Json = False) -> None:
    """Отклонить: второй человек, ключ входа в LETOPIS_TOKEN. / Refuse, as a second person by LETOPIS_TOKEN."""
    from api.cli.erasing import run_answer

    raise typer.Exit(run_answer(Console(as_json=as_json), var, erasure, basis, approve=False))


@erase.command("carry-out")
def carry_out(
    erasure: Annotated[str | None, typer.Argument(help="id; без него: всё незаконченное / all that stopped")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Уничтожить одобренное и внести запись; повтор продолжает. / Carry out what was approved, or go on with it."""
    from api.cli.erasing import run_carry_out

    raise typer.Exit(run_carry_out(Console(as_json=as_json), var, erasure))


@erase.command("list")
def list_(var: Var = Path("var"), as_json: Json = False) -> None:
    """Все стирания и незаконченные. / Every erasure, and which stopped half way."""
    from api.cli.erasing import run_list

    raise typer.Exit(run_list(Console(as_json=as_json), var))


def retention(
    var: Var = Path("var"),
    on: Annotated[str | None, typer.Option(help="На день / on a day: 2032-06-01")] = None,
    as_json: Json = False,
) -> None:
    """У чьих сведений истёк срок и что под запретом; ничего не делает. / What falls due and what is held; a dry run."""
    from api.cli.erasing import run_retention

    raise typer.Exit(run_retention(Console(as_json=as_json), var, on))


def erasure_act(
    entry: Annotated[int, typer.Argument(min=0, help="Запись о стирании / the entry that erased")],
    out: Annotated[Path, typer.Option(help="Новая папка / a new folder")],
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Акт об уничтожении с выгрузкой из журнала и доказательствами. / The act of an erasure, with its proofs."""
    from api.cli.erasing import run_act

    raise typer.Exit(run_act(Console(as_json=as_json), var, entry, out))


def people(
    name: Annotated[str, typer.Argument(help="Часть имени / a part of the name")] = "",
    kind: Annotated[str | None, typer.Option(help="student, teacher, staff, guardian")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Найти людей по имени: их id просят другие команды. / Find people by name: other commands ask for their ids."""
    from api.cli.searching import run_people

    raise typer.Exit(run_people(Console(as_json=as_json), var, name, kind, class_))


def subject_access(
    person: Annotated[str, typer.Option(help="id человека / a person's id")],
    out: Annotated[Path, typer.Option(help="Новый файл .html; рядом — .json / a new file .html, and .json beside it")],
    purpose: Annotated[str, typer.Option(help="Зачем / what for: subject_request, check, view")],
    basis: Annotated[str | None, typer.Option(help="Код основания / a code: appeal-2026-114")] = None,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Всё о человеке и кто это смотрел, файлом для него самого. / All that is kept of a person, and who looked."""
    from api.cli.telling import run_subject_access

    raise typer.Exit(run_subject_access(Console(as_json=as_json), var, person, out, purpose, basis))


def guardianship_letter(
    refusal: Annotated[int, typer.Argument(min=0, help="Запись об отказе / the entry of the refusal")],
    out: Annotated[Path, typer.Option(help="Новый файл .txt / a new file")],
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Письмо в орган опеки об отказе получать сведения. / The letter on a refusal to be informed."""
    from api.cli.telling import run_guardianship_letter

    raise typer.Exit(run_guardianship_letter(Console(as_json=as_json), var, refusal, out))


def rekey(
    to: Annotated[str, typer.Option(help="file или / or token (PKCS#11)")],
    token: Annotated[str | None, typer.Option(help="Имя токена / the token's label")] = None,
    without_passphrase: Annotated[bool, typer.Option("--without-passphrase", help="Ключ как есть / bare")] = False,
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Сменить ключ, под которым лежат ключи людей. / Change the key that wraps people's keys; all of them or none."""
    from api.cli.rekeying import run_rekey

    console = Console(as_json=as_json)
    raise typer.Exit(run_rekey(console, var, to, token, without_passphrase=without_passphrase))

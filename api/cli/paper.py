"""Commands on printed forms (regulation 1.1, 3.1); what they do is in `api.cli.printing`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import At, Json, Position, Var

Entry = Annotated[int, typer.Argument(min=0, help="Запись о выдаче, см. letopis prints / the issuing entry")]
Out = Annotated[Path, typer.Option(help="Куда записать PDF / the file to write")]


def print_(
    out: Out,
    kind: Annotated[
        str | None,
        typer.Argument(
            help="class-page, student-page, attendance, lesson-plan, summary-sheet, corrections, substitutions, "
            "conformity, papers"
        ),
    ] = None,
    var: Var = Path("var"),
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class")] = None,
    subject: Annotated[str | None, typer.Option(help="Предмет / subject")] = None,
    subgroup: Annotated[str | None, typer.Option(help="Подгруппа / subgroup")] = None,
    period: Annotated[str | None, typer.Option(help="Период: номер или id / a number or an id")] = None,
    month: Annotated[str | None, typer.Option(help="Месяц: 2026-11 / month")] = None,
    student: Annotated[str | None, typer.Option(help="Ученик: id или имя / student, id or name")] = None,
    position: Position = None,
    again: Annotated[int | None, typer.Option(min=0, help="Снова, по записи / again, by its entry")] = None,
    as_json: Json = False,
) -> None:
    """Выдать форму с кодом и внести её в реестр; --again: те же байты снова. / Issue a form with its code."""
    from api.cli.printing import Chosen, run_again, run_print
    from api.settings import SettingsError

    console = Console(as_json=as_json)
    if (again is None) == (kind is None):
        raise SettingsError("что печатать или --again: одно из двух / a kind of form or --again, one of them")
    chosen = Chosen(kind or "", class_, subject, subgroup, period, month, student)
    if again is not None:
        if any(chosen) or position is not None:
            raise SettingsError("--again: что и на когда, говорит запись / of what and as of when, the entry says")
        raise typer.Exit(run_again(console, var, again, out))
    raise typer.Exit(run_print(console, var, chosen, position, out))


def prints(var: Var = Path("var"), at: At = None, position: Position = None, as_json: Json = False) -> None:
    """Реестр выданных форм: кем заверены, какие сняты. / The register of forms: who certified them, which are void."""
    from api.cli.printing import run_prints

    raise typer.Exit(run_prints(Console(as_json=as_json), var, at, position))


def certify(
    entry: Entry,
    by: Annotated[str, typer.Option(help="Кто заверил: id сотрудника / an employee's id")],
    office: Annotated[str, typer.Option(help="Должность / position")],
    on: Annotated[str, typer.Option(help="Дата / day: 2026-10-26")],
    var: Var = Path("var"),
    seal: Annotated[bool, typer.Option("--seal/--no-seal", help="С печатью / with the seal")] = True,
    as_json: Json = False,
) -> None:
    """Внести, кто заверил бумагу формы (п. 3.1). / Record who certified the paper of a form (3.1)."""
    from api.cli.printing import run_certify

    raise typer.Exit(run_certify(Console(as_json=as_json), var, entry, by, office, on, seal=seal))


def void_print(
    entry: Entry,
    reason: Annotated[str, typer.Option(help="spoiled, lost, wrong_scope, superseded, other")],
    basis: Annotated[str, typer.Option(help="Основание, без имён / the document, no names")],
    var: Var = Path("var"),
    as_json: Json = False,
) -> None:
    """Внести, что бумага формы больше не действует. / Record that the paper of a form counts no more."""
    from api.cli.printing import run_void

    raise typer.Exit(run_void(Console(as_json=as_json), var, entry, reason, basis))


def check_print(
    scan: Annotated[Path | None, typer.Argument(help="PNG, JPEG, TIFF, PDF")] = None,
    var: Var = Path("var"),
    code: Annotated[str | None, typer.Option(help="Текст кода вместо скана / the code's text instead")] = None,
    out: Annotated[Path | None, typer.Option(help="Записать подлинную форму, PDF / write the true form")] = None,
    as_json: Json = False,
) -> None:
    """Сверить код на бумаге с журналом. / Check the code on paper against the log."""
    from api.cli.printing import run_check

    raise typer.Exit(run_check(Console(as_json=as_json), var, scan, code, out))

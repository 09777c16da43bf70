"""Commands on classes' journals of the year (regulation 3.2); what they do is in `api.cli.summing`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Console
from api.cli.options import At, Json, Position, Var


def sheet(
    class_: Annotated[str, typer.Option("--class", help="Класс: 5А или id / class: 5А or id")],
    var: Var = Path("var"),
    at: At = None,
    position: Position = None,
    versions: Annotated[bool, typer.Option("--versions", help="Версии и что изменилось / versions, changes")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Байты, которые передают / the bytes handed over")] = False,
    notice: Annotated[
        Path | None, typer.Option(help="Извещение архиву, что она изменилась: новый файл / the notice to the archive")
    ] = None,
    as_json: Json = False,
) -> None:
    """Сводная ведомость класса за год (п. 3.2). / A class's summary sheet of the year (3.2)."""
    from api.cli.summing import run_sheet, run_sheet_notice

    console = Console(as_json=as_json)
    if notice is not None:
        goes_alone = not (as_csv or versions) and at is None and position is None
        raise typer.Exit(run_sheet_notice(console, var, class_, notice, goes_alone=goes_alone))
    raise typer.Exit(run_sheet(console, var, class_, at, position, as_csv=as_csv, versions=versions))


def lacks(
    class_: Annotated[str, typer.Option("--class", help="Класс: 5А или id / class: 5А or id")],
    var: Var = Path("var"),
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Чего недостаёт, чтобы закрыть журнал класса за год (п. 3.2). / What lacks before it is closed (3.2)."""
    from api.cli.summing import run_lacks

    raise typer.Exit(run_lacks(Console(as_json=as_json), var, class_, at, position))


def journals(
    var: Var = Path("var"),
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Какие журналы закрыты, какие ведомости передать в архив. / Which journals are closed, which sheets are due."""
    from api.cli.summing import run_journals

    raise typer.Exit(run_journals(Console(as_json=as_json), var, at, position))


def extract(
    out: Annotated[Path, typer.Option(help="Папка выписки / the extract's folder")],
    var: Var = Path("var"),
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А или id / class: 5А or id")] = None,
    student: Annotated[str | None, typer.Option(help="Ученик: id / a student's id")] = None,
    entries: Annotated[str | None, typer.Option(help="Записи: 5,7-9 / entries by index")] = None,
    form: Annotated[int | None, typer.Option(min=0, help="Печатная форма: её запись / a printed form's entry")] = None,
    public: Annotated[bool, typer.Option("--public", help="Без личных данных / without personal values")] = False,
    zip_: Annotated[bool, typer.Option("--zip", help="И zip рядом / and a zip beside it")] = False,
    as_json: Json = False,
) -> None:
    """Выписка с доказательством: класс, ученик, форма или записи. / A part of the log that proves itself."""
    from api.cli.extracting import ExtractOptions, run_extract

    options = ExtractOptions(class_, student, entries, public, zip_, form)
    raise typer.Exit(run_extract(Console(as_json=as_json), var, out, options))

"""Commands and their options; what they do is in the modules beside this one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast
from uuid import uuid4

import typer
import typer.core

from api.cli import (
    access,
    archives,
    backdated,
    backups,
    block,
    paper,
    paper_register,
    personal,
    reopenings,
    vault,
    witness,
)
from api.cli.calling import called, calling
from api.cli.console import Console, Exit
from api.cli.migrating import migrate
from api.cli.options import At, Json, Position, Var
from api.cli.people import accounts
from api.cli.service import freshness, portals, witnesses
from api.cli.work import forecast, indicators, reads, worklist, workload
from api.cli.year_end import extract, journals, lacks, sheet

if TYPE_CHECKING:
    from api.cli.replaying import Replayed

# Typer has brought its own copy of click along since some version: the base of its errors is found, not imported.
_USAGE: Final = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")

app = typer.Typer(
    name="letopis",
    help="Летопись: журнал, в котором нельзя незаметно исправить ни одной записи. / A class journal that cannot be "
    "changed without being noticed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

printouts = typer.Typer(
    help="Распечатки (регламент, 3.3) / paper under regulation 3.3", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(witness.app, name="witness", short_help="Быть свидетелем чужих журналов / to witness others' logs")
app.add_typer(vault.vault, name="vault", short_help="Личные сведения / personal values")
app.add_typer(accounts, name="accounts", short_help="Учётные записи / accounts")
app.add_typer(printouts, name="printouts", short_help="Распечатки по п. 3.3 / paper under 3.3")
app.add_typer(reopenings.reopenings, name="reopenings", short_help="Открыть снова, вдвоём / reopening, by two")
app.add_typer(backdated.backdated, name="backdated", short_help="Задним числом / back-dated")
app.add_typer(paper_register.paper, name="paper", short_help="Бумажный архив / the paper archive")
app.add_typer(archives.archives, name="archive", short_help="Передать архив / to hand an archive over")
app.add_typer(access.access, name="access", short_help="Журнал доступа / the access log")
app.add_typer(block.block, name="block", short_help="Заблокировать личные сведения / block personal values")
app.add_typer(personal.erase, name="erase", short_help="Стереть личные сведения / erase personal values")


class _Questions(typer.core.TyperGroup):
    """The subcommands of `ask`, made when one is looked for: the registry of questions is no matter of ``--help``."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        """Slugs, by number."""
        return list(self._made())

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # noqa: ARG002
        """The subcommand of a slug, or None."""
        return self._made().get(cmd_name)

    @staticmethod
    @cache
    def _made() -> dict[str, Any]:
        from api.cli.asking import commands

        return commands()


ask = typer.Typer(cls=_Questions, invoke_without_command=True, rich_markup_mode=None)
app.add_typer(ask, name="ask", short_help="Вопросы проверяющего / the inspector's questions")


@ask.callback()
def ask_questions(
    ctx: typer.Context,
    as_json: Json = False,
) -> None:
    """Вопросы проверяющего; без подкоманды — их список. / The inspector's questions; alone: a list of them."""
    if ctx.invoked_subcommand is None:
        from api.cli.asking import run_list

        raise typer.Exit(run_list(Console(as_json=as_json)))


@app.command(short_help="Завести школу / make a school")
def init(
    var: Var = Path("var"),
    origin: Annotated[str, typer.Option(help="Имя журнала / the log's name")] = "letopis.example/school/1534",
    name: Annotated[str, typer.Option(help="Название школы / the school's name")] = "Школа",
    time_zone: Annotated[str, typer.Option(help="Часовой пояс / IANA time zone")] = "Europe/Moscow",
    database: Annotated[str, typer.Option(help="sqlite или / or postgresql")] = "sqlite",
    as_json: Json = False,
) -> None:
    """Завести школу: журнал, ключ подписи, ключи входа. / Make a school: ledger, signing key, sign-ins."""
    from api.cli.founding import run_init

    raise typer.Exit(run_init(Console(as_json=as_json), var, origin, name, time_zone, database))


@app.command(short_help="Открыть журнал по HTTP / serve the journal")
def serve(
    var: Annotated[list[Path] | None, typer.Option(help="Папка школы; можно несколько / repeatable")] = None,
    host: Annotated[str, typer.Option(help="Адрес / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Порт / port")] = 8000,
    sample: Annotated[bool, typer.Option("--sample", help="Если пусто — выдуманная школа / sample school")] = False,
    as_json: Json = False,
) -> None:
    """Открыть журнал по HTTP. / Serve the journal over HTTP."""
    from api.cli.serving import run_serve

    raise typer.Exit(run_serve(Console(as_json=as_json), var or [Path("var")], host, port, sample=sample))


@app.command(short_help="Показать всё за две минуты / show it all in two minutes")
def demo(var: Var = Path("var/demo"), as_json: Json = False) -> None:
    """Четверть выдуманной школы: от записи до доказательства. / A sample quarter, from record to proof."""
    from api.cli.demonstration import run_demo

    raise typer.Exit(run_demo(Console(as_json=as_json), var))


@app.command(name="import", short_help="Загрузить списки из таблиц / import rosters")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV: люди, классы, курсы… / people, classes, courses…")],
    var: Var = Path("var"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Только показать / only show")] = False,
    as_json: Json = False,
) -> None:
    """Загрузить списки, звонки, календарь, расписание. / Import rosters, bells, calendar, timetable: CSV."""
    from api.cli.importing import run_import_files

    raise typer.Exit(run_import_files(Console(as_json=as_json), var, files, dry_run=dry_run))


@app.command(short_help="Подписать всё, что внесено / sign what is recorded")
def checkpoint(var: Var = Path("var"), as_json: Json = False) -> None:
    """Подписать всё, что внесено. / Sign all that is recorded so far."""
    from api.cli.keeping import run_checkpoint

    raise typer.Exit(run_checkpoint(Console(as_json=as_json), var))


@app.command(short_help="Построить представления заново / make the views again")
def rebuild(
    var: Var = Path("var"),
    check: Annotated[bool, typer.Option("--check", help="Только сравнить / build beside and compare")] = False,
    as_json: Json = False,
) -> None:
    """Построить представления заново. / Make the views again from entry 0."""
    from api.cli.keeping import run_rebuild

    raise typer.Exit(run_rebuild(Console(as_json=as_json), var, check=check))


@app.command(short_help="Журнал, каким он был / the journal as it stood")
def replay(
    var: Var = Path("var"),
    view: Annotated[
        str, typer.Option(help="class, student, cell, regulation, вопрос / a question, таблица / a table: table:marks")
    ] = "class",
    class_group: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class")] = None,
    subject: Annotated[str | None, typer.Option(help="Предмет / subject")] = None,
    student: Annotated[str | None, typer.Option(help="Ученик: id / a student's id")] = None,
    lesson: Annotated[str | None, typer.Option(help="Урок: id / a lesson's id")] = None,
    from_date: Annotated[
        str | None, typer.Option("--from", help="Уроки с этого дня: о чём речь / lessons from this day: what about")
    ] = None,
    to_date: Annotated[
        str | None, typer.Option("--to", help="Уроки по этот день: о чём речь / lessons to this day: what about")
    ] = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", help="Параметр вопроса: days=14 / a question's parameter, repeatable")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="Что было известно в этот момент / as known at this moment, RFC 3339: 2026-11-01T12:00:00Z"),
    ] = None,
    position: Annotated[
        int | None,
        typer.Option(min=0, help="То же числом записей / the same as a number of entries; без обоих: сейчас / now"),
    ] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Что изменилось между двумя / what changed between two moments or positions"),
    ] = None,
    what_if: Annotated[
        Path | None,
        typer.Option(help="Итоги по другим правилам / a period's results by other rules: weights.toml"),
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="Период для --what-if: quarter-1, year или / or id / a period, for --what-if")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Таблица, для --what-if и table:… / a table")] = False,
    as_json: Json = False,
) -> None:
    """Журнал, каким он был тогда, или что с тех пор изменилось. / The journal as it stood, or what changed since.

    --at, --position: что было известно тогда / what was known then.

    --from, --to: о каких днях речь / which days are asked about.

    Прошлые дни без --at: как известно сейчас / past days as known now.
    """
    from api.cli.replaying import Replayed
    from api.settings import SettingsError

    chosen = Replayed(class_group, subject, student, lesson, from_date, to_date, tuple(with_ or ()), as_csv)
    console = Console(as_json=as_json)
    if what_if is None and (period is not None or (as_csv and not view.startswith("table:"))):
        raise SettingsError("--period и --csv: только с / only with --what-if; --csv: и с / and with --view table:…")
    if what_if is not None:
        from api.cli.what_if import run_what_if

        if compare is not None or view != "class":
            raise SettingsError("--what-if: без / goes without --compare, --view")
        code = run_what_if(console, var, what_if, chosen, period, at=at, position=position, as_csv=as_csv)
    elif compare is not None:
        from api.cli.comparing import run_compare

        if at is not None or position is not None or view != "class":
            raise SettingsError("--compare: без / goes without --at, --position, --view")
        code = run_compare(console, var, compare, chosen)
    else:
        code = _replay(console, var, view, chosen, at, position)
    raise typer.Exit(code)


def _replay(console: Console, var: Path, view: str, chosen: Replayed, at: str | None, position: int | None) -> int:
    if view == "class":
        from api.cli.replaying import run_replay

        return run_replay(console, var, chosen, at=at, position=position)
    from api.cli.replaying_views import run_view

    return run_view(console, var, view, chosen, at=at, position=position)


@app.command(short_help="Замещения за месяц / substituted lessons")
def substitutions(
    var: Var = Path("var"),
    employee: Annotated[str | None, typer.Option(help="Сотрудник: id / an employee's id; без него: все / all")] = None,
    month: Annotated[str | None, typer.Option(help="Месяц: 2026-11 / month")] = None,
    from_date: Annotated[str | None, typer.Option("--from", help="С даты / from")] = None,
    to_date: Annotated[str | None, typer.Option("--to", help="По дату / to")] = None,
    at: At = None,
    position: Position = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Таблица / a table for a spreadsheet")] = False,
    prove: Annotated[bool, typer.Option("--prove", help="Измерить и внести / time it and record that")] = False,
    as_json: Json = False,
) -> None:
    """Замещённые уроки: часы и коэффициенты. / Substituted lessons, with hours and coefficients."""
    from api.cli.substituting import Asked, run_substitutions

    asked = Asked(employee, month, from_date, to_date, at, position)
    if prove:
        from api.cli.substituting import prove_substitutions

        raise typer.Exit(prove_substitutions(Console(as_json=as_json), var, asked, as_csv=as_csv))
    raise typer.Exit(run_substitutions(Console(as_json=as_json), var, asked, as_csv=as_csv))


@app.command(short_help="Что надо печатать / what must be printed")
def obligations(
    var: Var = Path("var"),
    at: At = None,
    position: Position = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Таблица / a table for a spreadsheet")] = False,
    as_json: Json = False,
) -> None:
    """Что по п. 3.3 надо печатать, а что доказано. / What 3.3 asks to print, and what is proved."""
    from api.cli.obliging import run_obligations

    raise typer.Exit(run_obligations(Console(as_json=as_json), var, at, position, as_csv=as_csv))


app.command(short_help="Свежесть дневника / how fresh the diary is")(freshness)
app.command(short_help="Независимые свидетели журнала / outside witnesses of the log")(witnesses)
app.command(short_help="Порталы с описанием услуги / portals that describe the service")(portals)
app.command(short_help="Сводная ведомость класса / a class's summary sheet")(sheet)
app.command(short_help="Чего нет в журнале класса / what a class's journal lacks")(lacks)
app.command(short_help="Закрытые журналы и ведомости / closed journals and sheets")(journals)


app.command("print", short_help="Выдать форму с кодом / issue a form with its code")(paper.print_)
app.command("prints", short_help="Реестр форм / the register of forms")(paper.prints)
app.command("certify", short_help="Кто заверил форму / who certified a form")(paper.certify)
app.command("void-print", short_help="Снять форму / void a form")(paper.void_print)
app.command(short_help="У чего истёк срок хранения / what falls due")(personal.retention)
app.command("guardianship-letter", short_help="Письмо опеке / the letter on a refusal")(personal.guardianship_letter)
app.command(short_help="Найти человека и его id / find a person's id")(personal.people)
app.command("subject-access", short_help="Сведения о человеке / a person's data")(personal.subject_access)
app.command("erasure-act", short_help="Акт об уничтожении / the act of an erasure")(personal.erasure_act)
app.command("check-print", short_help="Сверить бумагу с журналом / check paper")(paper.check_print)


app.command(short_help="Снять резервную копию / take a backup")(backups.backup)
app.command(short_help="Восстановить из копии / restore a backup")(backups.restore)
app.command("restore-check", short_help="Восстановить на пробу / a restore drill")(backups.restore_check)
app.command("backups", short_help="Копии и их пробы / backups and their proofs")(backups.backups)


@printouts.command()
def register(
    condition: Annotated[str, typer.Option(help="Что / what: corrections, archive, substitutions")],
    number: Annotated[str, typer.Option(help="Номер в журнале распечаток / its number")],
    printed_on: Annotated[str, typer.Option(help="Дата / day: 2026-10-26")],
    pages: Annotated[int, typer.Option(help="Листов / pages")],
    kept: Annotated[str, typer.Option(help="Где хранится / where it is kept")],
    signed_by: Annotated[str, typer.Option(help="Кто подписал: id сотрудника / an employee's id")],
    var: Var = Path("var"),
    period: Annotated[str | None, typer.Option(help="Период: id / a period's id")] = None,
    year: Annotated[str | None, typer.Option(help="Учебный год: id / a year's id")] = None,
    month: Annotated[str | None, typer.Option(help="Месяц: 2026-09 / month")] = None,
    sheet: Annotated[list[str] | None, typer.Option(help="Форма: id из letopis prints --json / a form's id")] = None,
    as_json: Json = False,
) -> None:
    """Внести распечатку, сделанную по п. 3.3. / Register paper that was printed under 3.3."""
    from api.cli.proving import run_register_printout
    from ledger.journal.commands import RegisterPrintout

    command = RegisterPrintout(
        printout=str(uuid4()),
        condition=cast("Any", condition),
        number=number,
        printed_on=printed_on,
        pages=pages,
        kept=kept,
        signed_by=signed_by,
        period=period,
        year=year,
        month=month,
        sheets=tuple(sheet or ()),
    )
    raise typer.Exit(run_register_printout(Console(as_json=as_json), var, command))


@app.command(short_help="Опоздания с записями / what was recorded late")
def deadlines(
    var: Var = Path("var"),
    class_: Annotated[str | None, typer.Option("--class", help="Класс: 5А / class")] = None,
    teacher: Annotated[str | None, typer.Option(help="Учитель: id / a teacher's id")] = None,
    student: Annotated[str | None, typer.Option(help="Ученик: id / a student's id")] = None,
    month: Annotated[str | None, typer.Option(help="Месяц: 2026-11 / month")] = None,
    from_date: Annotated[str | None, typer.Option("--from", help="С даты / from")] = None,
    to_date: Annotated[str | None, typer.Option("--to", help="По дату / to")] = None,
    counts: Annotated[bool, typer.Option("--counts", help="Только числа / only counts")] = False,
    office: Annotated[
        bool, typer.Option("--office", help="Итоги, заявления, обновление данных / results, notices, yearly refresh")
    ] = False,
    due_within: Annotated[
        int | None, typer.Option(min=0, max=31, help="Чему скоро срок: дней после сегодня / due soon: days after today")
    ] = None,
    at: At = None,
    position: Position = None,
    as_json: Json = False,
) -> None:
    """Что записано с опозданием, не записано, чему скоро срок. / What was recorded late, lacks or is due soon."""
    from api.cli.deadlines import Kind, Question, run_deadlines

    asked = Question(class_, teacher, student, month, from_date, to_date, at, position)
    kind = Kind(counts, office, due_within)
    raise typer.Exit(run_deadlines(Console(as_json=as_json), var, asked, kind))


app.command(short_help="Показатели работы учителя / a teacher's work in numbers")(indicators)
app.command(short_help="Прогноз отметок за период / forecast of results")(forecast)
app.command(short_help="Часы учителей и классов / hours of teachers and classes")(workload)
app.command(short_help="Что ждёт учителей / what teachers have to see to")(worklist)
app.command(short_help="Кто смотрел данные / who looked at whose data")(reads)


@app.command(short_help="Архив с подписью / a signed archive")
def export(
    out: Annotated[Path, typer.Option(help="Папка архива / the archive's folder")],
    var: Var = Path("var"),
    zip_: Annotated[bool, typer.Option("--zip", help="И zip рядом / and a zip beside it")] = False,
    public: Annotated[bool, typer.Option("--public", help="Без личных данных / without personal values")] = False,
    since: Annotated[int | None, typer.Option(min=1, help="Размер прежней точки / go on from a checkpoint")] = None,
    continues: Annotated[
        list[Path] | None, typer.Option(help="Прежний архив, его продолжить; все / each earlier archive, to go on from")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Открыть и внести / open it and record that")] = False,
    year: Annotated[str | None, typer.Option(help="Для --record: учебный год / school year: 2026/27")] = None,
    handed_over: Annotated[str, typer.Option(help="Кто передаёт архив / who hands it over")] = "",
    journal_years: Annotated[
        int | None, typer.Option(min=1, max=99, help="Хранить журналы, иначе по перечню / keep journals, years")
    ] = None,
    sheet_years: Annotated[
        int | None, typer.Option(min=1, max=99, help="Хранить ведомости, иначе по перечню / keep sheets, years")
    ] = None,
    documents: Annotated[
        bool | None,
        typer.Option("--documents/--no-documents", help="Документы PDF / PDF documents"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Продолжить прерванный / go on with one that died")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, max=64, help="Процессы для PDF / processes for PDFs")] = None,
    access_log: Annotated[bool, typer.Option("--access-log", help="Журнал доступа / the access log")] = False,
    as_json: Json = False,
) -> None:
    """Архив: всё, что внесено, с подписью; или журнал доступа. / An archive of all that is recorded, signed."""
    if access_log:
        from api.cli.access_archive import run_export_access_log

        raise typer.Exit(run_export_access_log(Console(as_json=as_json), var, out, continues or (), zip_=zip_))
    from api.cli.exporting import ExportOptions, run_export
    from exports.description import Retention, Term

    kept = Retention(*(None if years is None else Term(years) for years in (journal_years, sheet_years)))
    earlier = tuple(continues or ())
    options = ExportOptions(zip_, public, since, record, year, handed_over, kept, documents, resume, jobs, earlier)
    raise typer.Exit(run_export(Console(as_json=as_json), var, out, options))


@app.command(short_help="Страница для чтения архивов / the page that reads archives")
def viewer(
    out: Annotated[Path, typer.Option(help="Файл страницы / the page's file")],
    as_json: Json = False,
) -> None:
    """Записать ПРОЧТИ.html отдельно от архивов. / Write the page that verifies and shows archives, by itself."""
    from api.cli.exporting import run_viewer

    raise typer.Exit(run_viewer(Console(as_json=as_json), out))


app.command(short_help="Выписка: класс, ученик, записи / an extract")(extract)


@app.command(short_help="Перепроверить всю базу / verify the whole store")
def audit(
    var: Var = Path("var"),
    processes: Annotated[int, typer.Option(min=1, max=64, help="Процессов / processes")] = 1,
    unlatch: Annotated[bool, typer.Option("--unlatch", help="Снять остановку записи / lift the latch")] = False,
    record: Annotated[bool, typer.Option("--record", help="Внести итог / record the verdict")] = False,
    as_json: Json = False,
) -> None:
    """Перепроверить всю базу. / Verify the whole store, by its owner."""
    from api.cli.auditing import audit_school

    raise typer.Exit(audit_school(Console(as_json=as_json), var, processes, unlatch=unlatch, record=record))


@app.command(short_help="Замеры против соперников / ratios against peers")
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Короче двух минут / under two minutes")] = False,
    only: Annotated[str, typer.Option(help="Что замерить, через запятую / what, comma-separated")] = "",
    as_json: Json = False,
) -> None:
    """Замеры против соперников. / Ratios against peers (in a checkout)."""
    from api.cli.keeping import run_bench

    raise typer.Exit(run_bench(Console(as_json=as_json), quick=quick, only=only))


app.command(short_help="Обновить таблицы базы / migrate the database")(migrate)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; every error ends as one line and an exit code.

    What it writes is its owner's alone, whatever the shell's umask.
    """
    umask = os.umask(0o077)
    try:
        with calling(app, arguments):
            return int(called(app, arguments)(list(arguments), standalone_mode=False) or Exit.DONE)
    except (typer.Abort, KeyboardInterrupt):
        return Exit.UNAVAILABLE
    except Exception as error:  # noqa: BLE001 - the boundary: a traceback may hold values
        from api.cli import failing

        if isinstance(error, _USAGE):
            return failing.show_usage(cast("typer.BadParameter", error))
        text, code = failing.explain(error)
        Console(as_json=False).complain(f"letopis: {text}")
        return code
    finally:
        os.umask(umask)

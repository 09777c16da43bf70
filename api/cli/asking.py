"""`ask`: the inspector's questions, one subcommand each, made from the registry when the command runs."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.answering import KINDS, ask_school, describe, dressed, listed, looked_at, notes_of, people_of
from api.cli.console import Console, Exit
from api.cli.looking import look
from api.cli.replaying import moment_of
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.answers import format_answer
from projections.questions import GROUPS, QUESTIONS, Answered, Parameter, Question
from projections.questions.asking import Column
from projections.questions.spoken import spoken

AT_HELP: Final = (
    "Что было известно в этот момент / what was known at this moment, RFC 3339: 2026-11-01T12:00:00Z. "
    "О каких днях речь, говорят --from и --to / which days are asked about: --from, --to"
)
POSITION_HELP: Final = "То же числом записей / the same as a number of entries; без обоих: сейчас / without both: now"
_WIDTH: Final = 110
_OWN: Final = ("var", "at", "position", "as_csv", "as_json")
_TOTALS: Final = {
    "absences": "пропусков",
    "available_hundredths_of_percent": "доступность, сотые процента",
    "candidates": "претендентов",
    "coefficient": "коэффициент, сотые",
    "corrections": "исправлений",
    "courses": "курсов",
    "employees": "сотрудников",
    "excused": "с оправданием",
    "excuses": "оправданий",
    "facts": "записано",
    "freshness_alarms": "тревог о свежести",
    "given_hours": "дано часов",
    "incidents": "сбоев",
    "late_without_excuse": "с опозданием без оправдания",
    "lessons": "уроков",
    "lines": "строк",
    "longer_than_an_hour": "дольше часа",
    "lost_minutes": "потеряно минут",
    "marks": "отметок",
    "measurements": "замеров",
    "no_regulation": "без регламента",
    "on_time": "в срок",
    "pending": "срок не вышел",
    "planned_hours": "часов по плану",
    "results": "итогов",
    "rows": "строк",
    "students": "учеников",
    "teachers": "учителей",
    "without_marks": "без отметок",
    "working_minutes": "рабочих минут",
    "works": "работ",
}


def commands() -> dict[str, Any]:
    """Slug -> subcommand."""
    made = typer.Typer(rich_markup_mode=None, add_completion=False)
    for question in QUESTIONS:
        short = f"{question.number}. {question.title_ru} / {question.title_en}"
        made.command(name=question.slug, short_help=short, help=_help(question))(_command(question))
    group: Any = typer.main.get_group(made)
    found: dict[str, Any] = group.commands
    return found


def _help(question: Question) -> str:
    return (
        f"{question.number}. {question.title_ru}. / {question.title_en}.\n\n"
        f"Чего здесь нет: {question.limits_ru} / Limits: {question.limits_en}"
    )


def _command(question: Question) -> Callable[..., None]:
    def run(**options: Any) -> None:
        given = {
            parameter.name: options[f"p_{parameter.name}"]
            for parameter in question.parameters
            if options[f"p_{parameter.name}"] is not None
        }
        own = {name: options[name] for name in _OWN}
        raise typer.Exit(run_question(question, given, **own))

    parameters = [_option(parameter) for parameter in question.parameters]
    parameters += [
        _keyword("var", Annotated[Path, typer.Option(help="Папка школы / the school's folder")], Path("var")),
        _keyword("at", Annotated[str | None, typer.Option(help=AT_HELP)], None),
        _keyword("position", Annotated[int | None, typer.Option(min=0, help=POSITION_HELP)], None),
        _keyword("as_csv", Annotated[bool, typer.Option("--csv", help="Таблица / a table")], default=False),
        _keyword("as_json", Annotated[bool, typer.Option("--json", help="Для программ / for programs")], default=False),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _option(parameter: Parameter) -> inspect.Parameter:
    option = typer.Option(f"--{parameter.name.replace('_', '-')}", help=describe(parameter))
    return _keyword(f"p_{parameter.name}", Annotated[str | None, option], None)


def _keyword(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def run_list(console: Console) -> int:
    """Print the questions that can be asked, those that stand together under one heading."""
    by_number = {question.number: question for question in QUESTIONS}
    margin = max(len(question.slug) for question in QUESTIONS) + 9
    lines = []
    for heading_ru, heading_en, numbers in GROUPS:
        lines.append(f"{heading_ru} / {heading_en}")
        for number in numbers:
            question = by_number[number]
            begins = f"{number:>5}  {question.slug}".ljust(margin)
            lines += textwrap.wrap(question.title_ru, _WIDTH, initial_indent=begins, subsequent_indent=" " * margin)
        lines.append("")
    lines.append("Параметры / parameters: letopis ask SLUG --help")
    console.result({"questions": listed()}, "\n".join(lines))
    return Exit.DONE


def run_question(
    question: Question,
    given: Mapping[str, str],
    *,
    var: Path,
    at: str | None,
    position: int | None,
    as_csv: bool,
    as_json: bool,
) -> int:
    """Ask and print: as text, JSON or CSV.

    Raises:
        SettingsError: an option is malformed, or two of them exclude each other.
        Misasked: a parameter of the question is none of what is allowed.
    """
    if as_csv and as_json:
        raise SettingsError("--csv и --json: одно из двух / one of them")
    moment = moment_of(at, position)
    with open_school(var, background=False, recording=False) as school:
        answered = ask_school(school, question, given, moment)
        form: Any = "csv" if as_csv else None
        known, kinds = answered.known.position, KINDS[question.slug]
        look(
            school,
            f"ask {question.slug}",
            looked_at(answered),
            kinds=kinds,
            purpose="question",
            form=form,
            as_of=known,
        )
        if as_csv:
            content = format_answer(answered, people_of(school, answered), notes_of(school, answered))
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            text = "" if as_json else format_text(school, answered)
            asked = at if position is None else position
            Console(as_json=as_json).result(dressed(school, answered, asked), text)
    return Exit.DONE


def format_text(school: OpenSchool, answered: Answered) -> str:
    """An answer as people read it: what was known, sums, then a block of lines for each row."""
    names, notes = people_of(school, answered), notes_of(school, answered)
    question, known = answered.question, answered.known
    lines = [
        f"{question.number}. {question.title_ru}",
        f"известно записей / entries known {known.position} ({known.at or '—'}), строк / rows {len(answered.rows)}",
    ]
    if answered.totals:
        lines.append(", ".join(f"{total_name(question, name)} {value}" for name, value in answered.totals.items()))
    for row in answered.rows:
        shown = [_shown(column, value, names, notes) for column, value in zip(question.columns, row, strict=True)]
        lines.append("  ".join(text for text in shown if text))
    lines.append(question.limits_ru)
    return "\n".join(lines)


def total_name(question: Question, name: str) -> str:
    """A sum's name in Russian: of what a column counts, or one of a few; a name that neither has stays as it is."""
    for column in question.columns:
        if name in column.words:
            return column.words[name]
    return _TOTALS.get(name, name)


def _shown(column: Column, value: Any, names: Mapping[str, str], notes: Mapping[str, str]) -> str:
    if value is None or column.name in ("lesson", "work"):
        return ""
    match column.kind:
        case "entries":
            if not value:
                return ""
            listed_entries = [str(entry) for entry in value]
            more = f" … {listed_entries[-1]}" if len(listed_entries) > 6 else ""
            return f"[{' '.join(listed_entries[: 5 if more else 6])}{more}]"
        case "person":
            name = names.get(value, value)
            return f"{column.name_ru} {name}" if column.is_named else name
        case "note":
            return notes.get(value, "")
        case "value":
            return spoken(value, column.words)
    text = column.words.get(str(value), str(value))
    is_named = column.is_named or isinstance(value, int)
    return f"{column.name_ru} {text}" if is_named else text

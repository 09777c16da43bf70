"""What is said when a command fails: one line, without values and without a traceback, and the exit code."""

from __future__ import annotations

import os
import re
import sys
import traceback
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import PersistenceError

from api.cli.console import Exit
from api.settings import SettingsError
from api.translation import in_russian
from api.words import words_of_clause
from exports.bag import ExportError
from exports.unfinished import CannotResumeError
from ledger.access.log import AccessLogUnavailable
from ledger.database.migrations import MigrationError
from ledger.durable import FileRefused
from ledger.errors import LedgerDamaged, LedgerInUse, LetopisError, NodeReadOnly, OutcomeUnknown, Refused
from ledger.signing.keys import KeyRefused
from projections.errors import NotYetProjected, ViewsError
from projections.questions.asking import Misasked

if TYPE_CHECKING:
    import typer

_IN_USE: Final = (
    "журнал открыт сервером или другой командой, ничего не записано: остановите сервер (Ctrl+C) и повторите / "
    "stop the server that has this ledger open and try again, nothing was written"
)

_RUSSIAN: Final[tuple[tuple[type[LetopisError], str], ...]] = (
    (AccessLogUnavailable, "журнал доступа не пишется, поэтому ничего не показано"),
    (FileRefused, "файл с ключами не годится"),
    (KeyRefused, "ключ подписи не годится"),
    (NodeReadOnly, "записывать сейчас нельзя"),
    (OutcomeUnknown, "связь с базой прервалась, неизвестно, внесена ли запись"),
    (NotYetProjected, "до этой позиции журнал ещё не дошёл"),
    (ViewsError, "представления не годятся, постройте их заново: letopis rebuild"),
    (LetopisError, "сейчас это невозможно"),
)


_WRONG: Final = {
    "BadParameter": "значение не годится",
    "MissingParameter": "не всё указано",
    "NoSuchOption": "такого параметра нет",
}
"""What is wrong with a command line, by the kind of the library's error, which says the rest in English."""


def show_usage(error: typer.BadParameter) -> int:
    """Say how the command is written and what is wrong with what was given; return the exit code."""
    wrong = _WRONG.get(type(error).__name__, "команда записана неверно")
    sys.stderr.write(f"letopis: {wrong}, см. --help / see --help\n")
    error.show()
    return Exit.USAGE


def explain(error: Exception) -> tuple[str, int]:
    """The line and the exit code of an error.

    With ``LETOPIS_TRACEBACK=1`` an error that nobody foresaw is printed whole; it may hold values of records.
    """
    match error:
        case Refused():
            source_ru, source = words_of_clause(error.clause)
            text = f"{in_russian(error)} ({source_ru}) / {error} ({source}) [{error.rule}]"
            return text, Exit.FINDING
        case LedgerInUse():
            return f"{_IN_USE}: {str(error).partition(';')[0]}", Exit.UNAVAILABLE
        case MigrationError():
            return (
                f"сначала обновите таблицы: letopis migrate / bring the tables up to date first: {error}",
                Exit.UNAVAILABLE,
            )
        case LedgerDamaged():
            return f"хранилище не сходится со своими отпечатками / {error}", Exit.FINDING
        case Misasked():
            option = error.parameter.replace("_", "-")
            return f"--{option}{str(error).removeprefix(error.parameter)}", Exit.USAGE
        case SettingsError() | ExportError() | CannotResumeError():
            return str(error), Exit.USAGE
        case LetopisError():
            return _in_both(error), Exit.UNAVAILABLE
        case PersistenceError():
            # A driver's text may quote a row.
            return f"база не отвечает / the database is not available ({type(error).__name__})", Exit.UNAVAILABLE
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            text = f"{place}система отказала / {error.strerror or type(error).__name__}"
            return text, Exit.UNAVAILABLE
        case _:
            if os.environ.get("LETOPIS_TRACEBACK") == "1":
                traceback.print_exception(error, file=sys.stderr)
            last = traceback.extract_tb(error.__traceback__)[-1]
            name = f"{type(error).__name__} at {os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119
            return f"непредвиденная ошибка / unexpected {name}; LETOPIS_TRACEBACK=1 says more", Exit.UNAVAILABLE


def _in_both(error: LetopisError) -> str:
    """An error's own text, with Russian words of its kind before it where it has none."""
    text = str(error)
    if re.search("[а-яё]", text):
        return text
    return f"{next(words for kind, words in _RUSSIAN if isinstance(error, kind))} / {text}"

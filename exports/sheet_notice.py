"""The notice to an archive that the summary sheet which it has is not the class's any more (regulation 3.2).

A draft in plain text for the school's own letterhead. What the archive has is told from what stands by the SHA-256 of
the sheet's bytes, which anybody can make again (verify/spec/tables.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from exports.documents.source import shown_day
from ledger.journal.summary_sheet import COLUMNS
from projections.reading import Reader
from projections.views.journals import journal_turns
from projections.views.lookups import years
from projections.views.summary_sheets import SheetChange, sheet_versions, summary_sheet

_NOTICE: Final = """{school}

Исх. № ______________ от ______________          {to}

ИЗВЕЩЕНИЕ
об изменении сводной ведомости, переданной в архив

Сводная ведомость класса {class_name} за {year} учебный год, переданная {received_on} по документу № {number}
(SHA-256 {old}),
после передачи изменилась (пункт 3.2 регламента ведения электронного классного журнала):

{changes}

Новая редакция: SHA-256
{new}.
{next}
Записи журнала, которыми внесены изменения: {entries}.

______________________   ______________________   ______________________
      (должность)               (подпись)             (фамилия, инициалы)

После передачи новой редакции внести в журнал расписку архива.
"""
_CLOSED: Final = "Журнал класса закрыт, новая редакция передаётся вместе с этим извещением."
_OPEN: Final = "Журнал класса открыт для исправлений, новая редакция будет передана, когда его закроют."


def sheet_notice(
    views: Reader, class_group: str, school: str, names: Callable[[Iterable[str]], Mapping[str, str]], position: int
) -> tuple[str, tuple[str, ...]] | None:
    """The notice, and the students whom it names; None where no sheet was handed over or it is still the same.

    `names` gives names of people, by id: a student whose name it does not give is named by id, as in the sheet's bytes.
    """
    sheet = summary_sheet(views, class_group, at=position)
    history = sheet_versions(views, class_group, at=position)
    if sheet is None or history is None or not history.since_transfer:
        return None
    turns = journal_turns(views, position)[class_group]
    handed_over = next(turn for turn in reversed(turns) if turn.action == "transferred")
    students = tuple(sorted({change.student for change in history.since_transfer}))
    text = _NOTICE.format(
        school=school,
        to=handed_over.to,
        class_name=sheet.class_name,
        year=next(row.title for row in years(views, at=position).rows if row.year == sheet.year),
        received_on=shown_day(handed_over.received_on),
        number=handed_over.number,
        old=handed_over.sha256,
        changes="\n".join(_lines(history.since_transfer, names(students))),
        new=sheet.sha256,
        next=_OPEN if sheet.closed_by is None else _CLOSED,
        entries=", ".join(str(entry) for entry in sheet.entries if entry > handed_over.entry)
        or "отменены прежние записи",
    )
    return text, students


def _lines(changes: Iterable[SheetChange], names: Mapping[str, str]) -> Iterable[str]:
    for number, change in enumerate(changes, start=1):
        who = names.get(change.student, change.student)
        was, now = change.old or "нет", change.new or "нет"
        yield f"{number}. {who}, {change.subject}, {COLUMNS[change.column]}: было {was}, стало {now}"

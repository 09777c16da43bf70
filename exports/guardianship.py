"""The letter that tells the guardianship authority of a refusal to be informed (regulation 2.3.4, last sentence).

A draft in plain text for the school's own letterhead. It says as little as the authority needs (152-ФЗ, ст. 5): which
student, of which class, that a legal representative refused, when and by which paper; not who, and no contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from exports.documents.source import shown_day
from ledger.journal.vocabulary import RELATION_WORDS
from projections.reading import Reader
from projections.views.lookups import classes, memberships
from projections.views.people_registers import Refusal, guardians
from projections.views.regulation import regulation

_LETTER: Final = """{school}

Исх. № ______________ от ______________          В орган опеки и попечительства
                                                 ______________________________ (вписать)

УВЕДОМЛЕНИЕ
об отказе законного представителя от получения информации

По пункту 2.3.4 регламента ведения электронного классного журнала{order} сообщаем:

законный представитель ({relation}) обучающегося
    {student}, класс {class_name},
{refused_on} письменно отказался получать информацию об успеваемости и посещаемости
этого обучающегося. Основание: {basis}.

Отказ внесён в журнал записью № {entry}. Согласий на рассылку об этом обучающемся у этого
представителя нет.

______________________   ______________________   ______________________
      (должность)               (подпись)             (фамилия, инициалы)

Письмо одобряет не тот, кто вносит его в журнал. После отправки внести исходящий номер и день.
"""


def guardianship_letter(views: Reader, refusal: Refusal, school: str, names: Mapping[str, str], position: int) -> str:
    """The letter of a refusal that waits; `names` of people, by id: a student whose name is not there is named by id.

    The class is the student's on the day of the refusal, the order of the regulation that in force then.
    """
    return _LETTER.format(
        school=school,
        order=_order(views, refusal.refused_on, position),
        relation=_relation(views, refusal, position),
        student=names.get(refusal.student, refusal.student),
        class_name=_class(views, refusal, position),
        refused_on=shown_day(refusal.refused_on),
        basis=refusal.basis,
        entry=refusal.entry,
    )


def _order(views: Reader, on: str, position: int) -> str:
    found = [row for row in regulation(views, at=position).versions if row.effective_from <= on]
    if not found:
        return ""
    return f" (приказ № {found[-1].order_number} от {shown_day(found[-1].order_date)})"


def _relation(views: Reader, refusal: Refusal, position: int) -> str:
    links = guardians(views, student=refusal.student, at=position).rows
    of = [link.relation for link in links if link.guardian == refusal.guardian and link.entry < refusal.entry]
    return RELATION_WORDS[of[-1]]


def _class(views: Reader, refusal: Refusal, position: int) -> str:
    """The names of the classes that the student is in that day: one, but for a move; a line to fill in, if none."""
    day = refusal.refused_on
    held = {
        member.class_group
        for member in memberships(views, student=refusal.student, at=position).rows
        if member.starts_on <= day and (member.ends_on is None or day <= member.ends_on)
    }
    found = [of.name for of in classes(views, at=position).rows if of.class_group in held]
    return ", ".join(found) or "______"

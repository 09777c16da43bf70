"""What one person's file says of lessons, results and work, of paper, of the log's entries and of who looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from exports.subject.about import AT, BASIS, CLASS, ENTRY, About
from exports.subject.section import Column, Row, Section
from exports.subject.words import HOW_WORDS, KIND_WORDS, PURPOSE_WORDS, TYPE_WORDS
from ledger.journal.vocabulary import (
    ABSENCE_WORDS,
    COUNCIL_WORDS,
    DEVIATION_WORDS,
    DUTY_WORDS,
    FACT_WORDS,
    MARK_WORDS,
    PERIOD_WORDS,
    PRINT_WORDS,
    REASON_WORDS,
    REMARK_WORDS,
    RESULT_WORDS,
    ROLE_WORDS,
    WORK_WORDS,
)
from projections.looks import LookAt
from projections.person_record import CellLine, InTheLog, ResultLine, cell_lines, result_lines
from projections.views.certificates import certificates
from projections.views.control import remarks
from projections.views.duties import duties
from projections.views.lookups import Membership, classes, courses
from projections.views.prints import prints
from projections.views.result_register import council_decisions
from projections.views.subgroups import subgroup_members

_BY: Final = Column("by", "кто внёс", "person")
_SUBJECT: Final = Column("subject", "предмет")
_STANDS: Final = Column("stands", "в силе", words={"yes": "да", "no": "нет"})
_VALUES: Final = {**ABSENCE_WORDS, **MARK_WORDS}
_REASONS: Final = {**DEVIATION_WORDS, **REASON_WORDS}
_ACTIONS: Final = {
    "recorded": "внесено",
    "corrected": "исправлено",
    "annulled": "отменено",
    "reason_set": "стала известна причина",
}
_ROLES: Final = {**ROLE_WORDS, "operator": "пользователь сервера", "system": "программа"}


def study_record(about: About, stays: Sequence[Membership]) -> list[Section]:
    """A student's classes, marks, absences, results, decisions and certificates."""
    return [*_study(about, stays), *_lessons(about), *_results(about), _certificates(about)]


def _study(about: About, stays: Sequence[Membership]) -> Iterable[Section]:
    names = {group.class_group: group.name for group in classes(about.views, at=about.position).rows}
    yield Section(
        "classes",
        "Классы",
        "Classes",
        (CLASS, Column("from", "с", "day"), Column("to", "по", "day"), ENTRY, Column("left_by", "запись о выбытии")),
        tuple((names.get(one.class_group), one.starts_on, one.ends_on, one.entry, one.left_by) for one in stays),
    )
    found = subgroup_members(about.views, student=about.person, at=about.position).rows
    yield Section(
        "subgroups",
        "Подгруппы",
        "Subgroups",
        (_SUBJECT, Column("subgroup", "подгруппа"), Column("from", "с", "day"), Column("to", "по", "day"), ENTRY),
        tuple((one.subject, one.subgroup, one.starts_on, one.ends_on, one.entry) for one in found),
    )


def _lessons(about: About) -> Iterable[Section]:
    yield Section(
        "lessons",
        "Отметки, пропуски и опоздания на уроках",
        "Marks, absences and lateness in lessons",
        (
            *(Column("held_on", "день", "day"), Column("number", "урок"), _SUBJECT, CLASS),
            *(Column("teacher", "учитель", "person"), Column("what", "что", words=FACT_WORDS)),
            *(Column("work", "работа", words=WORK_WORDS), Column("value", "значение", words=_VALUES)),
            *(Column("action", "что сделано", words=_ACTIONS), Column("reason", "причина", words=_REASONS), BASIS),
            *(AT, Column("by_another", "внёс не учитель", "person"), ENTRY, _STANDS),
        ),
        tuple(map(_cell, cell_lines(about.views, about.person, about.position))),
        "Всё, что когда-либо вносилось: исправленное и отменённое тоже. Опоздание и ранний уход — в минутах.",
        "All that was ever recorded, corrected and annulled too. Lateness and early leaves are in minutes.",
    )


def _cell(line: CellLine) -> Row:
    lesson = (line.held_on, line.number, line.subject, line.class_name, line.teacher)
    said = (line.what, line.work, line.value, line.action, line.reason, line.basis)
    by_another = None if line.actor == line.teacher else line.actor
    return (*lesson, *said, line.at, by_another, line.entry, _stands(line))


def _stands(line: CellLine | ResultLine) -> str:
    return "no" if line.replaced_by_later or line.value is None else "yes"


def _results(about: About) -> Iterable[Section]:
    yield Section(
        "results",
        "Отметки за период, экзамены, итоговые",
        "Results of periods, examinations, final marks",
        (
            *(
                Column("what", "что", words=RESULT_WORDS),
                _SUBJECT,
                CLASS,
                Column("period", "период", words=PERIOD_WORDS),
            ),
            *(Column("number", "№"), Column("value", "значение", words=MARK_WORDS)),
            *(Column("reason", "причина", words=_REASONS), BASIS, Column("published_at", "показано", "moment")),
            *(AT, _BY, ENTRY, _STANDS),
        ),
        tuple(
            (
                *(line.what, line.subject, line.class_name, line.period_kind, line.period_number, line.value),
                *(line.reason, line.basis, line.published_at, line.at, line.actor, line.entry, _stands(line)),
            )
            for line in result_lines(about.views, about.person, about.position)
        ),
    )
    found = council_decisions(about.views, student=about.person, at=about.position).rows
    yield Section(
        "council",
        "Решения педагогического совета",
        "Decisions of the council",
        (
            *(Column("held_on", "день", "day"), Column("protocol", "протокол")),
            *(Column("decision", "решение", words=COUNCIL_WORDS), BASIS, ENTRY, Column("replaced_by", "заменено")),
        ),
        tuple((one.held_on, one.protocol, one.decision, one.basis, one.entry, one.replaced_by) for one in found),
    )


def _certificates(about: About) -> Section:
    found = certificates(about.views, student=about.person, at=about.position).rows
    return Section(
        "certificates",
        "Справки",
        "Certificates",
        (
            *(Column("from", "с", "day"), Column("to", "по", "day"), Column("code", "код", words=ABSENCE_WORDS)),
            *(BASIS, ENTRY, Column("annulled_by", "отменено записью")),
        ),
        tuple((one.starts_on, one.ends_on, one.code, one.basis, one.entry, one.annulled_by) for one in found),
    )


# An employee's record, paper, the log, looks ------------------------------------------------------------------------


def work_record(about: About) -> Iterable[Section]:
    """An employee's duties, courses and remarks."""
    found = duties(about.views, at=about.position).rows
    yield Section(
        "duties",
        "Обязанности",
        "Duties",
        (
            *(Column("duty", "обязанность", words=DUTY_WORDS), Column("order", "приказ")),
            *(Column("from", "с", "day"), Column("to", "по", "day"), ENTRY),
        ),
        tuple(
            (one.duty, f"№ {one.order_number} от {one.order_date}", one.starts_on, one.ends_on, one.entry)
            for one in found
            if one.person == about.person
        ),
    )
    names = {group.class_group: group.name for group in classes(about.views, at=about.position).rows}
    yield Section(
        "courses",
        "Предметы",
        "Courses",
        (CLASS, _SUBJECT, Column("subgroup", "подгруппа"), Column("assigned_by", "запись о назначении")),
        tuple(
            (names.get(one.class_group), one.subject, one.subgroup, one.assigned_by)
            for one in courses(about.views, at=about.position).rows
            if one.teacher == about.person
        ),
    )
    yield Section(
        "remarks",
        "Замечания",
        "Remarks",
        (AT, ENTRY, Column("about", "о чём", words=REMARK_WORDS), Column("closed_by", "снято записью")),
        tuple(
            (one.at, one.entry, one.about, one.closed_by or one.filled_by)
            for one in remarks(about.views, at=about.position).rows
            if one.to == about.person
        ),
    )


def prints_record(about: About, stays: Sequence[Membership]) -> Section:
    """Printed forms that may show a student."""
    groups = dict.fromkeys(stay.class_group for stay in stays)
    found = {
        one.entry: one for group in groups for one in prints(about.views, class_group=group, at=about.position).rows
    }
    return Section(
        "prints",
        "Печатные формы классов ученика",
        "Printed forms of the student's classes",
        (Column("number", "№"), Column("kind", "форма", words=PRINT_WORDS), AT, ENTRY),
        tuple((one.number, one.kind, one.at, entry) for entry, one in sorted(found.items())),
        "Форма, выданная, пока ученик был в классе, может его показывать.",
        "A form that was issued while the student was in the class may show the student.",
    )


def named_entries(read: InTheLog) -> Section:
    """Entries by type, with their indexes."""
    return Section(
        "entries",
        "Все записи журнала, в которых назван этот человек или которые он внёс",
        "All entries of the log that name this person, or that this person made",
        (
            *(Column("type", "вид записи", words=TYPE_WORDS), Column("named", "назван в записях")),
            *(Column("made", "внёс записей"), Column("first_at", "первая", "moment")),
            *(Column("last_at", "последняя", "moment"), Column("entries", "номера", "entries")),
        ),
        tuple((row.type, len(row.entries), row.authored, row.first_at, row.last_at, row.entries) for row in read.named),
        "Прочитаны все записи подряд, так что здесь нет пропусков. Назван — по номеру; имён в записях нет.",
        "Every entry was read, so nothing is left out. Named by id: entries hold no names.",
    )


def looks_record(looks: Sequence[LookAt], person: str) -> Section:
    """Looks of one day, reader, purpose and kind together; each has its own entry in the access log."""
    together: dict[tuple[str, ...], list[LookAt]] = {}
    for look in looks:
        who = person if look.actor == person else look.actor
        key = (look.at[:10], look.role, who, look.purpose, look.basis or "", look.what, look.how, look.form or "")
        together.setdefault(key, []).append(look)
    rows: list[Row] = []
    for (day, role, who, purpose, basis, what, how, form), found in together.items():
        kinds = sorted(Counter(kind for look in found for kind in look.kinds))
        seen = (kinds, how, form or None, what, len(found), [look.entry for look in found])
        rows.append((day, role, who, purpose, basis or None, *seen))
    return Section(
        "looks",
        "Кто смотрел эти данные и зачем",
        "Who looked at these data, and what for",
        (
            *(
                Column("day", "день (UTC)", "day"),
                Column("role", "кто", words=_ROLES),
                Column("reader", "номер", "reader"),
            ),
            *(Column("purpose", "зачем", words=PURPOSE_WORDS), BASIS, Column("kinds", "что видел", words=KIND_WORDS)),
            *(Column("how", "как найден", words=HOW_WORDS), Column("taken_out", "вынесено")),
            *(Column("what", "чем (имя для программ)"), Column("looks", "раз"), Column("entries", "записи", "entries")),
        ),
        tuple(rows),
        "Записи журнала доступа. «В составе»: данные могли быть показаны вместе с другими. Этот файл — тоже просмотр: "
        "его запись стоит за этими.",
        "Entries of the access log. In a class, or all of the school: the data may have been shown among others'. This "
        "file is a look too, and stands behind these.",
    )

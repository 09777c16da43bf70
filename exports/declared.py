"""What the columns of an archive's tables hold: the one declaration behind `datapackage.json`, CSVW, SQLite and XLSX.

A column is named in its table's first row, ``standing_entry (действует запись)``; here stands, by its English name,
what its cells look like, which are never empty, and to which column of another table they point.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from exports.tables import Table


class Kind(Enum):
    """What the cells of a column look like; the value says so in Russian."""

    ENTRY = "номер записи журнала, считая с 0"
    COUNT = "целое число"
    MOMENT = "момент по UTC"
    DATE = "день, ГГГГ-ММ-ДД"
    TIME = "время, ЧЧ:ММ"
    ID = "случайный номер (UUID)"
    FLAG = "да или нет"
    SHA256 = "SHA-256, 64 шестнадцатеричных знака"
    OBJECT = "как в записи, JSON"
    TEXT = "текст"

    @property
    def is_number(self) -> bool:
        """Whether the cells are whole numbers from 0 on."""
        return self in (Kind.ENTRY, Kind.COUNT)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        header: as the table's first row has it.
        name: the English name.
        title: the Russian one.
        kind: what the cells look like.
        is_required: no cell is empty.
        refers_to: the table and its column, unique there, in which each cell is found; None: nowhere.
    """

    header: str
    name: str
    title: str
    kind: Kind
    is_required: bool
    refers_to: tuple[str, str] | None

    @property
    def english(self) -> str:
        """The English name as people read it."""
        return self.name.replace("_", " ")


def columns_of(table: Table, *, within: Container[str] | None = None) -> list[Column]:
    """The table's columns in their order; `within`: the tables that columns may point to, None: any.

    Raises:
        KeyError: a column whose kind is not declared.
    """
    found = [_column(table.name, header) for header in table.columns]
    if within is None:
        return found
    return [replace(one, refers_to=None) if one.refers_to and one.refers_to[0] not in within else one for one in found]


def key_of(table: str) -> tuple[str, ...]:
    """Columns that no two rows share; none where there are no such."""
    return _KEYS.get(table, ("entry",))


def _column(table: str, header: str) -> Column:
    name, _, title = header.partition(" ")
    refers_to = _REFERS.get(f"{table}.{name}")
    is_required = name in ("entry", "at") or refers_to is not None or (table, name) in UNIQUE
    kind = _KINDS_OF.get(f"{table}.{name}") or _KINDS[name]
    return Column(header, name, title[1:-1], kind, is_required, refers_to)


UNIQUE: Final = (("people", "person"), ("courses", "course"), ("lessons", "lesson"))
"""Columns, beside keys, that no two rows share: what others refer to."""

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "plans": ("entry", "number"),
    "bells": ("entry", "number"),
    "files": ("entry", "sha256"),
    "timetables": (),
    "journal_excuses": (),
    "erasures": (),
    "paper": ("entry", "paper"),
}

_NAMES_OF_KIND: Final[Mapping[Kind, str]] = {
    Kind.ENTRY: (
        "entry standing_entry withdrawn_by revoked_by annulled_by corrects request ended_by closed_by replaced_by "
        "answered_by notified_by published_entry notice check grant schedule change"
    ),
    Kind.COUNT: (
        "number hours size weight minutes coefficient as_weekday weekday streams checkpoint witnesses employees "
        "requests rows slowest_ms pages bytes position behind minutes_behind last_entry_minutes sum "
        "years disclosures count"
    ),
    Kind.MOMENT: "at answered_at obtained_at cosigned_at destroyed_at",
    Kind.DATE: (
        "starts_on ends_on planned_on held_on due_on effective_from order_date received_on printed_on "
        "confirmed_on opens_on until application_date refused_on sent_on from_date to_date certified_on "
        "keep_until act_on day"
    ),
    Kind.TIME: "starts_at ends_at",
    Kind.ID: (
        "person student course lesson work scheduled bells merged_with absent_teacher substitute requested_by "
        "actor class_id signed_by guardian given_by approved_by remark incident portal sheet year refresh "
        "certified_by witness backup matter account paper printout block applicant"
    ),
    Kind.FLAG: "attendance written stands same_subject held seal",
    Kind.SHA256: "sha256 root",
    Kind.OBJECT: "due_lesson said moved_to parameters",
    Kind.TEXT: (
        "kind name help class subject subgroup topic homework reason basis teacher plan_items media_type recorded "
        "standing action absent_name substitute_name fact old new note grades title weeks code order_number duty "
        "period to what verdict by month condition scope kept guardian_name relation how about fields "
        "channel method application_number out_number to_name answer began_at ended_at closing_note rules key held_by "
        "withdrawn_basis link diary outcome computed inputs lacks rule protocol decision students names sheets office "
        "signature place restored_at whose retention ground counted_from role purpose act"
    ),
}
_KINDS: Final = {name: kind for kind, names in _NAMES_OF_KIND.items() for name in names.split()}
_KINDS_OF: Final[Mapping[str, Kind]] = {
    "make_ups.recorded": Kind.DATE,
    "make_ups.standing": Kind.DATE,
    "journals.number": Kind.TEXT,
    "printouts.number": Kind.TEXT,
    "paper.counted_from": Kind.DATE,
    "closings.period": Kind.ID,
    "remarks.to": Kind.ID,
    "excuses.teacher": Kind.ID,
    "assessment.rules": Kind.OBJECT,
}
_PEOPLE: Final = ("people", "person")
_REFERS: Final[Mapping[str, tuple[str, str]]] = {
    **{
        f"{table}.student": _PEOPLE
        for table in (
            *("enrollments", "subgroups", "marks", "make_ups", "absences", "certificates", "guardians", "consents"),
            *("refusals", "results"),
        )
    },
    **{f"{table}.person": _PEOPLE for table in ("duties", "responsible", "data_notices", "data_updates")},
    **{f"{table}.guardian": _PEOPLE for table in ("guardians", "consents", "refusals")},
    **{
        f"{table}.{name}": _PEOPLE
        for table in ("substitutions", "substitution_plans")
        for name in ("absent_teacher", "substitute")
    },
    "excuses.teacher": _PEOPLE,
    **{
        f"{table}.course": ("courses", "course")
        for table in ("plans", "subgroups", "posted", "schedule", "cancellations", "substitution_plans")
    },
    **{
        f"{table}.lesson": ("lessons", "lesson")
        for table in ("files", "marks", "works", "make_ups", "absences", "substitutions")
    },
}

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "people": ("Люди", "People"),
    "enrollments": ("Зачисления в классы", "Enrolments in classes"),
    "courses": ("Курсы", "Courses"),
    "subgroups": ("Подгруппы", "Subgroups"),
    "plans": ("Тематические планы", "Lesson plans"),
    "lessons": ("Уроки", "Lessons"),
    "files": ("Файлы заданий", "Files of homework"),
    "posted": ("Задания заранее", "Homework posted before its lesson"),
    "marks": ("Отметки", "Marks"),
    "works": ("Работы", "Works"),
    "make_ups": ("Отработки", "Works made up"),
    "schedule": ("График работ", "Schedule of works"),
    "absences": ("Пропуски и опоздания", "Absences and lateness"),
    "substitutions": ("Замещения", "Substitutions"),
    "corrections": ("Исправления", "Corrections"),
    "calendar": ("Календарь", "Calendar"),
    "bells": ("Звонки", "Bells"),
    "timetables": ("Расписание", "Timetables"),
    "certificates": ("Справки", "Certificates"),
    "cancellations": ("Отменённые уроки", "Cancelled lessons"),
    "substitution_plans": ("Назначенные замещения", "Planned substitutions"),
    "regulations": ("Редакции регламента", "Versions of the regulation"),
    "duties": ("Обязанности учителей", "Duties of teachers"),
    "responsible": ("Ответственные за журнал", "Who answers for the journal"),
    "closings": ("Закрытие периодов", "Closings of periods"),
    "journals": ("Закрытие журналов", "Closings of journals"),
    "journal_excuses": ("Чего нет в закрытых журналах", "What closed journals may lack"),
    "backdatings": ("Задним числом", "Back-dated by two people"),
    "evidence": ("Проверки и архивы", "Verifications and archives"),
    "printouts": ("Распечатки", "Printouts"),
    "backups": ("Резервные копии", "Backups"),
    "prints": ("Печатные формы", "Printed forms"),
    "erasures": ("Сроки хранения и стирание", "Retention and erasure"),
    "blocks": ("Заблокированные сведения", "Blocked values"),
    "anchors": ("Отметки журнала доступа", "Anchors of the access log"),
    "accounts": ("Учётные записи и роли", "Accounts and roles"),
    "paper": ("Бумажный архив", "Paper archive"),
    "guardians": ("Законные представители", "Guardians"),
    "data_notices": ("Уведомления о сведениях", "Notices of changed data"),
    "data_updates": ("Обновление сведений", "Updates of data"),
    "refreshes": ("Ежегодные обновления", "Yearly refreshes"),
    "consents": ("Согласия на рассылку", "Consents to delivery"),
    "refusals": ("Отказы от сведений", "Refusals of information"),
    "checks": ("Проверки журнала", "Checks of the journal"),
    "remarks": ("Замечания", "Remarks"),
    "incidents": ("Инциденты", "Incidents"),
    "excuses": ("Уважительные причины", "Excuses"),
    "freshness": ("Своевременность показа", "Freshness"),
    "portals": ("Порталы", "Portals"),
    "witnesses": ("Свидетели журнала", "Witnesses of the log"),
    "assessment": ("Правила оценивания", "Rules of assessment"),
    "results": ("Итоговые отметки", "Results"),
    "result_corrections": ("Исправления итогов", "Corrections of results"),
    "council": ("Решения педсовета", "Decisions of the council"),
}
"""Each table's name for people, Russian and English; the Russian one fits a sheet of a workbook (31 characters)."""

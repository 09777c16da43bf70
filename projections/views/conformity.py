"""The regulation, clause by clause: what the journal does about it, and what the log shows of it now (R02, R08).

How far a clause is built is said here as in `docs/clauses.md`, which names the tests; what the log shows is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from projections.reading import AsOf, Reader, resolve
from projections.views.lookups import courses, periods
from projections.views.obligations import obligations
from projections.views.regulation import regulation

State: TypeAlias = Literal["built", "in_part", "not_yet"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that the log shows: how many, and the last entry that says so."""

    ru: str
    en: str
    count: int
    last_entry: int | None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause; `ru`, `en`: what is done about it, or that nothing is yet; `shown`: what the log holds of it now."""

    clause: str
    state: State
    ru: str
    en: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Conformity:
    """The matrix at a position, as of a school day."""

    position: int
    day: str
    rows: tuple[Clause, ...]


# Clause, how far it is built, what is done about it; in the order of the regulation.
CLAUSES: Final[tuple[tuple[str, State, str, str], ...]] = (
    ("head", "built", "редакции регламента с приказами", "versions of the regulation, with their orders"),
    (
        "1.1",
        "in_part",
        "ведение, достоверность, бумажные копии, резервные с пробой восстановления; чего ещё нет, сказано здесь же",
        "keeping, reliability, hard copies, backups restored on trial; what is not built yet says so here",
    ),
    (
        "1.2",
        "built",
        "у каждого курса один ответственный учитель; журнал ведут те, кому это поручено приказом",
        "each course has one responsible teacher; those keep the journal who have the duty by order",
    ),
    ("1.3", "built", "ответственный за журнал назначен приказом", "who answers for the journal, by order"),
    ("1.4", "built", "директор заверяет закрытые периоды", "the director attests closed periods"),
    (
        "1.5",
        "built",
        "личные сведения вне журнала, под ключом каждого; просмотры записываются; разблокируют и уничтожают двое",
        "personal values are outside the log, a key per person; looks are recorded; two people unblock and destroy",
    ),
    (
        "1.6",
        "built",
        "проверки и замечания классного руководителя; опоздания сами становятся замечаниями и сами закрываются",
        "the class teacher's checks and remarks; what is late becomes a remark by itself and closes itself",
    ),
    (
        "1.7",
        "built",
        "уведомления об изменениях, ежегодное обновление, сроки; прежние значения видят те, кому положено",
        "notices of changes and the yearly refresh of data, with deadlines; earlier values for authorised roles alone",
    ),
    (
        "2.1",
        "built",
        "урок, отсутствующие и замещение по факту; опоздания видны в перечне сроков",
        "lesson, absences and substitution by the fact; what was late is in the register of deadlines",
    ),
    (
        "2.2",
        "built",
        "записи, домашние задания и отметки; каждый срок оценивается",
        "records, homework and marks; every deadline is judged",
    ),
    (
        "2.3",
        "in_part",
        "итоги и прогноз, согласия семей и отказы, свежесть, порталы; семья видит своего ребёнка, рассылки нет",
        "results, forecast, families' consents and refusals, freshness, portals; a family sees its child; no mail yet",
    ),
    (
        "2.4",
        "built",
        "у каждой записи есть автор; полнота урока, причины опозданий, работа учителя видны; ознакомление — запись",
        "each entry has its author; completeness, excuses, a teacher's work are shown; acknowledgements are entries",
    ),
    (
        "3.1",
        "built",
        "формы печатаются с кодом и заверяются, бумага сверяется с журналом; реестр бумаги: где, до какого дня, акты",
        "forms are printed with a code and certified, paper is checked by it; a register says where and until when",
    ),
    (
        "3.2",
        "built",
        "журнал класса закрывается, сводная ведомость печатается и передаётся в архив с распиской",
        "a class's journal is closed, its summary sheet is printed and handed over to the archive with a receipt",
    ),
    (
        "3.3",
        "built",
        "исправления, архив, замещения: печатать, пока нет доказательства или распечатки; журнал заверяют свидетели",
        "corrections, archive, substitutions: printed until proved or on paper; outside witnesses cosign the log",
    ),
)


def conformity(views: Reader, *, now: datetime | None = None, at: AsOf = None) -> Conformity:
    """The matrix by what was recorded at a position and the day of a moment; `now` as in `obligations`.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    found = _Evidence(views, position, now or (at if isinstance(at, datetime) else None))
    shown: dict[str, Callable[[], tuple[Shown, ...]]] = {
        "head": found.versions,
        "1.1": found.keeping,
        "1.2": found.teachers,
        "1.3": found.responsible,
        "1.4": found.attested,
        "1.5": found.consents,
        "1.6": found.control,
        "1.7": found.notices,
        "2.1": found.lessons,
        "2.2": found.entered,
        "2.3": found.families,
        "2.4": found.authors,
        "3.1": found.forms,
        "3.2": found.journals,
        "3.3": found.paper,
    }
    rows = tuple(Clause(*row, shown[row[0]]() if row[0] in shown else ()) for row in CLAUSES)
    return Conformity(position, found.obligations.day, rows)


_DESTROYED: Final = "x.action = 'destroyed'"


class _Evidence:
    """Counts at one position."""

    def __init__(self, views: Reader, position: int, now: datetime | None) -> None:
        self._views = views
        self._position = position
        self.obligations = obligations(views, now=now, at=position)
        self._orders = regulation(views, at=position)

    def versions(self) -> tuple[Shown, ...]:
        day = self.obligations.day
        of_today = [row for row in self._orders.versions if row.effective_from <= day]
        last = of_today[-1].entry if of_today else None
        return (Shown("редакций в силе или раньше", "versions in force or before", len(of_today), last),)

    def responsible(self) -> tuple[Shown, ...]:
        day = self.obligations.day
        of_today = [row for row in self._orders.responsible if row.starts_on is not None and row.starts_on <= day]
        last = of_today[-1].entry if of_today else None
        return (
            Shown("назначений (без них отвечает директор)", "appointments (else the director)", len(of_today), last),
        )

    def keeping(self) -> tuple[Shown, ...]:
        return (
            Shown("записей", "entries", self._position, self._position - 1 if self._position else None),
            self._count("проверок журнала", "verifications of the log", "verifications"),
            self._count("распечаток", "printouts", "printouts"),
            self._count("печатных форм", "printed forms", "prints"),
            self._count("резервных копий", "backups", "backups"),
            self._count(
                "копий восстановлено на пробу", "backups restored on trial", "backup_checks", "x.verdict = 'verified'"
            ),
        )

    def teachers(self) -> tuple[Shown, ...]:
        found = courses(self._views, on=self.obligations.day, at=self._position).rows
        without = sum(course.teacher is None for course in found)
        return (
            self._count("курсов", "courses", "courses"),
            Shown("курсов без учителя в этот день", "courses without a teacher on this day", without, None),
            self._count("обязанностей по приказам", "duties by order", "duties"),
        )

    def attested(self) -> tuple[Shown, ...]:
        closed = [period for period in periods(self._views, at=self._position).rows if period.closed_by is not None]
        attested = sum(
            any(turn.action == "attested" and turn.entry > (period.closed_by or 0) for turn in period.history)
            for period in closed
        )
        last = max((period.closed_by or 0 for period in closed), default=None)
        return (
            Shown("закрытых периодов", "closed periods", len(closed), last),
            Shown("из них не заверено", "of these not attested", len(closed) - attested, None),
        )

    def consents(self) -> tuple[Shown, ...]:
        return (
            self._count("согласий на доставку", "consents to delivery", "delivery_consents"),
            self._count("блокирований личных сведений", "blocks of personal values", "data_blocks"),
            self._count("уничтожений личных сведений", "erasures of personal values", "erased"),
        )

    def control(self) -> tuple[Shown, ...]:
        return (
            self._count("проверок журнала класса", "checks of a class's journal", "control_checks"),
            self._count("замечаний", "remarks", "remarks"),
        )

    def notices(self) -> tuple[Shown, ...]:
        return (
            self._count("уведомлений об изменениях", "notices of changes", "data_notices"),
            self._count("изменений и подтверждений сведений", "changes and confirmations of data", "data_updates"),
            self._count("ежегодных обновлений", "yearly refreshes", "refreshes"),
        )

    def families(self) -> tuple[Shown, ...]:
        return (
            self._count("итоговых результатов", "results", "results", "x.entry = x.fact"),
            self._count("публикаций итогов", "publications of results", "publications"),
            self._count("отказов от информирования", "refusals to be informed", "information_refusals"),
        )

    def lessons(self) -> tuple[Shown, ...]:
        return (
            self._count("уроков", "lessons", "lessons", "x.entry = x.fact"),
            self._count("замещений", "substitutions", "substitutions", "x.entry = x.fact"),
        )

    def entered(self) -> tuple[Shown, ...]:
        return (
            self._count(
                "отметок, пропусков и опозданий", "marks, absences and latenesses", "cells", "x.entry = x.fact"
            ),
            self._count("домашних заданий", "homework", "homework", "x.entry = x.fact"),
        )

    def authors(self) -> tuple[Shown, ...]:
        return (self._count("команд, у каждой есть автор", "commands, each with its author", "commands"),)

    def journals(self) -> tuple[Shown, ...]:
        return (
            self._count("закрытий журналов классов", "closings of classes' journals", "journal_closings"),
            self._count("передач сводных ведомостей", "summary sheets handed over", "sheet_transfers"),
        )

    def forms(self) -> tuple[Shown, ...]:
        return (
            self._count("печатных форм", "printed forms", "prints"),
            self._count("из них заверено", "of these certified", "print_certifications"),
            self._count("из них снято", "of these void", "print_voids"),
            self._count("дел принято в бумажный архив", "papers stored", "papers"),
            self._count(
                "из них уничтожено по акту", "acts of their destruction", "paper_actions", "x.action = 'destroyed'"
            ),
        )

    def paper(self) -> tuple[Shown, ...]:
        rows = self.obligations.rows
        proved = [row.met_by for row in rows if row.state == "proved" and row.met_by is not None]
        printed = [row.met_by for row in rows if row.state == "printed" and row.met_by is not None]
        return (
            self._count("исправлений", "corrections", "corrections"),
            self._count("архивов", "archives", "archives"),
            Shown(
                "обязанностей снято доказательством", "obligations met by proof", len(proved), max(proved, default=None)
            ),
            Shown(
                "обязанностей снято распечаткой", "obligations met by paper", len(printed), max(printed, default=None)
            ),
            Shown("надо печатать", "to be printed", self.obligations.required, None),
        )

    def _count(self, ru: str, en: str, table: str, condition: str = "1 = 1") -> Shown:
        """Rows that had been made by then, whatever came later; every table here is one of the views' own."""
        sql = f"SELECT count(*), max(x.entry) FROM {{{table}}} x WHERE x.entry < :at AND {condition}"
        ((count, last),) = self._views.select(sql, {"at": self._position})
        return Shown(ru, en, int(count), last)

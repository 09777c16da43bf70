"""What the log holds for and against each clause of the regulation, in counts (R02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, Literal, TypeAlias

from ledger.journal.deadlines.verdict import Rule
from projections.reading import Reader, stands
from projections.views.deadline_counts import deadline_counts
from projections.views.deadline_tally import By, DeadlineCount
from projections.views.deadlines import RULES, Asked
from projections.views.duties import Staffing, staffing
from projections.views.freshness import freshness_alarms
from projections.views.lookups import courses, periods
from projections.views.obligations import obligations
from projections.views.office_deadlines import OfficeAsked, OfficeCount, office_counts
from projections.views.people_registers import refusals
from projections.views.portals import portals
from projections.views.regulation import regulation
from projections.views.unassigned_homework import flagged_homework_marks

Bears: TypeAlias = Literal["for", "against", "aside"]

_BY_TEACHER: Final[tuple[By, ...]] = ("teacher",)
_ALL_PARTS: Final = 4
"""Topic, marks, absences and homework: the parts of a lesson's record (2.4.2)."""
_CHECKED_WITHIN: Final = timedelta(days=7)
"""1.6 names no frequency; a class whose first lesson is older than a week has had time for a check."""
_DAY_ONE: Final = datetime(1, 1, 2, tzinfo=UTC)
"""In place of the clock, which a position does not ask: the last entry before it says when it is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that the log shows: how many, the last entry that says so, and how it bears on the clause.

    `last_entry` is None where no single entry says it: a gap, or a judgement of many.
    """

    ru: str
    en: str
    count: int
    last_entry: int | None
    bears: Bears = "for"


class Evidence:
    """Counts at one position; `day`: the school's day that they are as of."""

    def __init__(self, views: Reader, position: int, now: datetime | None) -> None:
        self._views = views
        self._position = position
        self._obligations = obligations(views, now=now, at=position)
        self._orders = regulation(views, at=position)
        self._counts: dict[str, tuple[int, int | None]] = {}
        self.day = self._obligations.day
        self._found: dict[tuple[str, str | None], Callable[[], tuple[Shown, ...]]] = {
            ("head", None): self._versions,
            ("1.1", "keeping"): self._keeping,
            ("1.1", "control"): self._control,
            ("1.1", "reliability"): self._reliability,
            ("1.1", "storage"): self._storage,
            ("1.1", "document_flow"): self._document_flow,
            ("1.1", "backups"): self._backups,
            ("1.1", "hard_copies"): self._hard_copies,
            ("1.2", None): self._teachers,
            ("1.3", None): self._responsible,
            ("1.4", None): self._attested,
            ("1.5", None): self._personal_data,
            ("1.6", None): self._class_control,
            ("1.7", None): self._refreshed,
            ("2.1", None): self._lessons,
            ("2.2", None): lambda: self._judged(*RULES),
            ("2.2.1", None): lambda: self._judged("lesson"),
            ("2.2.2", None): lambda: self._judged("homework"),
            ("2.2.3", None): self._ahead,
            ("2.2.4", None): lambda: self._judged("written_work", "written_mark", "oral_mark", "attendance"),
            ("2.3", None): self._families,
            ("2.3.1", None): self._fresh,
            ("2.3.3", None): self._results,
            ("2.3.4", None): self._consents,
            ("2.4", None): self._authors,
            ("2.4.1", None): self._excuses,
            ("2.4.2", None): self._complete,
            ("2.4.3", None): self._indicators,
            ("2.4.4", None): self._acknowledged,
            ("3.1", None): self._forms,
            ("3.2", None): self._journals,
            ("3.3", None): self._paper,
        }

    def of(self, clause: str, part: str | None) -> tuple[Shown, ...]:
        """What there is about a clause; nothing where the log has no entries of its kind."""
        found = self._found.get((clause, part))
        return () if found is None else found()

    # What the log is asked once -------------------------------------------------------------------

    @cached_property
    def _deadlines(self) -> tuple[list[DeadlineCount], Counter[tuple[str, str, int | None]]]:
        """Verdicts by rule and teacher, and lessons by how many of their parts were in time."""
        of_days: Counter[tuple[str, str, int | None]] = Counter()
        at, by = self._position, _BY_TEACHER
        found = deadline_counts(self._views, Asked(), now=_DAY_ONE, by=by, at=at, of_days=of_days)
        return list(found.rows), of_days

    @cached_property
    def _office(self) -> dict[str, OfficeCount]:
        found = office_counts(self._views, OfficeAsked(), now=_DAY_ONE, at=self._position)
        return {row.rule: row for row in found.rows}

    @cached_property
    def _staffing(self) -> Staffing:
        return staffing(self._views, self.day, at=self._position)

    # Clauses --------------------------------------------------------------------------------------

    def _versions(self) -> tuple[Shown, ...]:
        of_today = [row for row in self._orders.versions if row.effective_from <= self.day]
        last = of_today[-1].entry if of_today else None
        return (
            Shown("редакций в силе или раньше", "versions in force or before", len(of_today), last),
            Shown(
                "записей, на день которых редакции не было",
                "records on whose day no version was in force",
                sum(row.no_regulation for row in self._deadlines[0]),
                None,
                "against",
            ),
        )

    def _keeping(self) -> tuple[Shown, ...]:
        missing = sum(row.missing for row in self._deadlines[0] if row.rule == "lesson")
        return (
            self._count("уроков", "lessons", "lessons", "x.entry = x.fact"),
            self._cells(),
            self._count("домашних заданий", "homework", "homework", "x.entry = x.fact"),
            Shown("уроков по расписанию не внесено", "planned lessons not recorded", missing, None, "against"),
        )

    def _cells(self) -> Shown:
        """What was entered in cells: of earlier commands by their sets, of the last, whole or not, by the cell."""
        sql = """SELECT coalesce(sum(s.how_many), 0), max(s.last) FROM {cell_sets} s
            WHERE s.last < (SELECT max(m.entry) FROM {commands} m WHERE m.entry < :at)
            UNION ALL SELECT count(*), max(x.entry) FROM {cells} x WHERE x.entry < :at AND x.entry = x.fact
              AND x.entry >= (SELECT max(m.entry) FROM {commands} m WHERE m.entry < :at)"""
        counted = self._views.select(sql, {"at": self._position})
        last = _last(entry for _, entry in counted if entry is not None)
        how_many = sum(int(count) for count, _ in counted)
        return Shown("отметок, пропусков и опозданий", "marks, absences and latenesses", how_many, last)

    def _control(self) -> tuple[Shown, ...]:
        return (
            self._count("проверок журнала класса", "checks of a class's journal", "control_checks"),
            self._count("замечаний", "remarks", "remarks"),
        )

    def _reliability(self) -> tuple[Shown, ...]:
        return (
            Shown("записей", "entries", self._position, self._position - 1 if self._position else None),
            self._count(
                "исправлений, каждое с причиной", "corrections, each with reason", "corrections", bears="aside"
            ),
        )

    def _storage(self) -> tuple[Shown, ...]:
        table = "verifications"
        failed = f"x.verdict = 'finding' AND {self._is_last(table)}"
        return (
            self._count("проверок без расхождений", "verifications without findings", table, "x.verdict = 'verified'"),
            self._count(
                "последняя проверка нашла расхождения", "the last one found something", table, failed, "against"
            ),
        )

    def _document_flow(self) -> tuple[Shown, ...]:
        return self._met()

    def _backups(self) -> tuple[Shown, ...]:
        table = "backup_checks"
        failed = f"x.verdict <> 'verified' AND {self._is_last(table)}"
        return (
            self._count("резервных копий", "backups", "backups", bears="aside"),
            self._count("копий восстановлено на пробу", "backups restored on trial", table, "x.verdict = 'verified'"),
            self._count("последняя проба не удалась", "the last trial failed", table, failed, "against"),
        )

    def _hard_copies(self) -> tuple[Shown, ...]:
        return (
            self._count("печатных форм", "printed forms", "prints"),
            self._count("распечаток", "printouts", "printouts"),
        )

    def _teachers(self) -> tuple[Shown, ...]:
        found = courses(self._views, on=self.day, at=self._position).rows
        alerts = self._staffing.alerts
        left = {alert.course for alert in alerts if alert.kind == "dismissed" and alert.to_date == self.day}
        without = sum(course.teacher is None or course.course in left for course in found)
        no_duty = {alert.teacher for alert in alerts if alert.kind == "no_duty"}
        return (
            self._count("курсов", "courses", "courses"),
            self._count("обязанностей по приказам", "duties by order", "duties", bears="aside"),
            Shown("курсов без учителя в этот день", "courses without a teacher on this day", without, None, "against"),
            Shown("учителей без обязанности вести журнал", "teachers without the duty", len(no_duty), None, "against"),
        )

    def _responsible(self) -> tuple[Shown, ...]:
        begun = [one for one in self._orders.responsible if one.starts_on is not None and one.starts_on <= self.day]
        last = begun[-1].entry if begun else None
        return (Shown("назначений (без них отвечает директор)", "appointments (else the director)", len(begun), last),)

    def _attested(self) -> tuple[Shown, ...]:
        closed = [period for period in periods(self._views, at=self._position).rows if period.closed_by is not None]
        attested = [
            max(entries)
            for period in closed
            if (
                entries := [
                    turn.entry
                    for turn in period.history
                    if turn.action == "attested" and turn.entry > (period.closed_by or 0)
                ]
            )
        ]
        last = max((period.closed_by or 0 for period in closed), default=None)
        return (
            Shown("закрытых периодов", "closed periods", len(closed), last, "aside"),
            Shown("из них заверено", "of these attested", len(attested), max(attested, default=None)),
            Shown("из них не заверено", "of these not attested", len(closed) - len(attested), None, "against"),
        )

    def _personal_data(self) -> tuple[Shown, ...]:
        return (
            self._count("привязок журнала просмотров", "anchors of the access log", "access_anchors"),
            self._count("согласий на доставку", "consents to delivery", "delivery_consents"),
            self._count("блокирований личных сведений", "blocks of personal values", "data_blocks"),
            self._count("уничтожений личных сведений", "erasures of personal values", "erased"),
        )

    def _class_control(self) -> tuple[Shown, ...]:
        sql = f"""SELECT count(DISTINCT o.class_group) FROM {{lessons}} l
            JOIN {{courses}} o ON o.course = l.course AND {stands("o")}
            WHERE l.stands = 1 AND {stands("l")} AND l.held_on <= :until AND NOT EXISTS (
              SELECT 1 FROM {{control_checks}} k WHERE k.class_group = o.class_group AND k.entry < :at)"""
        until = (datetime.fromisoformat(self.day) - _CHECKED_WITHIN).date().isoformat() if self._position else ""
        ((never,),) = self._views.select(sql, {"at": self._position, "until": until})
        return (
            *self._control(),
            Shown(
                "классов, журнал которых за неделю уроков и больше не проверяли",
                "classes with a week of lessons and more that nobody checked",
                int(never),
                None,
                "against",
            ),
        )

    def _refreshed(self) -> tuple[Shown, ...]:
        return (
            self._count("уведомлений об изменениях", "notices of changes", "data_notices", bears="aside"),
            self._count("изменений и подтверждений сведений", "changes and confirmations of data", "data_updates"),
            self._count("ежегодных обновлений", "yearly refreshes", "refreshes"),
            self._late_office("notice", "refresh"),
        )

    def _lessons(self) -> tuple[Shown, ...]:
        return (
            *self._judged("lesson", "attendance"),
            self._count("замещений", "substitutions", "substitutions", "x.entry = x.fact", bears="aside"),
        )

    def _judged(self, *rules: Rule) -> tuple[Shown, ...]:
        """Verdicts of these rules: in time, late or missing with and without an excuse."""
        rows = [row for row in self._deadlines[0] if row.rule in rules]
        excused = sum(row.excused for row in rows)
        late = sum(row.late + row.missing for row in rows)
        return (
            Shown("в срок или освобождено", "in time or exempt", sum(row.on_time + row.exempt for row in rows), None),
            Shown("поздно или нет, с причиной", "late or missing, excused", excused, None, "aside"),
            Shown("поздно или нет, без причины", "late or missing, not excused", late - excused, None, "against"),
        )

    def _ahead(self) -> tuple[Shown, ...]:
        rows = [row for row in self._deadlines[0] if row.rule == "homework"]
        flagged = flagged_homework_marks(self._views, at=self._position).rows
        return (
            self._count("домашних заданий", "homework", "homework", "x.entry = x.fact"),
            self._count("размещено заранее", "posted ahead", "posted_homework", "x.entry = x.fact"),
            Shown(
                "не внесено в срок", "not entered in time", sum(row.late + row.missing for row in rows), None, "aside"
            ),
            Shown(
                "двоек за незаданное",
                "bad marks for what was not assigned",
                len(flagged),
                max((row.entry for row in flagged), default=None),
                "against",
            ),
        )

    def _families(self) -> tuple[Shown, ...]:
        return (self._count("связей родителя с ребёнком", "links of a parent to a child", "guardian_links"),)

    def _fresh(self) -> tuple[Shown, ...]:
        alarms = freshness_alarms(self._views, now=_DAY_ONE, at=self._position).rows
        bad = [one for one in alarms if not one.is_excused]
        listed = portals(self._views, now=_DAY_ONE, at=self._position).rows
        return (
            self._count("измерений свежести", "measurements of freshness", "freshness_measurements"),
            Shown(
                "сутки и дольше без свежих сведений, без сбоя на учёте",
                "days without fresh data, no incident",
                len(bad),
                max((entry for one in bad for entry in one.basis), default=None),
                "against",
            ),
            Shown("порталов со ссылкой", "portals with the link", len(listed), _last(one.entry for one in listed)),
            Shown(
                "порталов без проверки за месяц",
                "portals not checked within a month",
                sum(one.is_unchecked for one in listed),
                None,
                "against",
            ),
        )

    def _results(self) -> tuple[Shown, ...]:
        row = self._office["result"]
        return (
            self._count("публикаций итогов", "publications of results", "publications", bears="aside"),
            Shown("показов итогов в срок", "results shown in time", row.on_time, None),
            self._late_office("result"),
        )

    def _consents(self) -> tuple[Shown, ...]:
        pending = refusals(self._views, pending=True, at=self._position).rows
        return (
            self._count("согласий на доставку", "consents to delivery", "delivery_consents"),
            self._count("отказов от информирования", "refusals to be informed", "information_refusals", bears="aside"),
            self._count("писем в органы опеки", "letters to guardianship bodies", "guardianship_notifications"),
            Shown(
                "отказов, о которых не сообщено",
                "refusals that nobody was told of",
                len(pending),
                _last(one.entry for one in pending),
                "against",
            ),
        )

    def _authors(self) -> tuple[Shown, ...]:
        return (self._count("команд, у каждой есть автор", "commands, each with its author", "commands"),)

    def _excuses(self) -> tuple[Shown, ...]:
        return (self._count("причин принято, из закрытого перечня", "excuses, from a closed list", "excuses"),)

    def _complete(self) -> tuple[Shown, ...]:
        parts: Counter[int] = Counter()
        for (_, _, index), how_many in self._deadlines[1].items():
            if index is not None:
                parts[index] += how_many
        whole = parts.pop(_ALL_PARTS, 0)
        return (
            Shown("уроков, внесённых полностью", "lessons recorded in full", whole, None),
            Shown("уроков, внесённых не полностью", "lessons not recorded in full", parts.total(), None, "against"),
        )

    def _indicators(self) -> tuple[Shown, ...]:
        teachers = {row.teacher for row in self._deadlines[0] if row.teacher is not None}
        return (Shown("учителей с показателями", "teachers with indicators", len(teachers), None),)

    def _acknowledged(self) -> tuple[Shown, ...]:
        return (
            self._count("ознакомлений с обязанностью", "acknowledgements", "accounts", "x.action = 'read'"),
            self._count("привязок журнала просмотров", "anchors of the access log", "access_anchors"),
        )

    def _forms(self) -> tuple[Shown, ...]:
        destroyed = "x.action = 'destroyed'"
        return (
            self._count("печатных форм", "printed forms", "prints", bears="aside"),
            self._count("из них заверено", "of these certified", "print_certifications"),
            self._count("из них снято", "of these void", "print_voids", bears="aside"),
            self._count("дел принято в бумажный архив", "papers stored", "papers"),
            self._count("из них уничтожено по акту", "acts of their destruction", "paper_actions", destroyed, "aside"),
        )

    def _journals(self) -> tuple[Shown, ...]:
        return (
            self._count(
                "закрытий журналов классов", "closings of classes' journals", "journal_closings", bears="aside"
            ),
            self._count("передач сводных ведомостей", "summary sheets handed over", "sheet_transfers"),
        )

    def _paper(self) -> tuple[Shown, ...]:
        return (
            self._count("исправлений", "corrections", "corrections", bears="aside"),
            self._count("архивов", "archives", "archives", bears="aside"),
            self._count("из них передано с распиской", "receipts for them", "archive_handovers", bears="aside"),
            *self._met(),
        )

    # Leaves ---------------------------------------------------------------------------------------

    def _met(self) -> tuple[Shown, ...]:
        rows = self._obligations.rows
        proved = [row.met_by for row in rows if row.state == "proved" and row.met_by is not None]
        printed = [row.met_by for row in rows if row.state == "printed" and row.met_by is not None]
        return (
            Shown("обязанностей снято доказательством", "obligations met by proof", len(proved), _last(proved)),
            Shown("обязанностей снято распечаткой", "obligations met by paper", len(printed), _last(printed)),
            Shown("надо печатать", "to be printed", self._obligations.required, None, "against"),
        )

    def _late_office(self, *rules: str) -> Shown:
        late = sum(self._office[rule].late + self._office[rule].missing for rule in rules)
        return Shown("поздно или нет", "late or missing", late, None, "against")

    def _is_last(self, table: str) -> str:
        return f"x.entry = (SELECT max(y.entry) FROM {{{table}}} y WHERE y.entry < :at)"

    def _count(self, ru: str, en: str, table: str, condition: str = "1 = 1", bears: Bears = "for") -> Shown:
        """Rows that had been made by then, whatever came later; every table here is one of the views' own."""
        sql = f"SELECT count(*), max(x.entry) FROM {{{table}}} x WHERE x.entry < :at AND {condition}"
        # Several clauses ask about the same rows, at times thousands.
        if sql not in self._counts:
            ((count, last),) = self._views.select(sql, {"at": self._position})
            self._counts[sql] = int(count), last
        return Shown(ru, en, *self._counts[sql], bears)


def _last(entries: Iterable[int]) -> int | None:
    return max(entries, default=None)

"""The regulation, clause by clause: what the journal does about it, and whether the log shows it kept (R02, R08).

Two things are told apart. How far the software is built is a constant, said here as in `docs/clauses.md`, which names
the tests. Whether the school keeps the clause is a verdict on what the log holds (`conformity_evidence` counts it): it
is worked out anew at each position and never recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias

from projections.reading import AsOf, Reader, resolve
from projections.views.conformity_evidence import Evidence, Shown

State: TypeAlias = Literal["built", "in_part", "not_yet"]
Verdict: TypeAlias = Literal["holds", "does_not_hold", "nothing_yet"]


class Built(NamedTuple):
    """A clause, or one function that it lists (`part`); how far it is built; what is done about it, and where."""

    clause: str
    part: str | None
    state: State
    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: as in `Built`, and what the log holds of it now.

    `verdict`: ``does_not_hold``: something of `shown` speaks against it; ``holds``: nothing does, and something speaks
    for it; ``nothing_yet``: neither.
    """

    clause: str
    part: str | None
    state: State
    verdict: Verdict
    ru: str
    en: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Conformity:
    """The matrix at a position, as of a school day."""

    position: int
    day: str
    rows: tuple[Clause, ...]


CLAUSES: Final[tuple[Built, ...]] = (
    Built("head", None, "built", "редакции регламента с приказами", "versions of the regulation, with their orders"),
    Built(
        "1.1",
        "keeping",
        "built",
        "ведение: уроки, посещаемость, отметки и задания вносятся на странице урока, каждая запись навсегда",
        "keeping: lessons, attendance, marks and homework are entered on a lesson's page, each entry for ever",
    ),
    Built(
        "1.1",
        "control",
        "built",
        "контроль за ведением: перечень сроков, рабочие списки, проверки и замечания",
        "control of keeping: the register of deadlines, worklists, checks and remarks",
    ),
    Built(
        "1.1",
        "reliability",
        "built",
        "достоверность: у записи автор и время сервера; исправление с причиной, после закрытия — с вторым лицом",
        "reliability of input: author and the server's time; corrections have a reason, after closing a second person",
    ),
    Built(
        "1.1",
        "storage",
        "built",
        "надёжность хранения: записи связаны хешами и подписаны, весь журнал проверяется (audit --record)",
        "reliable storage: entries are chained by hashes and signed, the whole log is verified (audit --record)",
    ),
    Built(
        "1.1",
        "document_flow",
        "built",
        "документооборот: по каждому месяцу, периоду и году сказано, надо ли печатать и почему (obligations)",
        "document flow: of each month, period and year it is said whether to print, and why (obligations)",
    ),
    Built(
        "1.1",
        "backups",
        "built",
        "резервные копии: снимаются и восстанавливаются на пробу (backup, drill)",
        "backups: taken, and restored on trial (backup, drill)",
    ),
    Built(
        "1.1",
        "hard_copies",
        "built",
        "твёрдые копии: формы с номером и кодом, распечатки на учёте (print, printouts)",
        "hard copies: forms with number and code, printouts registered (print, printouts)",
    ),
    Built(
        "1.2",
        None,
        "built",
        "у каждого курса один ответственный учитель; журнал ведут те, кому это поручено приказом",
        "each course has one responsible teacher; those keep the journal who have the duty by order",
    ),
    Built("1.3", None, "built", "ответственный за журнал назначен приказом", "who answers for the journal, by order"),
    Built(
        "1.4",
        None,
        "built",
        "директор видит эту сводку и заверяет закрытые периоды",
        "the director sees this matrix and attests closed periods",
    ),
    Built(
        "1.5",
        None,
        "built",
        "личные сведения вне журнала, под ключом каждого; просмотры записываются; разблокируют и уничтожают двое",
        "personal values are outside the log, a key per person; looks are recorded; two people unblock and destroy",
    ),
    Built(
        "1.6",
        None,
        "built",
        "проверки и замечания классного руководителя; опоздания сами становятся замечаниями и сами закрываются",
        "the class teacher's checks and remarks; what is late becomes a remark by itself and closes itself",
    ),
    Built(
        "1.7",
        None,
        "built",
        "уведомления об изменениях, ежегодное обновление, сроки; прежние значения видят те, кому положено",
        "notices of changes and the yearly refresh of data, with deadlines; earlier values for authorised roles alone",
    ),
    Built(
        "2.1",
        None,
        "built",
        "урок и отсутствующие вносятся по факту, замещение — той же командой",
        "a lesson and who was absent are entered by the fact, a substitution in the same command",
    ),
    Built(
        "2.2",
        None,
        "built",
        "один порядок записей для всех; каждый срок оценивается",
        "one order of entries for everybody; every deadline is judged",
    ),
    Built("2.2.1", None, "built", "запись об уроке — в его день", "the lesson's record on its day"),
    Built(
        "2.2.2",
        None,
        "built",
        "задание — в день урока, накануне сдачи — за час после занятий; заданное планом считается внесённым",
        "homework on the lesson's day, on the eve within the hour; what the plan has counts as entered",
    ),
    Built(
        "2.2.3",
        None,
        "built",
        "задания можно размещать заранее; не внесённое в срок показано незаданным, двойка за него видна",
        "homework may be posted ahead; what was not in time is shown as not assigned, a bad mark for it flagged",
    ),
    Built(
        "2.2.4",
        None,
        "built",
        "отметки за письменные работы — за неделю, за устные ответы и пропуски — в день урока",
        "marks for written work within a week, for oral answers and absences on the day",
    ),
    Built(
        "2.3", None, "built", "семья видит своего ребёнка и никого больше", "a family sees its child and nobody else"
    ),
    Built(
        "2.3.1",
        None,
        "built",
        "внесённое видно сразу; свежесть измеряется; ссылки на порталах проверяются",
        "what is entered is seen at once; freshness is measured; links on the portals are checked",
    ),
    Built(
        "2.3.2",
        None,
        "in_part",
        "прогноз итогов видит классный руководитель; рассылки нет",
        "class teachers see a forecast of results; it is not sent",
    ),
    Built(
        "2.3.3",
        None,
        "built",
        "итоги и экзамены публикуются, сутки считаются до минуты",
        "results and examinations are published, the day counted to the minute",
    ),
    Built(
        "2.3.4",
        None,
        "in_part",
        "согласия, отказы и письма в органы опеки на учёте; рассылки нет",
        "consents, refusals and letters to the guardianship bodies are registered; nothing is sent",
    ),
    Built("2.4", None, "built", "у каждой записи есть автор", "each entry has its author"),
    Built(
        "2.4.1",
        None,
        "built",
        "причины опозданий — из закрытого перечня, сбой — только с инцидентом",
        "excuses come from a closed list, an outage needs its incident",
    ),
    Built(
        "2.4.2",
        None,
        "built",
        "полнота урока: тема, отметки, пропуски, задание — из четырёх",
        "a lesson's completeness: topic, marks, absences, homework, out of four",
    ),
    Built(
        "2.4.3",
        None,
        "built",
        "показатели работы каждого учителя с журналом, до записей (indicators)",
        "indicators of each teacher's work with the journal, down to entries (indicators)",
    ),
    Built(
        "2.4.4",
        None,
        "built",
        "ознакомление с обязанностью не разглашать и просмотры записываются",
        "acknowledgement of confidentiality and looks are recorded",
    ),
    Built(
        "3.1",
        None,
        "built",
        "формы печатаются с кодом и заверяются, бумага сверяется с журналом; реестр бумаги: где, до какого дня, акты",
        "forms are printed with a code and certified, paper is checked by it; a register says where and until when",
    ),
    Built(
        "3.2",
        None,
        "built",
        "журнал класса закрывается, сводная ведомость печатается и передаётся в архив с распиской",
        "a class's journal is closed, its summary sheet is printed and handed over to the archive with a receipt",
    ),
    Built(
        "3.3",
        None,
        "built",
        "исправления, архив, замещения: печатать, пока нет доказательства или распечатки; журнал заверяют свидетели",
        "corrections, archive, substitutions: printed until proved or on paper; outside witnesses cosign the log",
    ),
)
"""In the order of the regulation; the seven functions that 1.1 lists have a row each."""


def conformity(views: Reader, *, now: datetime | None = None, at: AsOf = None) -> Conformity:
    """The matrix by what was recorded at a position and the day of a moment; `now` as in `obligations`.

    Deadlines are judged as of the last entry before the position: the clock alone makes nobody late here.

    Raises:
        NotYetProjected: `at` is a position that the views have not reached.
    """
    position = resolve(views, at)
    found = Evidence(views, position, now or (at if isinstance(at, datetime) else None))
    return Conformity(position, found.day, tuple(_judged(row, found.of(row.clause, row.part)) for row in CLAUSES))


def _judged(row: Built, shown: tuple[Shown, ...]) -> Clause:
    bearing = {one.bears for one in shown if one.count}
    verdict: Verdict = "does_not_hold" if "against" in bearing else "holds" if "for" in bearing else "nothing_yet"
    return Clause(row.clause, row.part, row.state, verdict, row.ru, row.en, shown)

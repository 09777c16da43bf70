"""Findings: what is wrong, where, what was expected and what was found; and what could not be checked.

A code is stable: programs may rely on it. Meanings are in Russian and English; docs/findings.md lists them all.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from verify.anchor_findings import ANCHOR_FINDINGS
from verify.backup_findings import BACKUP_FINDINGS
from verify.blocking_findings import BLOCKING_FINDINGS
from verify.erasure_findings import ERASURE_FINDINGS
from verify.extract_findings import EXTRACT_FINDINGS, LIMITS, Limit
from verify.meanings import FURTHER_FINDINGS
from verify.paper_findings import PAPER_FINDINGS
from verify.print_findings import PRINT_FINDINGS
from verify.unchecked import UNCHECKED

FINDINGS_MAX: Final = 1_000
FINDINGS_MAX_PER_CODE: Final = 100
_TEXT_MAX: Final = 160


class Verdict(Enum):
    """The three answers (log-format.md section 8); `exit_code` is what the program ends with."""

    VERIFIED = "verified"
    FINDING = "finding"
    INCOMPLETE = "incomplete"

    @property
    def exit_code(self) -> int:
        """0, 1 or 3; 2 is for wrong usage."""
        return {"verified": 0, "finding": 1, "incomplete": 3}[self.value]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: file, line or row (from 1), entry (leaf index), byte offset in the line (from 0), field."""

    file: str = ""
    line: int | None = None
    entry: int | None = None
    offset: int | None = None
    field: str = ""

    def __str__(self) -> str:
        parts = [shown(self.file)] if self.file else []
        for name, value in (("line", self.line), ("entry", self.entry), ("byte", self.offset), ("field", self.field)):
            if value is not None and value != "":
                parts.append(f"{name} {shown(value)}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    code: str
    place: Place
    expected: str
    found: str

    @property
    def meaning(self) -> tuple[str, str]:
        """What the code means, in Russian and in English."""
        return FINDINGS[self.code]


@dataclass(frozen=True, slots=True)
class Unchecked:
    """One thing that could not be checked: with it, a verdict is never `verified`."""

    code: str
    detail: str

    @property
    def meaning(self) -> tuple[str, str]:
        """What the code means, in Russian and in English."""
        return UNCHECKED[self.code]


def shown(value: object) -> str:
    """Make a value from outside fit to be printed: one line, no control characters, not too long."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[: _TEXT_MAX + 1])
    return text if len(text) <= _TEXT_MAX else text[:_TEXT_MAX] + "…"


@dataclass(slots=True)
class Report:
    """Everything that a verification says: findings (bounded, the rest counted), what was not checked, and facts.

    `parts` are reports of what was verified by itself: the two sides of a comparison. `checked` counts what was
    compared, by check; `by_manifest` the files of which only the bytes were, by kind; `corrections` how many there are,
    by fact: all, those after the close, and those of them that a second person approved. `deadlines`, where asked for,
    counts by class, rule and status.
    """

    findings: list[Finding] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    facts: dict[str, str | int] = field(default_factory=dict)
    beyond: int = 0
    subject: str = ""
    parts: "list[Report]" = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    by_manifest: Counter[str] = field(default_factory=Counter)
    corrections: dict[str, list[int]] = field(default_factory=dict)
    deadlines: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, place: Place, expected: object = "", found: object = "") -> None:
        """Record a finding. After `FINDINGS_MAX`, or `FINDINGS_MAX_PER_CODE` of one code, findings are only counted."""
        if code not in FINDINGS:
            raise KeyError(code)
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count > FINDINGS_MAX_PER_CODE or len(self.findings) >= FINDINGS_MAX:
            self.beyond += 1
            return
        self.findings.append(Finding(code, place, shown(expected), shown(found)))

    def skip(self, code: str, detail: object) -> None:
        """Record that something could not be checked, once for each code."""
        if code not in UNCHECKED:
            raise KeyError(code)
        if all(code != item.code for item in self.unchecked):
            self.unchecked.append(Unchecked(code, shown(detail)))

    def limit(self, code: str, detail: object) -> None:
        """Record what an extract does not show."""
        if code not in LIMITS:
            raise KeyError(code)
        self.limits.append(Limit(code, shown(detail)))

    @property
    def verdict(self) -> Verdict:
        """`finding` where there is one, else `incomplete` where something was not checked, else `verified`."""
        verdicts = {part.verdict for part in self.parts}
        if self.findings or Verdict.FINDING in verdicts:
            return Verdict.FINDING
        return Verdict.INCOMPLETE if self.unchecked or Verdict.INCOMPLETE in verdicts else Verdict.VERIFIED


# What each code means: in Russian, in English.
FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "archive-unreadable": (
        "Архив не открывается как папка или ZIP.",
        "The archive cannot be opened as a folder or a ZIP.",
    ),
    "archive-limit": ("Превышен предел размера или количества.", "A limit on size or number is exceeded."),
    "zip-trailing-bytes": (
        "В ZIP есть байты, которых не называет его оглавление.",
        "The ZIP has bytes before, between or after its members that its directory does not name.",
    ),
    "zip-inconsistent": (
        "ZIP говорит об одном и том же по-разному: две программы прочли бы два архива.",
        "The ZIP says one thing in two ways: two programs would read two archives.",
    ),
    "zip-encrypted": ("Часть ZIP зашифрована.", "A member of the ZIP is encrypted."),
    "zip-ratio": ("Степень сжатия неправдоподобна.", "A member's compression ratio is implausible."),
    "zip-method": ("Незнакомый способ сжатия.", "A member is compressed by an unknown method."),
    "name-unsafe": ("Имя файла небезопасно.", "A file name is unsafe (absolute, '..', backslash, control characters)."),
    "name-duplicate": ("Два файла с одним именем.", "Two files have one name."),
    "name-collision": (
        "Имена различаются только регистром или формой Unicode.",
        "Names differ only by case or Unicode form.",
    ),
    "link": ("Ссылка или особый файл вместо обычного.", "A link or a special file instead of a plain one."),
    "bag-top-folder": ("В ZIP не одна верхняя папка.", "The ZIP does not have exactly one top folder."),
    "file-unreadable": ("Файл не читается.", "A file cannot be read to its end."),
    # The bag
    "bag-file-missing": ("Нет обязательного файла.", "A file that must be there is missing."),
    "bag-declaration": ("bagit.txt не объявляет BagIt 1.0 в UTF-8.", "bagit.txt does not declare BagIt 1.0 in UTF-8."),
    "bag-file-unexpected": ("Файл, которого в архиве быть не должно.", "A file that an archive does not have."),
    "bag-info": (
        "bag-info.txt говорит об архиве не то, что в нём.",
        "bag-info.txt says of the archive what is not so.",
    ),
    "bag-oxum": ("Payload-Oxum не сходится.", "Payload-Oxum does not match the payload."),
    "manifest-malformed": ("Строка манифеста не читается.", "A manifest line is malformed."),
    "manifest-extra": ("Файл не перечислен в манифесте.", "A file is not listed in its manifest."),
    "manifest-missing": ("Файл из манифеста отсутствует.", "A file listed in a manifest is not there."),
    "manifest-mismatch": (
        "Содержимое файла изменено: хэш не тот.",
        "A file's contents differ from the manifest's hash.",
    ),
    # Checkpoints.
    "checkpoint-malformed": ("Контрольная точка не читается.", "A checkpoint is malformed."),
    "signature-invalid": ("Подпись закреплённым ключом не подтверждена.", "The pinned key's signature does not hold."),
    "key-mismatch": (
        "Открытый ключ в архиве не тот, который закреплён.",
        "The public key in the archive is not the pinned one.",
    ),
    "origin-mismatch": ("Имя журнала не сходится.", "The log's origin differs."),
    "root-mismatch": ("Записи не дают подписанный корень дерева.", "The entries do not lead to the signed root."),
    "size-mismatch": ("Записей не столько, сколько подписано.", "There are not as many entries as were signed."),
    "start-malformed": ("Начало диапазона не читается.", "The start of the range is malformed."),
    "start-root-mismatch": (
        "Край дерева не даёт корень начальной точки.",
        "The edge does not give the start checkpoint's root.",
    ),
    "old-root-mismatch": (
        "Журнал не продолжает прежнюю контрольную точку: история переписана или это другой журнал.",
        "The log does not continue the earlier checkpoint: history was rewritten, or it is another log.",
    ),
    # Entry files and entries.
    "entries-file-name": (
        "Файл записей назван не по первой записи.",
        "An entries file is not named by its first index.",
    ),
    "entries-file-length": (
        "В файле записей не 65 536 строк.",
        "An entries file other than the last has not 65,536 lines.",
    ),
    "entries-no-final-newline": ("Последняя строка файла не закончена.", "A file's last line has no line feed."),
    "entry-too-long": ("Запись длиннее 65 535 байт.", "An entry is longer than 65,535 bytes."),
    "entry-not-json": ("Запись не является строгим JSON.", "An entry is not strict JSON."),
    "entry-not-canonical": ("Запись не в каноническом виде.", "An entry is not in canonical form."),
    "entry-field": ("Поле записи отсутствует, лишнее или неверное.", "An entry's field is missing, extra or wrong."),
    "data-field": ("Поле события отсутствует, лишнее или неверное.", "An event's field is missing, extra or wrong."),
    "index-gap": ("Номера записей идут не подряд.", "Leaf indexes are not consecutive."),
    "prev-mismatch": (
        "Цепочка разорвана: байты этой записи не те, на которые ссылается следующая.",
        "The chain is broken: this entry's bytes are not those that the next one commits to.",
    ),
    "at-backwards": ("Время записи раньше предыдущего.", "An entry's time is before that of the one before it."),
    # Events and their order.
    "command-split": (
        "Записи одной команды стоят не подряд.",
        "Entries of one command do not stand side by side: they were not appended at once.",
    ),
    "version-gap": ("Версии потока идут не подряд.", "A stream's versions are not consecutive."),
    "stream-kind": (
        "Событие в потоке не своего рода.",
        "An event is in a stream of another kind or begins or repeats it wrongly.",
    ),
    "school-opened": (
        "Журнал не начинается с открытия школы.",
        "The log does not begin with school_opened, or has it twice.",
    ),
    "reference-unknown": (
        "Запись называет то, чего раньше не было.",
        "An entry names something that no earlier entry made.",
    ),
    "person-kind": (
        "Человек не того рода: нужен ученик, законный представитель, учитель или сотрудник.",
        "A person is not registered as what this needs: a student, a guardian, a teacher or an employee.",
    ),
    "ends-before-start": ("Конец раньше начала.", "Something ends before it starts."),
    "enrollment": (
        "Зачисление или выбытие не сходится с тем, в каком классе был ученик.",
        "An enrolment or leaving does not fit the class that the student was in.",
    ),
    "subgroup": (
        "Подгруппа или пребывание в ней не сходится с прежними записями.",
        "A subgroup, or a stay in one, does not fit what the entries before say.",
    ),
    "subgroup-member": (
        "В уроке подгруппы запись об ученике, которого в ней в этот день не было.",
        "A lesson of a subgroup has an entry for a student who was not in it on that day.",
    ),
    "duty": (
        "Обязанность не сходится с прежними записями о ней.",
        "A duty does not fit what the entries before say of it.",
    ),
    "duty-missing": (
        "Урок дал учитель, в обязанности которого ведение журнала в этот день не входило.",
        "A lesson is recorded for a teacher whose duties did not include the journal on that day.",
    ),
    "plan-item": (
        "План урока не сходится: номера идут не по порядку, или такого пункта в плане нет.",
        "A lesson plan does not fit: its numbers do not rise, or a lesson names an item that the plan does not have.",
    ),
    "period-overlap": (
        "Период с тем же номером или на те же дни у параллели уже есть.",
        "A grade has a period of this kind with this number, or on these days, already.",
    ),
    "in-force-order": (
        "Редакция регламента, назначение, звонки или расписание вступает в силу раньше предыдущего.",
        "A version of the regulation, of bells or of a timetable, or an appointment, begins before the one it follows.",
    ),
    "calendar-entry": (
        "Запись календаря — не о днях своего года или отменяет то, что не действует.",
        "A calendar entry is not of days of its year, or revokes what does not stand.",
    ),
    "timetable-lesson": (
        "В расписании курс другого класса или урок, на который нет звонка.",
        "A timetable has a course of another class, or a lesson that no bell rings for.",
    ),
    "guardian-link": (
        "Запись не сходится с тем, кто записан законным представителем ученика.",
        "An entry does not fit who is linked to the student as a guardian.",
    ),
    "answers-nothing": (
        "Запись отвечает на то, чего нет или что уже не ждёт: уведомление, обновление, согласие, отказ, замечание.",
        "An entry answers a notice, a refresh, a consent, a refusal or a remark that is not there or waits no more.",
    ),
    "consent-form": (
        "Согласие или отзыв внесены не так, как требует их способ или канал.",
        "A consent or withdrawal has not what its method or channel needs.",
    ),
    "approval-same-person": (
        "Утвердил тот же человек, который внёс запись.",
        "Who approved is who recorded.",
    ),
    "remark-mismatch": (
        "Замечание называет курс, урок, день или проверку не того класса.",
        "A remark names a course, a lesson, a day or a check that does not fit its class.",
    ),
    "incident": (
        "Инцидент закрыт дважды или не открыт.",
        "An incident is closed twice, or was never opened.",
    ),
    "excuse-mismatch": (
        "Уважительная причина не сходится с уроком, учителем, документом или инцидентом, или снята дважды.",
        "An excuse does not fit its lesson, teacher, document or incident, or is withdrawn twice.",
    ),
    "freshness-mismatch": (
        "Отставание не сходится с тем, сколько записей показано.",
        "How far views were behind does not fit how many entries they had.",
    ),
    "portal": (
        "Запись не сходится с тем, как портал стоит в списке.",
        "An entry does not fit how the portal stands on the list.",
    ),
    "correction-cites-nothing": (
        "Исправление ссылается не на действующую запись.",
        "A correction does not cite a standing entry.",
    ),
    "correction-old-value": ("Старое значение в исправлении неверно.", "A correction's old value is not what stood."),
    "correction-changes-nothing": ("Исправление ничего не меняет.", "A correction's new value is its old one."),
    "correction-note-missing": ("Нет пояснения к причине «иное».", "The reason 'other' has no note."),
    "correction-after-close": (
        "Изменение после закрытия периода или публикации результата без заявки.",
        "A change after the period's close, or a result's publication, without a request.",
    ),
    "request-mismatch": ("Исправление не совпадает с заявкой.", "A correction or refusal does not fit its request."),
    "request-same-person": (
        "На заявку ответил тот, кто её подал или за кого она подана, или кто-то за него.",
        "Who asked, or was asked for, also answered, or somebody did for them.",
    ),
    "request-answered": ("На заявку ответили дважды.", "A request is answered twice."),
    "recorded-after-close": (
        "Новое внесено после закрытия периода.",
        "Something new is recorded after the period's close.",
    ),
    "recorded-twice": (
        "Внесено второй раз при действующем первом.",
        "Something is recorded while an earlier one stands.",
    ),
    "recorded-on-annulled": (
        "Внесено к аннулированному уроку или работе.",
        "Something is recorded on an annulled lesson or work.",
    ),
    "annulled-while-in-use": (
        "Аннулировано то, на чём ещё что-то держится.",
        "Something is annulled while other facts rest on it.",
    ),
    "nobody-responsible": (
        "Урок внесён в день, когда за курс никто не отвечал.",
        "A lesson is recorded on a day on which nobody was responsible for its course.",
    ),
    "substitution-missing": (
        "Урок дал не тот учитель, который отвечает за курс, а замещение не внесено.",
        "A lesson was given by another teacher than the responsible one, and no substitution is recorded.",
    ),
    "substitution-mismatch": (
        "Замещение не сходится с уроком или с тем, кто отвечал за курс.",
        "A substitution does not fit its lesson, or who was responsible for the course.",
    ),
    "absence-and-lateness": (
        "У ученика и пропуск, и опоздание или ранний уход.",
        "A student has both an absence and a lateness or an early leaving.",
    ),
    "mark-for-absent": (
        "У ученика и пропуск, и отметка, отработки нет, а регламент на день урока этого не допускает.",
        "A student has an absence, a mark and no make-up, which the regulation of the lesson's day does not take.",
    ),
    "posted-mismatch": (
        "Урок взял задание, которого заранее для него не размещали, или размещено было другое.",
        "A lesson takes over homework that was not posted for it, or something else was posted.",
    ),
    "due-too-early": (
        "Домашнее задание задано к уроку или дню, который не позже его собственного урока.",
        "Homework is due by a day or a lesson that is not after its own lesson.",
    ),
    "mark-for-unassigned-homework": (
        "Плохая отметка за домашнее задание, которого в журнале нет, а регламент на день его урока этого не допускает.",
        "A bad mark for homework that is nowhere, and the regulation of its lesson's day does not take that.",
    ),
    "certificate-mismatch": (
        "Пропуск не сходится со справкой, на которую ссылается или которая покрывает этот день.",
        "An absence does not fit the certificate that it cites, or that covers its day.",
    ),
    "attendance": ("Отметка о явке не сходится с пропусками.", "attendance_taken does not fit the lesson."),
    "result-sheet": (
        "Ведомость не той пары курса и периода, вторая для неё или не годится для такого результата.",
        "A result sheet is of a course and a period that do not fit, is their second, or may not hold such a result.",
    ),
    "result-rule": (
        "Результат вычислен не по тем правилам, которые действовали.",
        "A result was not computed by the rules that were in force.",
    ),
    "result-inputs": (
        "Результат вычислен не из тех отметок, которые действовали.",
        "A result was not computed from the marks that stood.",
    ),
    "result-computed": (
        "Вычисленная отметка не следует из своих отметок по правилам.",
        "A computed mark does not follow from its inputs by the rules.",
    ),
    "result-reason": (
        "Отметка отличается от вычисленной без причины, или причина стоит без отличия.",
        "A result differs from the computed one without a reason, or has a reason without differing.",
    ),
    "council-decision": (
        "Решение совета заменяет то, что не действует, или перечисляет учеников не по порядку.",
        "A council's decision replaces none that stands, or does not list its students in order, each once.",
    ),
    "journal-closed": (
        "Запись не согласуется с тем, закрыт ли журнал класса за год.",
        "An entry does not fit whether the class's journal of the year is closed.",
    ),
    "journal-mismatch": (
        "Журнал класса закрыт, а сказанное о недостающем не сходится с записями.",
        "A class's journal is closed, and what it says to lack is not what the entries show.",
    ),
    "sheet-digest": (
        "Переданная сводная ведомость не та, которую дают записи.",
        "The summary sheet that was handed over is not the one that the entries lead to.",
    ),
    "closing-mismatch": (
        "Закрытие не сходится с уроками периода.",
        "A closing does not commit to what the entries say.",
    ),
    "period-not-closed": (
        "Период открывают снова или заверяют, хотя он не закрыт, или открывают слишком часто.",
        "A period is reopened or attested that is not closed, or is reopened too often.",
    ),
    "reopened-alone": (
        "Период или журнал открыт снова одним человеком, когда это делали уже двое.",
        "A period or a journal is opened again by one person alone, after it took two.",
    ),
    "backdated-alone": (
        "Учитель, зачисление или выбытие задним числом в закрытом периоде внесены одним человеком.",
        "A teacher, an enrollment or a leaving is back-dated into a closed period by one person alone.",
    ),
    "reopening-waits": (
        "Открыть снова просят второй раз, хотя первая заявка ждёт ответа.",
        "Reopening is requested a second time while the first request waits.",
    ),
    "attestation-size": (
        "Заверено не то, что стояло в журнале после закрытия.",
        "What is attested is not a state of the log after the closing.",
    ),
    "evidence-size": (
        "Свидетельство говорит о том, чего в журнале не было, или о слишком давнем.",
        "Evidence speaks of what the log had not, or of what was too long before it.",
    ),
    "evidence-root": (
        "Корень в свидетельстве не тот, что был у журнала.",
        "The root in a piece of evidence is not the log's at that size.",
    ),
    **BACKUP_FINDINGS,
    **PRINT_FINDINGS,
    **ERASURE_FINDINGS,
    **BLOCKING_FINDINGS,
    **ANCHOR_FINDINGS,
    "account-role": (
        "Роль дана, снята или ознакомление внесено не тем, кому можно, или роль не та.",
        "A role was granted or taken, or secrecy acknowledged, by somebody who may not, or it is no such role.",
    ),
    "account-state": (
        "Учётная запись открыта или закрыта дважды, закрыта не по той причине, или уволенному что-то поручено.",
        "An account was opened or closed twice, or closed for no reason of its kind; or the dismissed were entrusted.",
    ),
    **PAPER_FINDINGS,
    # Tables.
    "table-missing": ("Таблицы нет.", "A table is missing."),
    "table-unexpected": ("Лишняя таблица.", "A table that should not be there."),
    "table-header": ("Заголовок таблицы неверен.", "A table's first row is wrong."),
    "table-malformed": ("Строка таблицы не читается.", "A table's row is malformed."),
    "table-row-missing": (
        "В таблице нет строки, которая следует из записей.",
        "A row that follows from the entries is missing.",
    ),
    "table-row-extra": ("В таблице есть строка, которой нет в записях.", "A row does not follow from any entry."),
    "table-cell": ("Ячейка таблицы расходится с записями.", "A table's cell differs from what the entries say."),
    "table-bytes": ("Строка таблицы записана не по правилам.", "A row's bytes are not as the specification says."),
    "package-malformed": ("Описание таблиц не читается.", "The description of the tables is malformed."),
    "package-differs": (
        "Описание таблиц расходится с таблицами.",
        "The description of the tables differs from the tables.",
    ),
    **FURTHER_FINDINGS,
    **EXTRACT_FINDINGS,
}

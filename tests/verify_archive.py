"""Writes archives straight from verify/spec, for the verifier's tests: slow, plain, sharing no code with what it tests.

A `Builder` appends events as a school would; `Builder.files()` seals them: entries, chain, tree, signed checkpoint, disclosures,
tables, manifests. Tests change events before sealing (a consistent lie) or bytes after it (a clumsy one).
"""

import base64
import hashlib
import io
import json
import random
import uuid
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.verify_accounts import HEADER as ACCOUNTS, account_row, accounts
from tests.witness_keys import WITNESSES, WitnessKey

ORIGIN = "letopis.example/school/1534"
Files = dict[str, bytes]


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, as written there, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def edge(leaves: Sequence[bytes]) -> list[bytes]:
    """The roots of the full subtrees, largest first."""
    hashes, at = [], 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            hashes.append(root(leaves[at : at + (1 << bit)]))
            at += 1 << bit
    return hashes


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, leaf side first."""
    if len(leaves) <= 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*inclusion(index, leaves[:k]), root(leaves[k:])]
    return [*inclusion(index - k, leaves[k:]), root(leaves[:k])]


@dataclass
class Key:
    """A log's key, always the same for one seed."""

    name: str = ORIGIN
    seed: int = 1

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"test key %d" % self.seed).digest())

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        typed = base64.b64encode(b"\x01" + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{typed}"

    def sign(self, text: bytes) -> bytes:
        return self.signature_line(self.private.sign(text))

    def signature_line(self, signature: bytes) -> bytes:
        return f"— {self.name} ".encode() + base64.b64encode(self.key_id + signature) + b"\n"

    def checkpoint(self, leaves: Sequence[bytes], origin: str | None = None) -> bytes:
        text = f"{origin or self.name}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n".encode()
        return text + b"\n" + self.sign(text)


WHOLE = ("people", "courses", "regulations", "duties", "responsible", "assessment")
"""Tables that have the rows of every entry in an archive of a later range too."""
MARKS = {"na": "н/а", "exempt": "осв", "pass": "зачёт", "fail": "незачёт"}
ABSENCES = {"absent": "н", "ill": "б", "excused": "у", "unexcused": "п"}
ERASURE_ACTIONS = {
    "legal_hold_placed": "запрет", "legal_hold_lifted": "запрет снят", "erasure_proposed": "предложено",
    "erasure_approved": "одобрено", "erasure_refused": "отклонено", "personal_data_erased": "стёрто",
}  # fmt: skip
ERASED_CLASSES = {
    "person": "сведения о человеке", "journal": "пояснения в журнале", "print": "печатные формы",
    "sheet": "сводные ведомости",
}  # fmt: skip
GROUNDS = {
    "expiry": "истёк срок", "withdrawal": "отзыв согласия", "request": "требование", "unlawful": "незаконная обработка",
}  # fmt: skip
KEPT = {"law": "закон", "consent": "согласие"}
COUNTED = {"left": "выбытие", "year_end": "конец учебного года", "document": "дата документа"}
KEPT_OF = {"student": "ученик", "guardian": "законный представитель"}
PAPER_ACTIONS = {
    "paper_stored": "принято", "paper_moved": "перемещено", "paper_handed_over": "передано", "paper_struck_off": "снято",
    "paper_destruction_proposed": "предложено", "paper_destruction_approved": "одобрено",
    "paper_destruction_refused": "отклонено", "paper_destroyed": "уничтожено",
}  # fmt: skip
PAPER_KINDS = {
    "class_journal": "классный журнал", "summary_sheet": "сводная ведомость", "corrections": "исправления",
    "substitutions": "замещения", "other": "иное",
}  # fmt: skip
STRUCK = {"entered_wrongly": "внесено неверно", "lost": "утрачено", "damaged": "повреждено"}
PRINT_ACTIONS = {"sheet_issued": "выдана", "sheet_certified": "заверена", "sheet_voided": "снята"}
BACKUP_ACTIONS = {"backup_taken": "снята", "backup_verified": "проверена"}
BACKUP_WORDS = {
    "keys": "ключи", "ledger": "журнал", "vault": "личные сведения", "audit": "журнал перепроверен",
    "checkpoint": "подписанная точка сверена", "restore": "восстановлено", "values": "сведения открыты ключами",
}  # fmt: skip
FORM_KINDS = {
    "class_page": "страница журнала", "summary_sheet": "сводная ведомость", "corrections": "исправления",
    "substitutions": "замещения", "conformity": "соответствие регламенту", "papers": "реестр бумажного архива",
    "student_page": "табель ученика", "attendance": "посещаемость класса", "lesson_plan": "календарный план",
}  # fmt: skip
SPOILED = {
    "spoiled": "испорчена",
    "lost": "утрачена",
    "wrong_scope": "не о том",
    "superseded": "заменена",
    "other": "иное",
}
KINDS = {
    "answer": "ответ на уроке", "control_work": "контрольная работа", "dictation": "диктант",
    "homework_check": "проверка домашнего задания",
}  # fmt: skip
REASONS = {
    "typo": "описка", "wrong_student": "не тот ученик", "wrong_column": "не та графа", "rechecked": "работа перепроверена",
    "appeal": "апелляция", "made_up": "пересдача, отработка", "document": "предоставлен документ", "other": "иное (с пояснением)",
}  # fmt: skip
PERSONS = {"student": "ученик", "teacher": "учитель", "staff": "сотрудник", "guardian": "законный представитель"}
DUTIES = {"journal": "ведение журнала", "substitute": "замещение", "class_teacher": "классное руководство"}
ABSENT_FOR = {
    "ill": "болезнь", "business_trip": "командировка", "training": "повышение квалификации", "leave": "отпуск",
    "other": "иное",
}  # fmt: skip
FACTS = {
    "lesson": "урок", "substitution": "замещение", "work": "работа", "mark": "отметка", "absence": "пропуск", "lateness": "опоздание",
    "make_up": "отработка", "early_leave": "ранний уход",
    "homework": "домашнее задание",
}  # fmt: skip
RESCHEDULED_FOR = {"load": "нагрузка класса", "calendar": "изменение календаря"}
WEEKS = {"every": "каждая", "odd": "нечётная", "even": "чётная"}
PARAMETERS = {
    "lesson_days": 0, "attendance_days": 0, "oral_mark_days": 0, "written_mark_days": 7, "homework_days": 0,
    "homework_after_last_lesson_minutes": 60, "planned_homework_is_exempt": True, "weekends_extend": False,
    "unposted_homework_is_not_assigned": True, "mark_for_unassigned_homework": "flag", "mark_for_absent": "refuse",
    "holidays_extend": False, "result_hours": 24, "notice_days": 3, "annual_refresh_until": "09-05",
}  # fmt: skip
RELATIONS = {
    "mother": "мать",
    "father": "отец",
    "guardian": "опекун, попечитель",
    "other": "иной законный представитель",
}
DATA = {
    "family_name": "фамилия", "given_name": "имя", "patronymic": "отчество", "birth_date": "дата рождения",
    "address": "адрес", "phone": "телефон", "email": "электронная почта",
}  # fmt: skip
FORMS = {"written": "письменно", "electronic": "электронно", "oral": "устно", "self_service": "в системе"}
CHANNELS = {"in_system": "в системе", "email": "электронная почта", "sms": "СМС"}
REMARKS = {
    "lesson": "запись урока", "attendance": "посещаемость", "homework": "домашнее задание", "marks": "отметки", "other": "иное",
}  # fmt: skip
INCIDENTS = {
    "system": "сбой системы", "network": "нет связи", "power": "нет электричества", "maintenance": "плановые работы",
}  # fmt: skip
PORTALS = {
    "found": "найден", "no_link": "найден без ссылки на дневник", "not_found": "не найден", "no_answer": "нет ответа",
}  # fmt: skip
EXCUSES = {
    "outage": "журнал был недоступен", "ill": "болезнь", "order": "приказ директора",
    "emergency": "чрезвычайная ситуация в школе",
}  # fmt: skip
EXCUSED = {
    "lesson": "запись урока", "attendance": "посещаемость", "homework": "домашнее задание",
    "oral_mark": "отметка за устный ответ", "written_mark": "отметка за письменную работу",
    "written_work": "письменная работа в целом",
}  # fmt: skip
GUARDIAN = "guardian (законный представитель);guardian_name (имя представителя)"
HEADERS = {
    "people": "entry (запись);person (человек);kind (кто);name (имя)",
    "enrollments": "entry (запись);class (класс);student (ученик);name (имя);starts_on (с);ends_on (по)",
    "courses": "entry (запись);course (курс);class (класс);subject (предмет);subgroup (подгруппа)",
    "subgroups": "entry (запись);course (курс);class (класс);subject (предмет);subgroup (подгруппа);student (ученик);name (имя);"
    "starts_on (с);ends_on (по)",
    "plans": "entry (запись);course (курс);class (класс);subject (предмет);subgroup (подгруппа);number (номер);topic (тема);"
    "hours (часов);homework (домашнее задание);planned_on (по плану);reason (причина);basis (основание)",
    "lessons": "entry (запись);at (внесено);lesson (урок);held_on (дата);number (номер);class (класс);subject (предмет);"
    "subgroup (подгруппа);teacher (учитель);topic (тема);plan_items (пункты плана);attendance (посещаемость);homework (домашнее задание);due_on (к дате);"
    "due_lesson (к уроку);standing_entry (действует запись)",
    "files": "entry (запись);at (внесено);lesson (урок);held_on (дата);class (класс);subject (предмет);sha256 (SHA-256);"
    "size (байт);media_type (тип)",
    "posted": "entry (запись);at (внесено);course (курс);class (класс);subject (предмет);held_on (дата);number (номер);"
    "homework (домашнее задание);said (полностью);withdrawn_by (снято записью)",
    "marks": "entry (запись);at (внесено);lesson (урок);held_on (дата);class (класс);subject (предмет);student (ученик);name (имя);"
    "kind (вид работы);recorded (внесено значение);standing (действует значение);standing_entry (действует запись)",
    "works": "entry (запись);at (внесено);lesson (урок);held_on (дата);class (класс);subject (предмет);work (работа);"
    "kind (вид работы);written (письменная);weight (вес, сотые);ends_on (последний день);scheduled (по графику);stands (действует);"
    "standing_entry (действует запись)",
    "schedule": "entry (запись);at (внесено);course (курс);class (класс);subject (предмет);scheduled (работа графика);"
    "kind (вид работы);minutes (минут);action (что);planned_on (на дату);number (номер);reason (причина);basis (основание)",
    "make_ups": "entry (запись);at (внесено);lesson (урок);held_on (дата);class (класс);subject (предмет);work (работа);"
    "student (ученик);name (имя);recorded (внесено значение);standing (действует значение);standing_entry (действует запись)",
    "absences": "entry (запись);at (внесено);lesson (урок);held_on (дата);class (класс);subject (предмет);student (ученик);"
    "name (имя);recorded (внесено значение);standing (действует значение);standing_entry (действует запись)",
    "substitutions": "entry (запись);at (внесено);lesson (урок);held_on (дата);class (класс);subject (предмет);"
    "absent_teacher (отсутствовал);absent_name (кто отсутствовал);substitute (замещал);substitute_name (кто замещал);"
    "reason (причина);basis (основание);same_subject (тот же предмет);coefficient (коэффициент, сотые);"
    "held (урок действует);standing_entry (действует запись)",
    "corrections": "entry (запись);at (внесено);fact (что);corrects (исправляет запись);lesson (урок);student (ученик);old (было);"
    "new (стало);reason (причина);note (пояснение);basis (основание);request (заявка);actor (кто внёс)",
    "calendar": "entry (запись);starts_on (с);ends_on (по);grades (параллели);as_weekday (как день недели);title (название);"
    "revoked_by (отменено записью)",
    "bells": "entry (запись);bells (звонки);title (название);effective_from (действует с);number (номер);starts_at (начало);"
    "ends_at (конец)",
    "timetables": "entry (запись);class (класс);effective_from (действует с);bells (звонки);weekday (день недели);number (номер);"
    "weeks (недели);course (курс);subject (предмет)",
    "certificates": "entry (запись);at (внесено);student (ученик);name (имя);starts_on (с);ends_on (по);code (код);"
    "basis (основание);annulled_by (аннулирована записью)",
    "cancellations": "entry (запись);at (внесено);course (курс);class (класс);subject (предмет);held_on (дата);"
    "number (номер);reason (причина);basis (основание);moved_to (перенесён);merged_with (объединён с курсом);"
    "withdrawn_by (отмена снята записью)",
    "substitution_plans": "entry (запись);at (внесено);course (курс);class (класс);subject (предмет);held_on (дата);"
    "number (номер);absent_teacher (отсутствует);absent_name (кто отсутствует);substitute (замещает);"
    "substitute_name (кто замещает);reason (причина);basis (основание);same_subject (тот же предмет);"
    "coefficient (коэффициент, сотые);ended_by (снято или заменено записью)",
    "regulations": "entry (запись);order_number (номер приказа);order_date (дата приказа);effective_from (действует с);"
    "parameters (параметры)",
    "duties": "entry (запись);person (человек);name (имя);duty (обязанность);order_number (номер приказа);"
    "order_date (дата приказа);starts_on (с);ends_on (по)",
    "responsible": "entry (запись);person (человек);name (имя);order_number (номер приказа);order_date (дата приказа);starts_on (с)",
    "closings": "entry (запись);at (внесено);period (период);kind (вид);number (номер);starts_on (с);ends_on (по);action (что);"
    "streams (потоков уроков);size (заверено записей);reason (причина);requested_by (кто просил);name (имя);note (пояснение);"
    "basis (основание);request (заявка);actor (кто внёс)",
    "journals": "entry (запись);at (внесено);class_id (id класса);class (класс);action (что);"
    "reason (причина);requested_by (кто просил);name (имя);note (пояснение);basis (основание);request (заявка);sha256 (SHA-256);"
    "number (номер расписки);received_on (дата расписки);to (кому);actor (кто внёс)",
    "journal_excuses": "entry (запись);at (внесено);class_id (id класса);class (класс);what (чего нет);course (курс);"
    "subject (предмет);count (сколько);reason (причина);basis (основание);actor (кто внёс)",
    "backdatings": "entry (запись);at (внесено);action (что);what (о чём);course (курс);class (класс);subject (предмет);"
    "person (человек);name (имя);day (день);requested_by (кто просил);basis (основание);request (заявка);actor (кто внёс)",
    "evidence": "entry (запись);at (внесено);what (что);size (записей);root (корень);verdict (итог);by (чем);sha256 (SHA-256);"
    "checkpoint (точка);witnesses (свидетелей);year (учебный год);month (месяц);employees (сотрудников);requests (запросов);"
    "rows (строк);slowest_ms (дольше всех, мс);to (кому);number (номер расписки);received_on (дата расписки)",
    "printouts": "entry (запись);at (внесено);condition (что);scope (за что);number (номер);printed_on (дата);pages (листов);"
    "kept (где хранится);signed_by (кто подписал);name (имя);sheets (формы)",
    "backups": "entry (запись);at (внесено);action (что);backup (копия);what (что в ней);size (записей);root (корень);"
    "bytes (байт);sha256 (SHA-256);place (где);restored_at (восстановлена);how (как);verdict (итог);actor (кто внёс)",
    "prints": "entry (запись);at (внесено);action (что);sheet (форма);number (номер);kind (вид);scope (за что);"
    "position (по запись);pages (листов);certified_by (кто заверил);name (имя);office (должность);certified_on (дата);"
    "seal (печать);reason (причина);basis (основание);actor (кто внёс)",
    "erasures": "entry (запись);at (внесено);action (что);matter (дело);effective_from (действует с);whose (чьё);"
    "retention (сведения);ground (причина);counted_from (отсчёт);years (лет);disclosures (раскрытий);sheets (формы);"
    "destroyed_at (уничтожено);basis (основание);actor (кто внёс)",
    "blocks": "entry (запись);at (внесено);action (что);block (блокирование);person (человек);fields (сведения);"
    "ground (причина);by (кто просил);applicant (представитель);received_on (обращение);outcome (итог);"
    "change (изменение — запись);basis (основание);actor (кто внёс)",
    "anchors": "entry (запись);at (внесено);size (записей);root (корень);actor (кто внёс)",
    "accounts": ACCOUNTS,
    "paper": "entry (запись);at (внесено);action (что);paper (бумага);number (номер);kind (вид);title (заголовок);"
    "year (учебный год);class (класс);pages (листов);place (где);counted_from (отсчёт);keep_until (хранить до);"
    "schedule (перечень — запись);sheets (формы);printout (распечатка);matter (дело);to (кому);act (номер акта);"
    "act_on (дата акта);reason (причина);requested_by (кто просил);name (имя);basis (основание);actor (кто внёс)",
    "guardians": f"entry (запись);at (внесено);student (ученик);name (имя);{GUARDIAN};relation (кем приходится);basis (основание);"
    "ended_by (прекращено записью)",
    "data_notices": "entry (запись);at (внесено);person (человек);name (имя);received_on (получено);how (как);given_by (от кого);"
    "about (о чём);answered_by (ответ — запись);answered_at (ответ внесён)",
    "data_updates": "entry (запись);at (внесено);person (человек);name (имя);what (что);fields (сведения);notice (уведомление);"
    "refresh (обновление года);confirmed_on (подтверждено)",
    "refreshes": "entry (запись);at (внесено);year (учебный год);opens_on (с);until (по)",
    "consents": f"entry (запись);at (внесено);{GUARDIAN};student (ученик);name (имя);channel (канал);method (способ);"
    "application_number (номер заявления);application_date (дата заявления);ended_by (прекращено записью)",
    "checks": "entry (запись);at (внесено);class (класс);held_on (дата проверки);from_date (с);to_date (по);actor (кто проверил);"
    "note (пояснение)",
    "remarks": "entry (запись);at (внесено);remark (замечание);class (класс);subject (предмет);lesson (урок);held_on (дата урока);"
    "about (о чём);to (кому);to_name (имя);check (проверка);actor (кто внёс);note (пояснение);closed_by (закрыто записью);"
    "how (как);answer (ответ)",
    "incidents": "entry (запись);at (внесено);incident (инцидент);kind (вид);began_at (с);note (пояснение);"
    "closed_by (закрыто записью);ended_at (по);closing_note (пояснение при закрытии)",
    "freshness": "entry (запись);at (внесено);size (записей);position (показано);behind (не показано);"
    "minutes_behind (отставание, мин);last_entry_minutes (последней записи, мин);actor (кто внёс)",
    "witnesses": "entry (запись);at (внесено);witness (свидетель);action (что);key (ключ);held_by (кто ведёт);link (ссылка);"
    "size (записей);root (корень);cosigned_at (время свидетеля);signature (подпись);basis (основание);actor (кто внёс)",
    "portals": "entry (запись);at (внесено);portal (портал);action (что);name (название);link (ссылка);"
    "diary (ссылка на дневник);outcome (итог);basis (основание);actor (кто внёс)",
    "excuses": "entry (запись);at (внесено);teacher (учитель);name (имя);class (класс);subject (предмет);held_on (дата);"
    "lesson (урок);rules (что извиняет);reason (причина);incident (инцидент);basis (основание);note (пояснение);"
    "actor (кто принял);withdrawn_by (снято записью);withdrawn_basis (почему снято)",
    "refusals": f"entry (запись);at (внесено);{GUARDIAN};student (ученик);name (имя);refused_on (дата отказа);basis (основание);"
    "ended_by (прекращено записью);notified_by (сообщено — запись);out_number (исходящий номер);sent_on (отправлено);"
    "approved_by (утвердил)",
    "assessment": "entry (запись);order_number (номер приказа);order_date (дата приказа);effective_from (действует с);rules (правила)",
    "results": "entry (запись);at (внесено);sheet (ведомость);class (класс);subject (предмет);period (период);what (что);"
    "student (ученик);name (имя);computed (вычислено);sum (сумма);weight (вес);inputs (по записям);rule (правила);"
    "recorded (внесено значение);reason (причина);note (пояснение);obtained_at (получено);protocol (протокол);lacks (не хватает классов);"
    "standing (действует значение);standing_entry (действует запись);published_entry (опубликовано записью)",
    "result_corrections": "entry (запись);at (внесено);what (что);corrects (исправляет запись);sheet (ведомость);"
    "student (ученик);old (было);new (стало);reason (причина);note (пояснение);basis (основание);request (заявка);actor (кто внёс)",
    "council": "entry (запись);at (внесено);year (учебный год);protocol (протокол);held_on (дата);decision (решение);"
    "students (ученики);names (имена);basis (основание);replaced_by (заменено записью)",
}  # fmt: skip
STEPS = {
    "closed": "закрыт", "reopened": "открыт снова", "attested": "заверен", "transferred": "ведомость передана",
    "reopening_requested": "просят открыть снова", "reopening_approved": "открыт снова",
    "reopening_refused": "открыть снова отказано",
}  # fmt: skip
ORDERS = {
    "duty_assigned": "обязанность", "duty_ended": "конец обязанности", "timetable_set": "расписание",
    "responsible_appointed": "назначение ответственного", "regulation_adopted": "редакция регламента",
    "bell_schedule_set": "звонки", "days_off_declared": "дни без уроков",
    "school_day_declared": "перенос учебного дня", "calendar_entry_revoked": "отзыв записи календаря",
}  # fmt: skip
LATE_ACTS = {
    "student_enrolled": "зачисление", "student_left": "выбытие", "teacher_assigned": "назначение учителя",
    "class_teacher_assigned": "назначение классного руководителя",
    "subgroup_joined": "зачисление в подгруппу", "subgroup_left": "выбытие из подгруппы", **ORDERS,
}  # fmt: skip
PERIODS = {"quarter": "четверть", "trimester": "триместр", "half_year": "полугодие", "year": "год"}
LACKING = {
    "lesson": "урок не внесён и не отменён", "attendance": "посещаемость не отмечена",
    "mark": "нет отметки за письменную работу", "result": "нет отметки за период", "remark": "замечание не закрыто",
    "council": "нет решения педагогического совета",
}  # fmt: skip
LACK_REASONS = {
    "not_required": "не требуется", "student_absent": "ученика не было", "not_restorable": "не восстановить",
    "order": "по приказу", "other": "иное",
}  # fmt: skip
REOPENED_FOR = {
    "not_recorded": "внесено не всё", "recorded_wrongly": "внесено неверно", "closed_by_mistake": "закрыт по ошибке",
    "inspection": "по требованию проверки", "other": "иное (с пояснением)",
}  # fmt: skip
FOUND = {"verified": "расхождений нет", "finding": "найдены расхождения", "incomplete": "проверено не всё"}
PRINTED = {"corrections": "исправления", "archive": "архив", "substitutions": "замещения"}


def cell(value: object) -> str:
    text = str(value)
    if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in '";\r\n') else text


def word(what: str, value: Any) -> str:
    if value is None:
        return ""
    if what == "mark":
        return MARKS.get(value, str(value))
    if what == "absence":
        return ABSENCES[value]
    if what == "lateness":
        return f"оп {value}"
    if what == "early_leave":
        return f"ух {value}"
    if what == "make_up":
        return str(value)
    return canonical(value).decode()


@dataclass
class Row:
    """One fact with what its table shows in the end."""

    what: str
    first: int
    at: str
    value: Any
    lesson: str
    student: str = ""
    work: str = ""
    standing: int = 0
    recorded: Any = None
    last: Any = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass
class Builder:
    """A school's log being written; every random id comes from the seed."""

    seed: int = 1
    key: Key = field(default_factory=Key)
    entries: list[dict[str, Any]] = field(default_factory=list)
    disclosures: list[tuple[str, int]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    lessons: dict[str, dict[str, Any]] = field(default_factory=dict)
    courses: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    plans: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    works: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[list[Any]]] = field(default_factory=lambda: {name: [] for name in HEADERS})
    rooted: set[int] = field(default_factory=set)
    cosigned: dict[int, WitnessKey] = field(default_factory=dict)
    shown: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)
    command: str = ""
    actor: dict[str, str] = field(default_factory=dict)
    somebody: dict[str, str] = field(default_factory=dict)
    taught_by: dict[str, str] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)
    _clock: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.actor = self.somebody = {"id": self.uuid(), "role": "teacher"}
        self.begin()

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128)))

    def begin(self) -> None:
        """Begin another command."""
        self.command = self.uuid()

    def add(self, stream_kind: str, stream_id: str, event: str, /, **data: Any) -> int:
        """Append one event; `sd` stands for `_sd`, and a None field is absent (except old and new)."""
        if "sd" in data:
            data["_sd"] = data.pop("sd")
        data = {name: value for name, value in data.items() if value is not None or name in ("old", "new")}
        stream = f"{stream_kind}/{stream_id}"
        self._versions[stream] = self._versions.get(stream, 0) + 1
        self._clock += 1
        seconds, micros = divmod(self._clock * 1_370, 1_000_000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        self.entries.append({
            "actor": self._by(stream_kind, stream_id, event, data),
            "at": f"2026-09-01T{hour:02}:{minute:02}:{second:02}.{micros:06}Z",
            "command": self.command, "data": data, "index": len(self.entries), "prev": "", "stream": stream,
            "type": f"{event}/1", "version": self._versions[stream],
        })  # fmt: skip
        return len(self.entries) - 1

    def _by(self, kind: str, stream_id: str, event: str, data: dict[str, Any]) -> dict[str, str]:
        """Who makes an entry: whoever is set, else in a lesson its teacher and of homework the course's."""
        if event in ("lesson_recorded", "teacher_assigned"):
            self.taught_by[stream_id] = data["teacher"]
        is_answer = "request" in data or event.startswith("correction_")
        if self.actor != self.somebody or kind not in ("lesson", "homework") or is_answer:
            return dict(self.actor)
        return {**self.actor, "id": self.taught_by.get(stream_id, self.actor["id"])}

    def disclose(self, name: str, value: str, index: int) -> str:
        """Make a disclosure for the entry of this index and return its digest."""
        salt = base64.urlsafe_b64encode(self.random.randbytes(16)).rstrip(b"=").decode()
        # A code makes the disclosure of a form again, so that one has one spelling.
        separators = (",", ":") if name == "content" else (", ", ": ")
        raw = json.dumps([salt, name, value], ensure_ascii=False, separators=separators).encode()
        disclosure = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        self.disclosures.append((disclosure, index))
        return base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()

    # Set-up.

    @property
    def school_id(self) -> str:
        """The id in the stream of entry 0."""
        return str(self.entries[0]["stream"].partition("/")[2])

    def school(self) -> None:
        self.add(
            "school",
            self.uuid(),
            "school_opened",
            clock="sample",
            name="Школа № 1534",
            origin=self.key.name,
            time_zone="Europe/Moscow",
        )

    def person(self, kind: str, family: str = "", given: str = "", patronymic: str = "") -> str:
        person, index = self.uuid(), len(self.entries)
        parts = {"family_name": family, "given_name": given, "patronymic": patronymic}
        digests = [self.disclose(name, value, index) for name, value in parts.items() if value]
        self.add("person", person, "person_registered", kind=kind, sd=sorted(digests))
        self.names[person] = " ".join(value for value in parts.values() if value) or person
        self.tables["people"].append([index, person, PERSONS[kind], self.names[person]])
        return person

    def adopt(self, effective_from: str, number: str = "17-о", request: int | None = None, **changes: Any) -> int:
        """Adopt a version of the regulation; `parameters` are those of the text of 2012, but for the changes."""
        parameters = {**PARAMETERS, **changes}
        index = self.add(
            "regulation", self.school_id, "regulation_adopted",
            order_number=number, order_date="2026-08-24", effective_from=effective_from, parameters=parameters,
            **({} if request is None else {"request": request}),
        )  # fmt: skip
        shown = canonical(parameters).decode()
        self.tables["regulations"].append([index, number, "2026-08-24", effective_from, shown])
        return index

    def assign(self, person: str, starts_on: str, duty: str = "journal", number: str = "19-о", **more: Any) -> int:
        """Include something in a teacher's duties."""
        index = self.add(
            "duty", self.school_id, "duty_assigned",
            person=person, duty=duty, order_number=number, order_date="2026-08-24", starts_on=starts_on, **more,
        )  # fmt: skip
        name = self.names.get(person, person)
        row = [index, person, name, DUTIES[duty], number, "2026-08-24", starts_on, ""]
        self.tables["duties"].append(row)
        return index

    def release(self, person: str, ends_on: str, duty: str = "journal", **more: Any) -> None:
        """End a duty."""
        self.add("duty", self.school_id, "duty_ended", person=person, duty=duty, ends_on=ends_on, **more)
        for row in self.tables["duties"]:
            if row[1] == person and row[3] == DUTIES[duty] and not row[7]:
                row[7] = ends_on

    def appoint(self, person: str, starts_on: str, number: str = "18-о", **more: Any) -> int:
        """Appoint who answers for the journal."""
        index = self.add(
            "responsible", self.school_id, "responsible_appointed",
            person=person, order_number=number, order_date="2026-08-24", starts_on=starts_on, **more,
        )  # fmt: skip
        name = self.names.get(person, person)
        self.tables["responsible"].append([index, person, name, number, "2026-08-24", starts_on])
        return index

    # People's data. A row's place in its table is where its entry is; later entries fill its last cells.

    def _row(self, table: str, index: int, *cells: Any) -> int:
        self.tables[table].append([index, self.entries[index]["at"], *cells])
        return index

    def fill(self, table: str, entry: int, place: int, *cells: Any) -> None:
        """Write cells of the row of an entry, from this place on."""
        for row in self.tables[table]:
            if row[0] == entry:
                row[place : place + len(cells)] = cells

    def link(self, student: str, guardian: str, relation: str = "mother", basis: str | None = None) -> int:
        index = self.add("person", student, "guardian_linked", guardian=guardian, relation=relation, basis=basis)
        names = (student, self.names[student], guardian, self.names[guardian])
        return self._row("guardians", index, *names, RELATIONS[relation], basis or "", "")

    def unlink(self, student: str, guardian: str, link: int, *consents: int) -> int:
        """End a link, and the consents that fall with it."""
        index = self.add("person", student, "guardian_unlinked", guardian=guardian)
        self.fill("guardians", link, 8, index)
        for consent in consents:
            self.fill("consents", consent, 10, index)
        return index

    def notice(self, person: str, given_by: str | None = None, about: list[str] | None = None) -> int:
        index = self.add(
            "person", person, "data_change_notice_received",
            received_on="2026-09-01", how="oral", given_by=given_by, about=about,
        )  # fmt: skip
        words = ", ".join(DATA[name] for name in about or [])
        return self._row(
            "data_notices", index, person, self.names[person], "2026-09-01", "устно", given_by or "", words, "", ""
        )

    def change(self, person: str, values: dict[str, str], shown: str = "", **answers: Any) -> int:
        """Change values of a person; empty ones are removed. `shown` is the name from now on, where it is another."""
        index = len(self.entries)
        digests = sorted(self.disclose(name, value, index) for name, value in values.items() if value)
        fields = sorted(values)
        self.add("person", person, "personal_data_changed", fields=fields, sd=digests, **answers)
        self.names[person] = shown or self.names[person]
        words = ", ".join(DATA[name] for name in fields)
        return self._answer(index, person, "изменены", words, "", **answers)

    def confirm(self, person: str, confirmed_on: str = "2026-09-02", **answers: Any) -> int:
        index = self.add("person", person, "personal_data_confirmed", confirmed_on=confirmed_on, **answers)
        return self._answer(index, person, "подтверждены", "", confirmed_on, **answers)

    def _answer(
        self, index: int, person: str, what: str, words: str, day: str, notice: int | None = None, refresh: str = ""
    ) -> int:
        if notice is not None:
            self.fill("data_notices", notice, 8, index, self.entries[index]["at"])
        cells = (what, words, "" if notice is None else notice, refresh, day)
        return self._row("data_updates", index, person, self.names[person], *cells)

    def refresh(self, year: str, opens_on: str = "2026-08-25", until: str = "2026-09-05") -> int:
        index = self.add("refresh", year, "annual_refresh_opened", opens_on=opens_on, until=until)
        return self._row("refreshes", index, year, opens_on, until)

    def consent(
        self, guardian: str, student: str, channel: str = "email", contact: str = "a@example", **paper: Any
    ) -> int:
        """Consent in writing, or by the guardian's own entry where there is no application."""
        index = len(self.entries)
        sd = [self.disclose("contact", contact, index)] if contact else None
        method = "written" if paper else "self_service"
        self.add(
            "person",
            guardian,
            "delivery_consent_given",
            student=student,
            channel=channel,
            method=method,
            sd=sd,
            **paper,
        )
        names = (guardian, self.names[guardian], student, self.names[student])
        number, day = paper.get("application_number", ""), paper.get("application_date", "")
        return self._row("consents", index, *names, CHANNELS[channel], FORMS[method], number, day, "")

    def withdraw(self, guardian: str, consent: int, **paper: Any) -> int:
        index = self.add(
            "person", guardian, "delivery_consent_withdrawn",
            consent=consent, method="written" if paper else "self_service", **paper,
        )  # fmt: skip
        self.fill("consents", consent, 10, index)
        return index

    def decline(self, guardian: str, student: str, basis: str = "Заявление") -> int:
        """Refuse to be informed."""
        index = self.add(
            "person", guardian, "information_refused", student=student, refused_on="2026-09-03", basis=basis
        )
        names = (guardian, self.names[guardian], student, self.names[student])
        return self._row("refusals", index, *names, "2026-09-03", basis, "", "", "", "", "")

    def notify(self, guardian: str, refusal: int, approved_by: str, sent_on: str = "2026-09-04") -> int:
        index = self.add(
            "person", guardian, "guardianship_notified",
            refusal=refusal, out_number="-01/17", sent_on=sent_on, approved_by=approved_by,
        )  # fmt: skip
        self.fill("refusals", refusal, 9, index, "-01/17", sent_on, approved_by)
        return index

    # Control.

    def _noted(self, note: str) -> list[str] | None:
        return [self.disclose("note", note, len(self.entries))] if note else None

    def check(self, group: str, note: str = "", **changes: Any) -> int:
        days = {"held_on": "2026-09-11", "from_date": "2026-09-01", "to_date": "2026-09-10"} | changes
        index = self.add("control", group, "control_check_recorded", **days, sd=self._noted(note))
        cells = (self.names[group], days["held_on"], days["from_date"], days["to_date"], self.actor["id"], note)
        return self._row("checks", index, *cells)

    def remark(self, group: str, to: str, about: str = "other", note: str = "Нет плана", **place: Any) -> str:
        """Raise a remark; `place` is a course, lesson, held_on, check."""
        remark, sd = self.uuid(), self._noted(note)
        index = self.add("remark", remark, "remark_raised", class_group=group, to=to, about=about, sd=sd, **place)
        subject = self.subject_of(place)
        self._row(
            "remarks", index, remark, self.names[group], subject, place.get("lesson", ""), place.get("held_on", ""),
            REMARKS[about], to, self.names[to], place.get("check", ""), self.actor["id"], note, "", "", "",
        )  # fmt: skip
        return remark

    def close_remark(self, remark: str, how: str = "answered", note: str = "") -> int:
        index = self.add("remark", remark, "remark_closed", how=how, sd=self._noted(note))
        for row in self.tables["remarks"]:
            if row[2] == remark:
                row[13:] = [index, {"answered": "отвечено", "withdrawn": "снято"}[how], note]
        return index

    def days_off(
        self, year: str, starts_on: str, ends_on: str, grades: list[int], title: str = "Каникулы", **more: Any
    ) -> int:
        """Declare days without lessons."""
        days = {"starts_on": starts_on, "ends_on": ends_on}
        index = self.add("calendar", year, "days_off_declared", **days, title=title, grades=grades, **more)
        self.tables["calendar"].append([index, starts_on, ends_on, ", ".join(map(str, grades)), "", title, ""])
        return index

    def school_day(self, year: str, on: str, as_weekday: int, grades: list[int], **more: Any) -> int:
        """Declare a day that is taught as some weekday."""
        index = self.add("calendar", year, "school_day_declared", on=on, as_weekday=as_weekday, grades=grades, **more)
        self.tables["calendar"].append([index, on, on, ", ".join(map(str, grades)), as_weekday, "", ""])
        return index

    def revoke(self, year: str, revokes: int, **more: Any) -> int:
        """Revoke a declaration."""
        index = self.add("calendar", year, "calendar_entry_revoked", revokes=revokes, basis="ошибка ввода", **more)
        for row in self.tables["calendar"]:
            if row[0] == revokes and not row[-1] and self.entries[revokes]["stream"] == f"calendar/{year}":
                row[-1] = index
        return index

    def ring(self, bells: str, effective_from: str, *times: str, title: str = "Первая смена", **more: Any) -> int:
        """Set a version of a bell schedule; times such as `08:30-09:15` of lessons 1, 2 and so on."""
        lessons = [{"number": n, "starts_at": time[:5], "ends_at": time[6:]} for n, time in enumerate(times, 1)]
        index = self.add(
            "bells", bells, "bell_schedule_set", title=title, effective_from=effective_from, lessons=lessons, **more
        )
        for lesson in lessons:
            self.tables["bells"].append([index, bells, title, effective_from, *lesson.values()])
        return index

    def week(self, group: str, bells: str, effective_from: str, *places: tuple[int, int, str, str], **more: Any) -> int:
        """Set a class's timetable: weekday, number, course, weeks of each lesson."""
        lessons = [dict(zip(("weekday", "number", "course", "weeks"), place, strict=True)) for place in places]
        index = self.add(
            "timetable", group, "timetable_set", effective_from=effective_from, bells=bells, lessons=lessons, **more
        )
        head = [index, self.names.get(group, ""), effective_from, bells]
        for weekday, number, course, weeks in places:
            subject = self.courses[course][1] if course in self.courses else ""
            self.tables["timetables"].append([*head, weekday, number, WEEKS.get(weeks, ""), course, subject])
        if not places:
            self.tables["timetables"].append([*head, "", "", "", "", ""])
        return index

    def certificate(
        self, student: str, starts_on: str, ends_on: str, code: str = "ill", basis: str = "справка № 3", **wrong: Any
    ) -> tuple[str, int]:
        """Record a certificate; its id and the index of its entry."""
        fields = {"certificate": self.uuid(), "starts_on": starts_on, "ends_on": ends_on, "code": code, "basis": basis}
        index = self.add("certificate", student, "certificate_recorded", **fields | wrong)
        row = [index, self.entries[index]["at"], student, self.names.get(student, student), starts_on, ends_on]
        self.tables["certificates"].append([*row, ABSENCES[code], basis, ""])
        return fields["certificate"], index

    def cancel(self, course: str, held_on: str, number: int = 1, basis: str = "приказ № 9", **more: Any) -> int:
        """Cancel a lesson in quarantine."""
        fields = {"held_on": held_on, "number": number, "reason": "quarantine", "basis": basis}
        index = self.add("cancellation", course, "lesson_cancelled", **fields | more)
        group, subject, *_ = self.courses[course]
        moved = canonical(more["moved_to"]).decode() if "moved_to" in more else ""
        row = [index, self.entries[index]["at"], course, group, subject, held_on, number, "карантин", basis, moved]
        self.tables["cancellations"].append([*row, more.get("merged_with", ""), ""])
        return index

    def restore(self, course: str, index: int) -> int:
        by = self.add("cancellation", course, "cancellation_withdrawn", corrects=index, basis="состоится")
        for row in self.tables["cancellations"]:
            if row[0] == index:
                row[-1] = by
        return by

    # Incidents and excuses.

    def incident(self, began_at: str, kind: str = "system", note: str = "") -> str:
        incident, sd = self.uuid(), self._noted(note)
        index = self.add("incident", incident, "incident_opened", kind=kind, began_at=began_at, sd=sd)
        self._row("incidents", index, incident, INCIDENTS[kind], began_at, note, "", "", "")
        return incident

    def close_incident(self, incident: str, ended_at: str, note: str = "") -> int:
        index = self.add("incident", incident, "incident_closed", ended_at=ended_at, sd=self._noted(note))
        for row in self.tables["incidents"]:
            if row[2] == incident:
                row[6:] = [index, ended_at, note]
        return index

    def excuse(
        self, teacher: str, lesson: str | None = None, reason: str = "order", basis: str | None = "приказ № 12",
        note: str = "", **place: Any,
    ) -> str:  # fmt: skip
        """Accept an excuse for a lesson, or for a `course` and a `held_on`; `place` may also be an incident or rules."""
        excuse, sd = self.uuid(), self._noted(note)
        fields = {"rules": ["attendance", "lesson"], "teacher": teacher, "reason": reason} | place
        index = self.add("excuse", excuse, "excuse_accepted", lesson=lesson, basis=basis, sd=sd, **fields)
        info = self.lessons.get(lesson or "", place)
        group, subject, *_ = self.courses.get(info.get("course", ""), ("", ""))
        self._row(
            "excuses", index, teacher, self.names.get(teacher, teacher), group, subject, info.get("held_on", ""),
            lesson or "", ", ".join(EXCUSED[rule] for rule in fields["rules"]), EXCUSES[reason],
            place.get("incident", ""), basis or "", note, self.actor["id"], "", "",
        )  # fmt: skip
        return excuse

    def withdraw_excuse(self, excuse: str, basis: str = "не подтвердилось") -> int:
        accepted = next(of["index"] for of in self.entries if of["stream"] == f"excuse/{excuse}")
        index = self.add("excuse", excuse, "excuse_withdrawn", basis=basis)
        self.fill("excuses", accepted, 14, index, basis)
        return index

    # Freshness and portals.

    def measure(self, behind: int = 0, minutes: int = 0, age: int = 0, size: int | None = None) -> int:
        """Measure views that lack so many entries."""
        size = len(self.entries) if size is None else size
        index = self.add(
            "freshness", self.uuid(), "freshness_measured", size=size, position=size - behind, minutes_behind=minutes,
            last_entry_minutes=age,
        )  # fmt: skip
        return self._row("freshness", index, size, size - behind, behind, minutes, age, self.actor["id"])

    def portal(self, name: str, link: str, portal: str = "") -> str:
        """List a portal, or change one."""
        portal = portal or self.uuid()
        index = self.add("portal", portal, "portal_listed", name=name, link=link)
        self._row("portals", index, portal, "в списке", name, link, "", "", "", self.actor["id"])
        return portal

    def drop_portal(self, portal: str, basis: str) -> int:
        index = self.add("portal", portal, "portal_dropped", basis=basis)
        return self._row("portals", index, portal, "снят", "", "", "", "", basis, self.actor["id"])

    def check_portal(self, portal: str, link: str, outcome: str, diary: str = "https://diary.example/") -> int:
        index = self.add("portal", portal, "portal_checked", link=link, diary=diary, outcome=outcome)
        return self._row("portals", index, portal, "проверен", "", link, diary, PORTALS[outcome], "", self.actor["id"])

    def plan_substitute(
        self, course: str, absent: str, substitute: str, held_on: str, number: int = 1, basis: str = "приказ № 5",
        replaces: int | None = None, **wrong: Any,
    ) -> int:  # fmt: skip
        """Plan who gives a lesson of a course for whom."""
        fields = {
            "held_on": held_on, "number": number, "absent_teacher": absent, "substitute": substitute, "reason": "ill",
            "basis": basis, "same_subject": True, "coefficient": 100, "replaces": replaces,
        }  # fmt: skip
        index = self.add("substitution", course, "substitution_planned", **fields | wrong)
        group, subject, *_ = self.courses.get(course, ("", ""))
        if replaces is not None:
            self._end_plan(replaces, index)
        people = [absent, self.names.get(absent, absent), substitute, self.names.get(substitute, substitute)]
        row = [index, self.entries[index]["at"], course, group, subject, held_on, number, *people, "болезнь", basis]
        self.tables["substitution_plans"].append([*row, "да", 100, ""])
        return index

    def withdraw_plan(self, course: str, index: int) -> int:
        by = self.add("substitution", course, "substitution_plan_withdrawn", corrects=index, basis="вышел на работу")
        self._end_plan(index, by)
        return by

    def _end_plan(self, index: int, by: int) -> None:
        for row in self.tables["substitution_plans"]:
            if row[0] == index:
                row[-1] = by

    def annul_certificate(self, student: str, index: int) -> int:
        by = self.add("certificate", student, "certificate_annulled", corrects=index, basis="не тот ученик")
        for row in self.tables["certificates"]:
            if row[0] == index:
                row[-1] = by
        return by

    def class_group(self, year: str, grade: int, letter: str) -> str:
        group = self.uuid()
        self.add("class", group, "class_group_opened", year=year, grade=grade, letter=letter)
        self.add("year", year, "class_group_listed", class_group=group)
        self.names[group] = f"{grade}{letter}"
        return group

    def lead(self, group: str, teacher: str, starts_on: str) -> None:
        self.add("class", group, "class_teacher_assigned", teacher=teacher, starts_on=starts_on)

    def enroll(self, group: str, student: str, starts_on: str = "2026-09-01") -> None:
        index = self.add("class", group, "student_enrolled", student=student, starts_on=starts_on)
        self.tables["enrollments"].append([index, self.names[group], student, self.names[student], starts_on, ""])

    def leave(self, group: str, student: str, ends_on: str) -> None:
        self.add("class", group, "student_left", student=student, ends_on=ends_on)
        for row in self.tables["enrollments"]:
            if row[1] == self.names[group] and row[2] == student and not row[5]:
                row[5] = ends_on

    def course(
        self, group: str, subject: str, year: str, teacher: str, grade: str = "", subgroup: str | None = None,
        starts_on: str = "2026-09-01",
    ) -> str:  # fmt: skip
        course = self.uuid()
        opened = {"class_group": group, "subject": subject, "year": year, "subgroup": subgroup}
        index = self.add("course", course, "course_opened", **opened)
        if subgroup is not None:
            self.add("class", group, "subgroup_listed", course=course)
        self.add("course", course, "teacher_assigned", teacher=teacher, starts_on=starts_on)
        self.courses[course] = (self.names[group], subject, year, grade)
        self.parts[course] = subgroup or ""
        self.tables["courses"].append([index, course, self.names[group], subject, subgroup or ""])
        return course

    def join(self, course: str, student: str, starts_on: str = "2026-09-01") -> None:
        """Put a student into a course's subgroup."""
        index = self.add("course", course, "subgroup_joined", student=student, starts_on=starts_on)
        name = self.names.get(student, student)
        row = [index, course, *self.courses[course][:2], self.parts[course], student, name, starts_on, ""]
        self.tables["subgroups"].append(row)

    def plan(self, course: str, items: list[dict[str, Any]], title: str = "План") -> None:
        """Record a course's plan, its last item in an entry of its own."""
        head, tail = items[:-1], items[-1:]
        index = self.add("plan", course, "lesson_plan_imported", title=title, items=head)
        self._planned(index, course, head)
        self._planned(self.add("plan", course, "lesson_plan_continued", items=tail), course, tail)

    def amend(self, course: str, number: int, old: Any, new: Any, reason: str = "calendar", **more: Any) -> int:
        index = self.add("plan", course, "lesson_plan_amended", number=number, old=old, new=new, reason=reason, **more)
        words = {"calendar": "изменение календаря", "merged": "объединение тем"}
        self._planned(index, course, [{"number": number, **(new or {})}], words[reason], more.get("basis", ""))
        return index

    def _planned(self, index: int, course: str, items: list[dict[str, Any]], reason: str = "", basis: str = "") -> None:
        for item in items:
            shown = [item.get(name, "") for name in ("number", "topic", "hours", "homework", "planned_on")]
            head = [index, course, *self.courses[course][:2], self.parts[course]]
            self.tables["plans"].append([*head, *shown, reason, basis])

    def depart(self, course: str, student: str, ends_on: str) -> None:
        """Take a student out of a course's subgroup."""
        self.add("course", course, "subgroup_left", student=student, ends_on=ends_on)
        for row in self.tables["subgroups"]:
            if row[1] == course and row[5] == student and not row[8]:
                row[8] = ends_on

    def period(self, year: str, number: int, grades: list[int], starts_on: str, ends_on: str) -> str:
        period = self.uuid()
        self.add(
            "period",
            period,
            "period_defined",
            year=year,
            kind="quarter",
            number=number,
            grades=grades,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        self.add("year", year, "period_listed", period=period)
        return period

    def close(self, period: str, held: Callable[[dict[str, Any]], bool], **wrong: Any) -> int:
        """Close a period over the lessons for which `held` says yes."""
        self.begin()
        last = {entry["stream"]: (entry["version"], entry["index"]) for entry in self.entries}
        streams = sorted(f"lesson/{lesson}" for lesson, info in self.lessons.items() if held(info))
        leaves = [leaf(canonical([stream, *last[stream]])) for stream in streams]
        return self.add(
            "period", period, "period_closed", **{"streams": len(leaves), "root": root(leaves).hex()} | wrong
        )

    def reopen(
        self, period: str, requested_by: str, reason: str = "not_recorded", note: str = "", basis: str = "Записка № 5"
    ) -> int:
        """Open a closed period again in one step, as former logs have it."""
        self.begin()
        sd = [self.disclose("note", note, len(self.entries))] if note else None
        self.notes |= dict.fromkeys(sd or (), note)
        fields = {"reason": reason, "basis": basis, "requested_by": requested_by, "sd": sd}
        return self.add("period", period, "period_reopened", **fields)

    def ask(self, what: str, of: str, by: str, reason: str = "inspection", note: str = "", **changes: Any) -> int:
        """Ask, as somebody, that a `period` or a class's `journal` be opened again."""
        self.begin()
        before, self.actor = self.actor, {"id": by, "role": "teacher"}
        sd = [self.disclose("note", note, len(self.entries))] if note else None
        self.notes |= dict.fromkeys(sd or (), note)
        fields = {"reason": reason, "basis": "+Акт; № 6", "sd": sd} | changes
        index = self.add("period" if what == "period" else "class", of, f"{what}_reopening_requested", **fields)
        self.actor = before
        return index

    def answer(self, what: str, of: str, request: int, by: str, decision: str = "approved", basis: str = "=Да") -> int:
        """Answer a request to open something again, as somebody."""
        self.begin()
        before, self.actor = self.actor, {"id": by, "role": "director"}
        kind = "period" if what == "period" else "class"
        index = self.add(kind, of, f"{what}_reopening_{decision}", request=request, basis=basis)
        self.actor = before
        return index

    def attest(self, period: str, size: int, basis: str = "Акт № 1") -> int:
        """Attest a period as it stood at a size."""
        self.begin()
        return self.add("period", period, "period_attested", size=size, basis=basis)

    # A class's journal.

    def close_journal(self, group: str, *excused: tuple[str, int, str | None]) -> int:
        """Close a class's journal; of each thing excused: what, how many, of which course."""
        self.begin()
        fields = [
            {"basis": 'Приказ "7"; п. 2', "count": count, "reason": "order", "what": what}
            | ({"course": course} if course else {})
            for what, count, course in excused
        ]
        return self.add("class", group, "journal_closed", excused=fields)

    def reopen_journal(self, group: str, requested_by: str, reason: str = "inspection", note: str = "") -> int:
        """Open a closed journal again in one step, as former logs have it."""
        self.begin()
        sd = [self.disclose("note", note, len(self.entries))] if note else None
        self.notes |= dict.fromkeys(sd or (), note)
        fields = {"reason": reason, "basis": "-Акт; № 5", "requested_by": requested_by, "sd": sd}
        return self.add("class", group, "journal_reopened", **fields)

    def hand_over(self, group: str, sheet: bytes) -> int:
        """Hand a class's summary sheet over."""
        self.begin()
        sha256 = hashlib.sha256(sheet).hexdigest()
        fields = {"sha256": sha256, "number": "=12", "received_on": "2027-06-01", "to": 'Архив "школы"'}
        return self.add("class", group, "sheet_transferred", **fields)

    # Evidence.

    def verified(self, size: int | None = None, **changes: Any) -> int:
        """Record a verification of the log as it is, or as it was at a size."""
        self.begin()
        size = len(self.entries) if size is None else size
        fields = {
            "size": size, "root": "0" * 64, "verdict": "verified", "program": "verify.pyz", "checkpoint": size,
            "program_sha256": "9c" * 32, "witnesses": 0,
        }  # fmt: skip
        return self._rooted(self.add("verification", self.uuid(), "verification_recorded", **fields | changes), changes)

    def archived(self, year: str, **changes: Any) -> int:
        """Record an archive of the log as it is."""
        self.begin()
        size = len(self.entries)
        fields = {
            "size": size, "root": "0" * 64, "verdict": "incomplete", "manifest_sha256": "7b" * 32, "year": year,
            "opened_with": ["csv", "sha256sum", "verify.pyz"],
        }  # fmt: skip
        return self._rooted(self.add("archive", self.uuid(), "archive_recorded", **fields | changes), changes)

    def handed_over(self, archive: str, manifest: str, **changes: Any) -> int:
        """Enter a receipt for an archive that was recorded."""
        self.begin()
        fields = {"archive": archive, "manifest_sha256": manifest, "to": '=Архив; "город"', "number": "-17"}
        return self.add("handover", self.uuid(), "archive_handed_over", received_on="2027-06-20", **fields | changes)

    def _rooted(self, index: int, changes: dict[str, Any]) -> int:
        """Let an entry say the log's root when it is sealed, unless it is to say another."""
        if "root" not in changes:
            self.rooted.add(index)
        return index

    def appoint_witness(self, witness: WitnessKey, link: str = "https://witness.example:8010", **changes: Any) -> int:
        """Appoint a witness."""
        fields = {"vkey": witness.vkey, "held_by": '=Комитет; "район"', "link": link, "basis": "-соглашение; № 7"}
        return self.add("witness", witness.id, "witness_appointed", **fields | changes)

    def dismiss_witness(self, witness: WitnessKey) -> int:
        return self.add("witness", witness.id, "witness_dismissed", basis="+договор окончен")

    def cosign(self, witness: WitnessKey, size: int | None = None, time: int = 1_795_000_000, **changes: Any) -> int:
        """Record that a witness cosigned the log as it is, or as it was at a size."""
        self.begin()
        size = len(self.entries) if size is None else size
        fields = {"size": size, "root": "0" * 64, "time": time, "signature": "A" * 86 + "=="}
        index = self.add("witness", witness.id, "checkpoint_cosigned", **fields | changes)
        if "signature" not in changes:
            self.cosigned[index] = witness
        return self._rooted(index, changes)

    def timed(self, month: str = "2026-09", **changes: Any) -> int:
        """Record how long the register took."""
        self.begin()
        counts = {"employees": 3, "requests": 4, "rows": 2, "slowest_ms": 31}
        fields = {"register": "substitutions", "size": len(self.entries), "month": month, **counts}
        return self.add("timing", self.uuid(), "register_timed", **fields | changes)

    def printed(self, condition: str, signed_by: str, printed_on: str = "2027-06-10", **changes: Any) -> int:
        """Register paper."""
        self.begin()
        fields = {
            "condition": condition, "number": "-3; б", "printed_on": printed_on, "pages": 40, "kept": "=архив; шкаф 2",
            "signed_by": signed_by,
        }  # fmt: skip
        return self.add("printout", self.uuid(), "printout_registered", **fields | changes)

    def backed_up(self, backup: str = "", **changes: Any) -> str:
        """Record a backup of the log as it is; returns its id."""
        self.begin()
        backup = backup or self.uuid()
        fields = {
            "what": ["ledger", "vault"], "size": len(self.entries), "root": "0" * 64, "bytes": 4096, "sha256": "5d" * 32,
            "place": "-сейф; завуч",
        }  # fmt: skip
        self._rooted(self.add("backup", backup, "backup_taken", **fields | changes), changes)
        return backup

    def restored(self, backup: str, **changes: Any) -> int:
        """Record that a backup was restored on trial and gave what it was taken of."""
        self.begin()
        (taken,) = [one for one in self.entries if one["stream"] == f"backup/{backup}" and one["version"] == 1]
        size = taken["data"]["size"]
        fields = {
            "taken": taken["index"], "restored_at": "2027-06-10T09:15", "verdict": "verified", "size": size,
            "root": "0" * 64, "how": ["audit", "checkpoint", "restore", "values"],
        }  # fmt: skip
        return self._rooted(self.add("backup", backup, "backup_verified", **fields | changes), changes)

    def issue(self, kind: str, register: str = "", disclosed: str = "content", **changes: Any) -> int:
        """Enter a form into the register, under the next number unless `changes` has another."""
        self.begin()
        index = len(self.entries)
        number = 1 + sum(one["type"] == "sheet_issued/1" for one in self.entries)
        sd = [self.disclose(disclosed, hashlib.sha256(b"%d" % index).hexdigest(), index)]
        fields = {"sheet": self.uuid(), "number": number, "kind": kind, "position": index, "pages": 2, "_sd": sd}
        return self.add("prints", register or self.school_id, "sheet_issued", **fields | changes)

    def certify_form(self, sheet: str, by: str, *, seal: bool = True) -> int:
        """Record who certified a form."""
        self.begin()
        fields = {"sheet": sheet, "certified_by": by, "office": '=директор; "школы"', "seal": seal}
        return self.add("prints", self.school_id, "sheet_certified", certified_on="2027-06-11", **fields)

    def void_form(self, sheet: str) -> int:
        """Take a form out of the register."""
        self.begin()
        fields = {"sheet": sheet, "reason": "spoiled", "basis": "-акт; № 1"}
        return self.add("prints", self.school_id, "sheet_voided", **fields)

    def root_at(self, size: int) -> str:
        """The log's root at a size; what is changed before, after this, makes it another."""
        return root([leaf(line) for line in self.lines()[:size]]).hex()

    # Keeping and erasing.

    def keep(self, type_: str, **fields: Any) -> int:
        """An entry of retention, hold or erasure, in the stream of the school's own id."""
        self.begin()
        kind = "retention" if type_.startswith("retention") else "hold" if type_.startswith("legal") else "erasure"
        return self.add(kind, self.school_id, type_, **{"basis": "=приказ; № 5"} | fields)

    def propose(self, person: str, **changes: Any) -> str:
        """Propose an erasure by another than who goes on; return its id."""
        erasure, actor = self.uuid(), self.actor
        self.actor = {"id": self.uuid(), "role": "director"}
        fields = {"erasure": erasure, "person": person, "retention": ["person"], "ground": "unlawful"} | changes
        self.keep("erasure_proposed", **fields)
        self.actor = actor
        return str(fields["erasure"])

    def erase(self, erasure: str, person: str, **changes: Any) -> int:
        """Record that an erasure was carried out, at the moment of the entry before."""
        self.begin()
        fields = {"person": person, "retention": ["person"], "disclosures": 3, "destroyed_at": self.entries[-1]["at"]}
        fields |= {"erasure": erasure}
        return self.add("erasure", self.school_id, "personal_data_erased", **fields | changes)

    def block(self, person: str, **changes: Any) -> str:
        """Block values of a person by another than who goes on; return the block's id."""
        block, actor = self.uuid(), self.actor
        self.actor = {"id": self.uuid(), "role": "director"}
        fields = {"block": block, "person": person, "ground": "inaccurate", "requested_by": "person"}
        fields |= {"received_on": "2026-09-02"} | changes
        self.begin()
        self.add("blocking", self.school_id, "personal_data_blocked", **{"basis": "=обращение; № 5"} | fields)
        self.actor = actor
        return block

    def unblock(self, block: str, **changes: Any) -> int:
        """End a block."""
        self.begin()
        fields = {"block": block, "outcome": "confirmed", "basis": "=акт; № 6"} | changes
        return self.add("blocking", self.school_id, "personal_data_unblocked", **fields)

    def anchor(self, size: int, root: str = "ab" * 32) -> int:
        """Say what the access log's head was."""
        self.begin()
        return self.add("anchor", self.school_id, "access_log_anchored", size=size, root=root)

    # Paper.

    def paper(self, type_: str, **fields: Any) -> int:
        """An entry of the register of paper."""
        self.begin()
        return self.add("paper", self.school_id, type_, **fields)

    def store(self, **changes: Any) -> str:
        """Store paper under the next number, with a term by the last schedule; return its id."""
        number = 1 + sum(one["type"] == "paper_stored/1" for one in self.entries)
        schedule = max(one["index"] for one in self.entries if one["type"] == "retention_schedule_adopted/1")
        fields = {"paper": self.uuid(), "number": number, "kind": "other", "title": '=Акты; "прочее"', "pages": 12}
        term = {"counted_from": "2020-02-29", "keep_until": "2023-02-28", "schedule": schedule}
        words = {"place": "-шкаф 2", "basis": "приказ; № 90"}
        self.paper("paper_stored", **fields | term | words | changes)
        return str((fields | changes)["paper"])

    def propose_papers(self, *papers: str, **changes: Any) -> str:
        """Propose to destroy papers by another than who goes on; return the destruction's id."""
        actor, destruction = self.actor, self.uuid()
        self.actor = {"id": self.uuid(), "role": "director"}
        fields = {"destruction": destruction, "papers": sorted(papers), "basis": "акт № 1"} | changes
        self.paper("paper_destruction_proposed", **fields)
        self.actor = actor
        return str(fields["destruction"])

    # Lessons.

    def lesson(
        self,
        course: str,
        teacher: str,
        held_on: str,
        topic: str = "Дроби",
        attendance: str = "taken",
        number: int = 1,
        plan_items: list[int] | None = None,
    ) -> str:
        self.begin()
        lesson = self.uuid()
        times: dict[str, Any] = {"starts_at": "08:30", "ends_at": "09:15"}
        if plan_items:
            times["plan_items"] = plan_items
        index = self.add(
            "lesson",
            lesson,
            "lesson_recorded",
            course=course,
            teacher=teacher,
            held_on=held_on,
            number=number,
            topic=topic,
            attendance=attendance,
            **times,
        )
        self.lessons[lesson] = {
            "course": course,
            "teacher": teacher,
            "held_on": held_on,
            "taken": attendance == "taken",
            "number": number,
            "grade": self.courses[course][3],
        }
        self._fact("lesson", index, {"number": number, "topic": topic, **times}, lesson)
        return lesson

    def substitution(self, lesson: str, absent: str, basis: str = "Приказ № 3", **changes: Any) -> int:
        """Record the substitution of the lesson just recorded."""
        value = {"basis": basis, "coefficient": 100, "reason": "ill", "same_subject": True} | changes
        index = self.add("lesson", lesson, "substitution_recorded", absent_teacher=absent, **value)
        self.lessons[lesson]["absent"] = absent
        return self._fact("substitution", index, value, lesson)

    def _fact(self, what: str, index: int, value: Any, lesson: str, student: str = "", work: str = "") -> int:
        at, names = self.entries[index]["at"], dict(self.names)
        self.rows[index] = Row(what, index, at, value, lesson, student, work, index, value, value, names)
        return index

    def schedule(self, course: str, day: str, number: int | None = None, kind: str = "control_work") -> tuple[str, int]:
        """Plan a work; return its id and its entry."""
        scheduled = self.uuid()
        data = {"scheduled": scheduled, "planned_on": day, "kind": kind, "minutes": 45, "number": number}
        index = self.add("schedule", course, "work_scheduled", **data)
        self._in_schedule(course, index, scheduled, kind, ["назначена", day, "" if number is None else number, "", ""])
        self.plans[index] = (course, scheduled, kind, day, number)
        return scheduled, index

    def reschedule(
        self, corrects: int, day: str | None, number: int | None = None, reason: str = "load", basis: str | None = None
    ) -> int:
        """Move a work, or cancel it without a day."""
        course, scheduled, kind, planned_on, at = self.plans[corrects]
        if day is None:
            data = {"corrects": corrects, "reason": reason, "basis": basis}
            index = self.add("schedule", course, "scheduled_work_cancelled", **data)
            shown = ["отменена", planned_on, "" if at is None else at]
        else:
            data = {"corrects": corrects, "planned_on": day, "number": number, "reason": reason, "basis": basis}
            index = self.add("schedule", course, "scheduled_work_moved", **data)
            shown = ["перенесена", day, "" if number is None else number]
            self.plans[index] = (course, scheduled, kind, day, number)
        self._in_schedule(course, index, scheduled, kind, [*shown, RESCHEDULED_FOR[reason], basis or ""])
        return index

    def _in_schedule(self, course: str, index: int, scheduled: str, kind: str, shown: list[Any]) -> None:
        head = [index, self.entries[index]["at"], course, *self.courses[course][:2]]
        self.tables["schedule"].append([*head, scheduled, KINDS[kind], 45, *shown])

    def work(
        self,
        lesson: str,
        kind: str = "answer",
        ends_on: str | None = None,
        *,
        written: bool | None = None,
        scheduled: str | None = None,
        of_lesson: str | None = None,
        weight: int | None = 100,
    ) -> str:
        work = self.uuid()
        value: dict[str, Any] = {"kind": kind, "written": ends_on is not None if written is None else written}
        value |= {} if weight is None else {"weight": weight}
        value |= {} if ends_on is None else {"ends_on": ends_on}
        value |= {} if scheduled is None else {"scheduled": scheduled}
        value |= {} if of_lesson is None else {"of_lesson": of_lesson}
        self._fact("work", self.add("lesson", lesson, "work_recorded", work=work, **value), value, lesson, work=work)
        self.works[work] = kind
        return work

    def mark(self, lesson: str, work: str, student: str, value: str) -> int:
        return self._fact(
            "mark",
            self.add("lesson", lesson, "mark_recorded", student=student, work=work, value=value),
            value,
            lesson,
            student,
            work,
        )

    def make_up(self, lesson: str, work: str, student: str, day: str) -> int:
        index = self.add("lesson", lesson, "make_up_recorded", student=student, work=work, made_up_on=day)
        return self._fact("make_up", index, day, lesson, student, work)

    def absence(self, lesson: str, student: str, code: str = "absent", certificate: str | None = None) -> int:
        data = {"student": student, "code": code, "certificate": certificate}
        return self._fact("absence", self.add("lesson", lesson, "absence_recorded", **data), code, lesson, student)

    def lateness(self, lesson: str, student: str, minutes: int = 10) -> int:
        return self._fact(
            "lateness",
            self.add("lesson", lesson, "lateness_recorded", student=student, minutes=minutes),
            minutes,
            lesson,
            student,
        )

    def early_leave(self, lesson: str, student: str, minutes: int = 10) -> int:
        index = self.add("lesson", lesson, "early_leave_recorded", student=student, minutes=minutes)
        return self._fact("early_leave", index, minutes, lesson, student)

    def homework(self, lesson: str, text: str, due_on: str | None = None, **more: Any) -> int:
        posted = more.pop("posted", None)
        value: dict[str, Any] = {"text": text} | ({"due_on": due_on} if due_on else {}) | more
        index = self.add("lesson", lesson, "homework_assigned", **value, posted=posted)
        self._files(index, lesson, value)
        return self._fact("homework", index, value, lesson)

    def post(self, course: str, held_on: str, text: str, number: int = 1, **more: Any) -> int:
        """Post homework for a lesson to come."""
        group, subject, *_ = self.courses[course]
        index = self.add("homework", course, "homework_posted", held_on=held_on, number=number, text=text, **more)
        row = [index, self.entries[index]["at"], course, group, subject, held_on, number, text]
        self.tables["posted"].append([*row, canonical({"text": text, **more}).decode(), ""])
        return index

    def unpost(self, course: str, posted: int) -> int:
        index = self.add("homework", course, "homework_post_withdrawn", corrects=posted)
        self.fill("posted", posted, 9, index)
        return index

    def _files(self, index: int, lesson: str, value: Any) -> None:
        info = self.lessons[lesson]
        group, subject, *_ = self.courses[info["course"]]
        head = [index, self.entries[index]["at"], lesson, info["held_on"], group, subject]
        for file in (value or {}).get("files", ()):
            self.tables["files"].append([*head, file["sha256"], file["size"], file["media_type"]])

    def take_attendance(self, lesson: str, absent: int) -> int:
        self.lessons[lesson]["taken"] = True
        return self.add("lesson", lesson, "attendance_taken", absent=absent)

    def fact_of(self, work: str) -> int:
        """Return the standing entry of a work."""
        return next(row.standing for row in self.rows.values() if (row.what, row.work) == ("work", work))

    def fact(self, standing: int) -> Row:
        return next(row for row in self.rows.values() if row.standing == standing)

    def correct(
        self,
        standing: int,
        new: Any,
        reason: str = "typo",
        note: str = "",
        basis: str | None = None,
        request: int | None = None,
        sd: list[str] | None = None,
        **wrong: Any,
    ) -> int:
        """Correct the fact with this standing entry, or annul it where `new` is None."""
        row, old = self.fact(standing), self.fact(standing).value
        if note:
            sd = [self.disclose("note", note, len(self.entries))]
            self.notes[sd[0]] = note
        verb = "annulled" if new is None else "corrected"
        fields = {
            "corrects": standing,
            "old": old,
            "new": new,
            "reason": reason,
            "sd": sd,
            "basis": basis,
            "request": request,
        } | wrong
        index = self.add("lesson", row.lesson, f"{row.what}_{verb}", **fields)
        row.value, row.standing = new, index
        row.last = row.last if new is None else new
        if row.what == "homework":
            self._files(index, row.lesson, new)
        if row.what == "work" and new is not None:
            self.works[row.work] = new["kind"]
        if row.what == "lesson" and new is not None:
            self.lessons[row.lesson]["number"] = new["number"]
        self._correction(index, row, standing, old, new, reason, self.notes.get((sd or [""])[0], ""), basis, request)
        return index

    def _correction(
        self,
        index: int,
        row: Row,
        corrects: int,
        old: Any,
        new: Any,
        reason: str,
        note: str,
        basis: str | None,
        request: int | None,
    ) -> None:
        self.tables["corrections"].append([
            index, self.entries[index]["at"], FACTS[row.what], corrects, row.lesson, row.student, word(row.what, old),
            word(row.what, new), REASONS[reason], note, basis or "", "" if request is None else request, self.entries[index]["actor"]["id"],
        ])  # fmt: skip

    def reason(self, standing: int, code: str, basis: str | None = None, certificate: str | None = None) -> int:
        row = self.fact(standing)
        data = {"absence": standing, "code": code, "basis": basis, "certificate": certificate}
        index = self.add("lesson", row.lesson, "absence_reason_set", **data)
        self._correction(index, row, standing, row.value, code, "document", "", basis, None)
        row.value, row.standing = code, index
        return index

    def request(
        self, standing: int, new: Any, reason: str = "appeal", basis: str = "Заявление № 7", **wrong: Any
    ) -> int:
        row = self.fact(standing)
        fields = {
            "what": row.what,
            "corrects": standing,
            "old": row.value,
            "new": new,
            "reason": reason,
            "basis": basis,
        } | wrong
        return self.add("lesson", row.lesson, "correction_requested", **fields)

    def refuse(self, request: int, basis: str = "Нет оснований") -> int:
        return self.add(
            "lesson", self.entries[request]["stream"][7:], "correction_refused", request=request, basis=basis
        )

    # Sealing.

    def lines(self, start: int = 0, *, chain: bool = True) -> list[bytes]:
        """Return the entries' bytes, chained."""
        prev = "0" * 64
        lines: list[bytes] = []
        for entry in self.entries:
            if chain:
                entry["prev"] = prev
            if entry["index"] in self.rooted:
                entry["data"]["root"] = root([leaf(line) for line in lines[: entry["data"]["size"]]]).hex()
            if (witness := self.cosigned.get(entry["index"])) is not None:
                said = entry["data"]
                said["signature"] = witness.cosign(
                    self.key.name, said["size"], bytes.fromhex(said["root"]), said["time"]
                )
            lines.append(canonical(entry))
            prev = leaf(lines[-1]).hex()
        return lines[start:]

    def files(self, start: int = 0, lines: list[bytes] | None = None, *, tables: bool = False) -> Files:
        """Seal everything into a bag's files; of a later range without tables, unless they are asked for."""
        lines = self.lines() if lines is None else lines
        leaves = [leaf(line) for line in lines]
        files = {"data/log/checkpoint": self.key.checkpoint(leaves)}
        for first in range(start, len(lines), 65_536):
            files[f"data/log/entries-{first:012}.jsonl"] = b"".join(
                line + b"\n" for line in lines[first : first + 65_536]
            )
        if start:
            files["data/log/start-checkpoint"] = self.key.checkpoint(leaves[:start])
            files["data/log/start-edge"] = b"".join(node.hex().encode() + b"\n" for node in edge(leaves[:start]))
        files["data/log/disclosures.jsonl"] = b"".join(
            canonical({"disclosure": text, "index": index}) + b"\n"
            for text, index in self.disclosures
            if index >= start or (tables and self.entries[index]["stream"].startswith(("person/", "account/")))
        )
        if tables or not start:
            for name, all_rows in self.all_tables().items():
                rows = [row for row in all_rows if row[0] >= start or name in WHOLE]
                text = HEADERS[name] + "\r\n" + "".join(";".join(map(cell, row)) + "\r\n" for row in rows)
                files[f"data/tables/{name}.csv"] = b"\xef\xbb\xbf" + text.encode()
        files["bag-info.txt"] = self.bag_info(start, len(lines)).encode()
        return manifested(files)

    def bag_info(self, start: int, size: int) -> str:
        """What bag-info.txt says of the log."""
        organization = f"Source-Organization: {self.entries[0]['data'].get('name', '')}\n"
        return (
            f"Bagging-Date: {self.entries[-1]['at'][:10]}\nExternal-Identifier: {self.key.name}\n{organization}"
            f"Letopis-First-Index: {start}\nLetopis-Size: {size}\nLetopis-Disclosures: full\n"
        )

    def all_tables(self) -> dict[str, list[list[Any]]]:
        """Return every table's rows."""
        tables: dict[str, list[list[Any]]] = {name: list(rows) for name, rows in self.tables.items()}
        homework = {
            row.lesson: row.value for row in self.rows.values() if row.what == "homework" and row.value is not None
        }
        for row in sorted(self.rows.values(), key=lambda row: row.first):
            info = self.lessons[row.lesson]
            group, subject, *_ = self.courses[info["course"]]
            by = "" if row.standing == row.first else row.standing
            head = [row.first, row.at, row.lesson, info["held_on"]]
            if row.what == "lesson":
                topic = "аннулирован" if row.value is None else row.value["topic"]
                covered = ", ".join(map(str, (row.value or {}).get("plan_items", [])))
                work = homework.get(row.lesson)
                home: list[Any] = ["", "", ""]
                if work is not None:
                    due = work.get("due_lesson")
                    day = due["held_on"] if due else work.get("due_on", "")
                    home = [work["text"] or "нет задания", day, canonical(due).decode() if due else ""]
                taken = "да" if info["taken"] else "нет"
                tables["lessons"].append(
                    [
                        *(*head, info["number"], group, subject, self.parts[info["course"]]),
                        *(row.names[info["teacher"]], topic, covered, taken, *home, by),
                    ]
                )
            elif row.what == "substitution":
                held = next(one for one in self.rows.values() if (one.what, one.lesson) == ("lesson", row.lesson))
                people = [cells for who in (info["absent"], info["teacher"]) for cells in (who, row.names[who])]
                value = row.value
                tables["substitutions"].append([
                    *head, group, subject, *people, ABSENT_FOR[value["reason"]], value["basis"],
                    "да" if value["same_subject"] else "нет", value["coefficient"],
                    "нет" if held.value is None else "да", by,
                ])  # fmt: skip
            elif row.what == "work":
                value, stands = row.last, "нет" if row.value is None else "да"
                written, days = (
                    "да" if value["written"] else "нет",
                    [value.get("ends_on", ""), value.get("scheduled", "")],
                )
                tables["works"].append(
                    [
                        *head,
                        group,
                        subject,
                        row.work,
                        KINDS[value["kind"]],
                        written,
                        value.get("weight", ""),
                        *days,
                        stands,
                        by,
                    ]
                )
            elif row.what == "make_up":
                shown = [row.work, row.student, row.names[row.student], row.recorded, row.value or "", by]
                tables["make_ups"].append([*head, group, subject, *shown])
            elif row.what in ("mark", "absence", "lateness", "early_leave"):
                kind = [KINDS[self.works[row.work]]] if row.what == "mark" else []
                values = [word(row.what, row.recorded), word(row.what, row.value), by]
                name = "marks" if row.what == "mark" else "absences"
                tables[name].append([*head, group, subject, row.student, row.names[row.student], *kind, *values])
        for entry in self.entries:
            for name, cells in self.overseen(entry):
                tables[name].append(cells)
        for (name, number), (column, text) in self.shown.items():
            tables[name][number][column] = text
        return tables

    def _turned(self, entry: dict[str, Any], type_: str) -> list[tuple[str, list[Any]]]:
        """Return the row of what closes, opens again or hands over a period or a class's journal."""
        data, key, head = entry["data"], entry["stream"].partition("/")[2], [entry["index"], entry["at"]]
        who, action = data.get("requested_by", ""), STEPS[type_.partition("_")[2]]
        if type_.endswith(("_reopening_approved", "_reopening_refused")):
            known = next((one for one in self.entries if one["index"] == data["request"]), None)
            who = known["actor"]["id"] if known else ""
        why = [REOPENED_FOR.get(data.get("reason", ""), ""), who, self.names.get(who, who)]
        why += [self.notes.get((data.get("_sd") or [""])[0], ""), data.get("basis", ""), data.get("request", "")]
        if type_.startswith("period_"):
            made = next(one["data"] for one in self.entries if one["stream"] == entry["stream"])
            span = [made["starts_on"], made["ends_on"], action, data.get("streams", ""), data.get("size", "")]
            return [
                ("closings", [*head, key, PERIODS[made["kind"]], made["number"], *span, *why, entry["actor"]["id"]])
            ]
        rest = [data.get(name, "") for name in ("sha256", "number", "received_on", "to")]
        own, by = [*head, key, self.names.get(key, "")], entry["actor"]["id"]
        excuses = [
            ("journal_excuses", [
                *own, LACKING.get(one["what"], ""), one.get("course", ""), self.subject_of(one), one["count"],
                LACK_REASONS.get(one["reason"], ""), one["basis"], by,
            ])
            for one in data.get("excused", ())
        ]  # fmt: skip
        return [("journals", [*own, action, *why, *rest, by]), *excuses]

    def subject_of(self, place: dict[str, Any]) -> str:
        """Return the subject of the course that a place names, or nothing."""
        return self.courses[place["course"]][1] if place.get("course") in self.courses else ""

    def _backdated(self, entry: dict[str, Any], type_: str) -> list[Any]:
        """Return the row of a request to act inside a closed period, of its refusal, or of the act itself."""
        data, (kind, _, key) = entry["data"], entry["stream"].partition("/")
        asked: dict[str, Any] = {}
        is_order = _is_order(type_)
        if not type_.endswith("_requested"):
            same = [
                one
                for one in self.entries
                if one["index"] < entry["index"]
                and (_is_order(one["type"].removesuffix("/1")) if is_order else one["stream"] == entry["stream"])
            ]
            answers = [one for one in same if one["data"].get("request") == data["request"]]
            asked = next((one for one in same if one["index"] == data["request"] and not answers), {})
        terms = asked.get("data", {}) if type_.endswith("_refused") else {"what": type_, **data}
        who = terms.get("teacher") or terms.get("student") or terms.get("person") or ""
        day = next(
            (terms[name] for name in ("day", "starts_on", "ends_on", "effective_from", "on") if name in terms), ""
        )
        if is_order:
            of = key if type_ == "timetable_set" else terms.get("class_group", "")
            group, subject = self.names.get(of, ""), ""
        else:
            group, subject = (self.names[key], "") if kind == "class" else self.courses[key][:2]
        action = {"requested": "просят", "refused": "отказано"}.get(type_.rpartition("_")[2], "внесено")
        basis = "" if type_ in LATE_ACTS else data["basis"]
        return [
            *(entry["index"], entry["at"], action, LATE_ACTS.get(terms.get("what", ""), "")),
            *(key if kind == "course" else "", group, subject, who, self.names.get(who, who), day),
            *(asked["actor"]["id"] if asked else "", basis, data.get("request", "")),
            entry["actor"]["id"],
        ]

    def overseen(self, entry: dict[str, Any]) -> list[tuple[str, list[Any]]]:
        """Return the row of closings, evidence or printouts that an entry makes, if it makes one."""
        data, type_, key = entry["data"], entry["type"].removesuffix("/1"), entry["stream"].partition("/")[2]
        head = [entry["index"], entry["at"]]

        def get(*names: str) -> list[Any]:
            return [data.get(name, "") for name in names]

        if "_backdating_" in type_ or (type_ in LATE_ACTS and "request" in data):
            return [("backdatings", self._backdated(entry, type_))]
        if type_.partition("_")[0] in ("period", "journal", "sheet") and type_.partition("_")[2] in STEPS:
            return self._turned(entry, type_)
        if type_ == "printout_registered":
            who = data["signed_by"]
            scope = data.get("period") or data.get("year") or data.get("month")
            rest = [*get("number", "printed_on", "pages", "kept"), who, self.names.get(who, who)]
            sheets = " ".join(data.get("sheets", ()))
            return [("printouts", [*head, PRINTED[data["condition"]], scope, *rest, sheets])]
        if type_ in BACKUP_ACTIONS:
            parts, how = (
                ", ".join(BACKUP_WORDS.get(one, "") for one in data.get(field, ())) for field in ("what", "how")
            )
            return [("backups", [
                *head, BACKUP_ACTIONS[type_], key, parts, *get("size", "root", "bytes", "sha256", "place", "restored_at"),
                how, FOUND.get(data.get("verdict", ""), ""), entry["actor"]["id"],
            ])]  # fmt: skip
        if entry["stream"].startswith(("account", "paper/", "blocking/", "anchor/")):
            return account_or_paper(self, entry)
        if type_ in PRINT_ACTIONS:
            who = data.get("certified_by", "")
            scope = " ".join(
                data[name] for name in ("course", "period", "class_group", "month", "student") if name in data
            )
            kind, seal, reason = (data.get(name, "") for name in ("kind", "seal", "reason"))
            rest = [
                who,
                self.names.get(who, who),
                *get("office", "certified_on"),
                {True: "да", False: "нет"}.get(seal, ""),
            ]
            issued = [*get("sheet", "number"), FORM_KINDS.get(kind, ""), scope, *get("position", "pages")]
            last = [SPOILED.get(reason, ""), *get("basis"), entry["actor"]["id"]]
            return [("prints", [*head, PRINT_ACTIONS[type_], *issued, *rest, *last])]
        witnessed = {
            "witness_appointed": "назначен", "witness_dismissed": "снят", "checkpoint_cosigned": "заверил",
        }  # fmt: skip
        if type_ in witnessed:
            moment = datetime.fromtimestamp(data["time"], UTC) if "time" in data else None
            return [("witnesses", [
                *head, key, witnessed[type_], *get("vkey", "held_by", "link", "size", "root"),
                "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}.000000Z", *get("signature", "basis"),
                entry["actor"]["id"],
            ])]  # fmt: skip
        if type_ == "retention_schedule_adopted":
            return [("erasures", [
                *head, "срок", "", data["effective_from"], KEPT_OF.get(row.get("kind"), ""),
                ERASED_CLASSES[row["retention"]], KEPT[row["kept_by"]], COUNTED[row["counted_from"]], row["years"],
                "", "", "", row["citation"], entry["actor"]["id"],
            ]) for row in data["rows"]]  # fmt: skip
        if type_ in ERASURE_ACTIONS:
            whose = data.get("person") or data.get("class_group") or ("все" if "whose" in data else "")
            classes = ", ".join(ERASED_CLASSES[one] for one in data.get("retention", ()))
            return [("erasures", [
                *head, ERASURE_ACTIONS[type_], data.get("erasure") or data["hold"], "", whose, classes,
                GROUNDS.get(data.get("ground", ""), ""), *get("counted_from"), "", *get("disclosures"),
                f"1–{data['sheets_to']}" if "sheets_to" in data else ", ".join(map(str, data.get("sheets", ()))),
                *get("destroyed_at", "basis"), entry["actor"]["id"],
            ])]  # fmt: skip
        what = {
            "verification_recorded": "проверка",
            "archive_recorded": "архив",
            "archive_handed_over": "передача",
            "register_timed": "замещения",
        }
        if type_ not in what:
            return []
        return [("evidence", [
            *head, what[type_], *get("size", "root"), FOUND.get(data.get("verdict", ""), ""),
            ", ".join(data.get("opened_with", ())) or data.get("program", ""),
            data.get("program_sha256", "") or data.get("manifest_sha256", ""),
            *get("checkpoint", "witnesses", "year", "month", "employees", "requests", "rows", "slowest_ms", "to", "number",
                 "received_on"),
        ])]  # fmt: skip


def account_or_paper(b: Builder, entry: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """Return the rows of accounts, of blocks or of the register of paper that an entry makes."""
    if entry["stream"].startswith("anchor"):
        row = [entry["index"], entry["at"], entry["data"]["size"], entry["data"]["root"], entry["actor"]["id"]]
        return [("anchors", row)]
    if entry["stream"].startswith("blocking"):
        return [("blocks", block_row(b, entry))]
    if entry["stream"].startswith("account"):
        return [("accounts", account_row(b, entry))]
    return [("paper", row) for row in paper_rows(b, entry)]


def block_row(b: Builder, entry: dict[str, Any]) -> list[Any]:
    """Return the row of blocks that an entry makes."""
    data = entry["data"]
    head = [entry["index"], entry["at"]]
    if entry["type"] == "personal_data_unblocked/1":
        known = [one["data"] for one in b.entries if one["data"].get("block") == data["block"]]
        person = known[0].get("person", "")
        outcome = {"confirmed": "подтверждены", "corrected": "уточнены"}[data["outcome"]]
        last = [outcome, data.get("change", ""), data["basis"], entry["actor"]["id"]]
        return [*head, "разблокированы", data["block"], person, *[""] * 5, *last]
    what = ", ".join(DATA[name] for name in data.get("fields", ())) or "все"
    ground = {"inaccurate": "неточные сведения", "unlawful": "незаконная обработка"}[data["ground"]]
    by = {"person": "сам человек", "representative": "законный представитель", "authority": "уполномоченный орган"}
    asked = [ground, by[data["requested_by"]], data.get("applicant", ""), data["received_on"]]
    last = ["", "", data["basis"], entry["actor"]["id"]]
    return [*head, "заблокированы", data["block"], data["person"], what, *asked, *last]


def paper_rows(b: Builder, entry: dict[str, Any]) -> list[list[Any]]:
    """Return the rows of the register of paper that an entry makes: one for each paper that it is about."""
    data, before = entry["data"], b.entries[: entry["index"] + 1]
    proposed = {
        one["data"]["destruction"]: one["data"]["papers"]
        for one in before if one["type"] == "paper_destruction_proposed/1"
    }  # fmt: skip
    papers = data.get("papers") or ([data["paper"]] if "paper" in data else proposed.get(data["destruction"], []))
    stored = {one["data"]["paper"]: one["data"] for one in before if one["type"] == "paper_stored/1"}
    who = data.get("requested_by", "")

    def get(*names: str) -> list[Any]:
        return [data.get(name, "") for name in names]

    return [[
        entry["index"], entry["at"], PAPER_ACTIONS[entry["type"].removesuffix("/1")], paper,
        stored.get(paper, {}).get("number", ""), PAPER_KINDS.get(data.get("kind", ""), ""),
        stored.get(paper, {}).get("title", ""), *get("year"), b.names.get(data.get("class_group", ""), ""),
        *get("pages", "place", "counted_from", "keep_until", "schedule"), " ".join(data.get("sheets", ())),
        *get("printout", "destruction", "to", "act"), data.get("handed_on") or data.get("destroyed_on", ""),
        STRUCK.get(data.get("reason", ""), ""), who, b.names.get(who, who), *get("basis"), entry["actor"]["id"],
    ] for paper in papers]  # fmt: skip


def manifested(files: Files) -> Files:
    """Add, or make again, the tag files of a bag."""
    payload = {name: raw for name, raw in files.items() if name.startswith("data/")}
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n"
    info = files.get("bag-info.txt", b"").splitlines(keepends=True)
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": b"".join(line for line in info if not line.startswith(b"Payload-Oxum:")) + oxum.encode(),
        "manifest-sha256.txt": manifest(payload),
    }
    return payload | tags | {"tagmanifest-sha256.txt": manifest(tags)}


def manifest(files: Files) -> bytes:
    return "".join(f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in sorted(files.items())).encode()


def write_folder(files: Files, folder: Path) -> Path:
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return folder


def write_zip(files: Files, path: Path, top: str = "archive/", method: int = zipfile.ZIP_DEFLATED) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, raw in files.items():
            archive.writestr(zipfile.ZipInfo(top + name), raw, method)
    path.write_bytes(buffer.getvalue())
    return path


@dataclass
class Sample:
    """A small school in which everything of events.md happens once at least, but results (tests/verify_results.py)."""

    builder: Builder
    year: str
    period: str
    group: str
    course: str
    subgroup: str
    other_subgroup: str
    teacher: str
    employee: str
    guardian: str
    cited: dict[str, int]
    remark: str
    students: list[str]
    lesson: str
    work: str
    substitute: str
    substituted: str
    substitution: int
    open_lesson: str
    open_work: str
    bells: str
    declared: int
    marks: list[int]
    absence: int
    closed_at: int
    request: int


def sample(seed: int = 1) -> Sample:
    """Write the small school."""
    b = Builder(seed)
    b.school()
    year = b.uuid()
    b.add("year", year, "school_year_opened", title="2026/27", starts_on="2026-09-01", ends_on="2027-05-31")
    period = b.period(year, 1, [5, 6], "2026-09-01", "2026-10-25")
    # Early, since whatever a test changes before them would make their roots others.
    b.verified()
    b.archived(year)
    _backups(b)
    _witnesses(b)
    b.begin()
    teacher = b.person("teacher", "Орлова", "Анна", "Петровна")
    employee = b.person("staff", "Зимин", "Илья")
    b.adopt("2026-09-01")
    b.adopt("2026-11-01", '=17;"о"\\', annual_refresh_until="02-28", notice_days=99, result_hours=999)
    b.appoint(employee, "2026-09-01", '-18;"о"\\')
    b.assign(teacher, "2027-05-01", number='-19;"о"\\')
    names = [("Иванов", "Пётр"), ("=СУММ(A1)", "Мария"), ('Ким"', "Ли; Хан"), ("", ""), ("Ясный", "Олег")]
    students = [b.person("student", *name) for name in names]
    group, course = _class(b, year, teacher, students)
    guardian, cited = _people(b, year, employee, students)
    lesson, work, marks, absence = _first_lesson(b, course, teacher, students)
    _second_lesson(b, course, teacher, students)
    _planned_lessons(b, course, teacher)
    subgroup, other_subgroup = _subgroups(b, year, group, teacher, students)
    substitute, substituted, substitution = _substitutions(b, course, teacher)
    _certificates(b, course, teacher, students[2])
    _cancellations(b, group, course, year, teacher)
    _excuses(b, course, teacher, substitute, substituted)
    _made_up(b, course, teacher, students)
    _service(b)
    _substitution_plans(b, course, teacher, substitute)
    b.change(substitute, {"family_name": "Белова"}, "Белова Вера; Ильинична")
    b.begin()
    b.leave(group, students[4], "2026-10-01")
    b.enroll(group, students[4], "2026-10-10")
    closed_at = b.close(period, lambda info: info["held_on"] <= "2026-10-25")
    b.begin()
    check = b.check(group, '=Проверено; "всё"')
    b.check(group, held_on="2026-09-30", to_date="2026-09-30")
    b.close_remark(b.remark(group, teacher, "homework", "", course=course, lesson=lesson, check=check), note="+Внесено")
    b.close_remark(b.remark(group, substitute, "lesson", "", course=course, held_on="2026-09-21"), "withdrawn")
    cited["remark"] = len(b.entries)
    remark = b.remark(group, teacher)
    b.begin()
    request = b.request(marks[1], "5")
    asked_by, b.actor = b.actor, {"id": b.uuid(), "role": "deputy"}
    b.correct(marks[1], "5", "appeal", basis="Заявление № 7", request=request)
    b.refuse(_ask(b, asked_by, absence))
    b.actor = asked_by
    bells, declared = _timetable(b, year, group, course)
    closed_at = _reopened(b, period, closed_at, employee, lambda: b.early_leave(lesson, students[0], 3))
    b.timed()
    b.printed("corrections", teacher, period=period)
    b.printed("archive", employee, year=year)
    b.printed("substitutions", employee, month="2026-09")
    _forms(b, (course, period, group, year), employee)
    _papers(b, (year, group), employee)
    _erased(b, group)
    _blocked(b, students[0])
    accounts(b, employee, guardian, students[1], group, period)
    _backdated(b, course, substitute)
    open_lesson = b.lesson(course, teacher, "2026-11-05", "Проценты")
    open_work = b.work(open_lesson)
    b.mark(open_lesson, open_work, students[0], "5")
    return Sample(
        b,
        year,
        period,
        group,
        course,
        subgroup,
        other_subgroup,
        teacher,
        employee,
        guardian,
        cited,
        remark,
        students,
        lesson,
        work,
        substitute,
        substituted,
        substitution,
        open_lesson,
        open_work,
        bells,
        declared,
        marks,
        absence,
        closed_at,
        request,
    )


def _reopened(b: Builder, period: str, closed_at: int, asked_by: str, record: Callable[[], int]) -> int:
    """Attest the period, open it again for something that was forgotten, close and attest it anew."""
    b.attest(period, closed_at + 1)
    b.reopen(period, asked_by, "other", "=забыли; зачёт", "-Записка; № 5")
    b.begin()
    record()
    closed_at = b.close(period, lambda info: info["held_on"] <= "2026-10-25")
    b.attest(period, len(b.entries), "+Акт; № 2")
    return closed_at


def _timetable(b: Builder, year: str, group: str, course: str) -> tuple[str, int]:
    """A calendar with a revoked entry and one that stands, bells with two versions, two weeks of the class."""
    b.begin()
    wrong = b.days_off(year, "2026-10-26", "2026-11-03", [5], '=Каникулы; "осенние"')
    b.revoke(year, wrong)
    declared = b.days_off(year, "2026-10-26", "2026-11-04", [5, 6])
    b.school_day(year, "2026-11-07", 1, [5])
    bells = b.uuid()
    b.ring(bells, "2026-09-01", "08:30-09:15", "09:25-10:10", title='-Первая; "смена"\\')
    b.ring(bells, "2026-11-01", "08:30-09:10")
    # The quarter is closed: another asked for its timetable.
    before, b.actor = b.actor, {"id": b.uuid(), "role": "deputy"}
    asked = {"what": "timetable_set", "class_group": group, "day": "2026-09-01", "basis": '=Приказ; "№ 9"'}
    request = b.add("backdating", b.school_id, "setup_backdating_requested", **asked)
    b.begin()
    b.actor = before
    places = (1, 1, course, "every"), (1, 2, course, "odd"), (3, 2, course, "even")
    b.week(group, bells, "2026-09-01", *places, request=request)
    b.week(group, bells, "2026-11-05", (2, 1, course, "every"))
    return bells, declared


def _ask(b: Builder, asked_by: dict[str, str], absence: int) -> int:
    approver, b.actor = b.actor, asked_by
    request = b.request(absence, "excused")
    b.actor = approver
    return request


def _people(b: Builder, year: str, employee: str, students: list[str]) -> tuple[str, dict[str, int]]:
    """Guardians, a change of name between two lessons, a refresh, consents and refusals; returns what stands."""
    b.begin()
    guardian, father = b.person("guardian", "=Иванова", "Ольга"), b.person("guardian")
    b.link(students[0], guardian, basis="+Свидетельство; № 1")
    b.link(students[1], guardian, "guardian")
    other = b.link(students[0], father, "father")
    b.refresh(year)
    first = b.notice(students[0], guardian, ["family_name", "phone"])
    b.change(students[0], {"family_name": "Зорин", "phone": "+7"}, "Зорин Пётр", notice=first, refresh=year)
    b.confirm(students[1], refresh=year)
    b.confirm(students[0], notice=b.notice(students[0]))
    b.change(students[4], {"patronymic": "Ильич", "email": ""}, "Ясный Олег Ильич")
    waiting = b.notice(students[2])
    paper = {"application_number": "=12", "application_date": "2026-09-02"}
    withdrawn = b.consent(guardian, students[0], **paper)
    b.withdraw(guardian, withdrawn, **paper)
    told = b.decline(guardian, students[0], "-Заявление")
    b.notify(guardian, told, employee)
    taken_back = b.decline(guardian, students[1])
    b.fill("refusals", taken_back, 8, len(b.entries))
    standing = b.consent(guardian, students[1], "sms", **paper)
    b.begin()
    usual, b.actor = b.actor, {"id": father, "role": "guardian"}
    own = b.consent(father, students[0], "in_system", "")
    b.begin()
    b.actor = usual
    b.unlink(students[0], father, other, own)
    return guardian, {"notice": waiting, "consent": standing, "withdrawn": withdrawn, "told": told}


def _class(b: Builder, year: str, teacher: str, students: list[str]) -> tuple[str, str]:
    group = b.class_group(year, 5, "А")
    for student in students:
        b.enroll(group, student)
    return group, b.course(group, "Математика", year, teacher, "5")


def _first_lesson(b: Builder, course: str, teacher: str, students: list[str]) -> tuple[str, str, list[int], int]:
    lesson = b.lesson(course, teacher, "2026-09-02", '"Дроби"; повторение\n', "not_taken")
    work = b.work(lesson, "control_work")
    marks = [
        b.mark(lesson, work, students[0], "4"),
        b.mark(lesson, work, students[1], "4/5"),
        b.mark(lesson, work, students[2], "na"),
    ]
    absence = b.absence(lesson, students[3])
    b.lateness(lesson, students[4], 7)
    b.early_leave(lesson, students[4], 7)
    b.take_attendance(lesson, 1)
    file = {"media_type": "application/pdf", "sha256": "0f" * 32, "size": 81_204}
    due = {"held_on": "2026-09-03", "number": 1}
    b.homework(lesson, "-3 + x", due_lesson=due, files=[file, {**file, "sha256": "f0" * 32, "media_type": "image/png"}])
    b.begin()
    marks[0] = b.correct(marks[0], "5", "rechecked")
    marks[0] = b.correct(marks[0], None, "wrong_student")
    marks[0] = b.correct(marks[0], "3", "other", note="@перепутаны работы")
    absence = b.reason(absence, "ill", "Справка № 12")
    return lesson, work, marks, absence


def _made_up(b: Builder, course: str, teacher: str, students: list[str]) -> None:
    """A work of two days; who was absent makes it up and has a mark, one day is corrected, and one annulled."""
    b.begin()
    lesson = b.lesson(course, teacher, "2026-09-08", "Контрольная", "not_taken")
    planned, entry = b.schedule(course, "2026-09-07", 2)
    b.reschedule(b.reschedule(entry, "2026-09-08", basis='=Записка; "7"'), "2026-09-08", 0, "calendar")
    b.reschedule(b.schedule(course, "2026-09-20")[1], None)
    b.begin()
    work = b.work(lesson, "control_work", "2026-09-09", scheduled=planned)
    b.absence(lesson, students[0])
    b.take_attendance(lesson, 1)
    b.begin()
    day = b.make_up(lesson, work, students[0], "2026-09-16")
    b.mark(lesson, work, students[0], "pass")
    b.correct(b.correct(b.make_up(lesson, work, students[1], "2026-09-10"), "2026-09-11"), None)
    b.correct(day, "2026-09-15", "typo")
    b.correct(
        b.fact_of(work),
        {"ends_on": "2026-09-10", "kind": "control_work", "scheduled": planned, "weight": 150, "written": True},
        "typo",
    )
    annulled = b.work(lesson, "dictation")
    b.correct(b.fact_of(annulled), None)


def _second_lesson(b: Builder, course: str, teacher: str, students: list[str]) -> None:
    lesson = b.lesson(course, teacher, "2026-09-03")
    lesson_fact = len(b.entries) - 1
    b.homework(lesson, "")
    work = b.work(lesson, "answer")
    b.mark(lesson, work, students[0], "2")
    work_fact = len(b.entries) - 2
    b.begin()
    lesson_fact = b.correct(
        lesson_fact, {"number": 3, "topic": "Проценты", "starts_at": "10:00", "ends_at": "10:45"}, "wrong_column"
    )
    work_fact = b.correct(work_fact, {"kind": "dictation", "weight": 200, "written": True}, "typo")
    late = b.lateness(lesson, students[1], 10)
    late = b.correct(late, 15)
    b.correct(late, None)
    left = b.early_leave(lesson, students[1], 10)
    left = b.correct(left, 15)
    b.correct(left, None)
    away = b.absence(lesson, students[1], "unexcused")
    b.correct(away, "excused", "document", basis="Записка")
    third = b.lesson(course, teacher, "2026-09-04", "Ошибочный")
    b.correct(len(b.entries) - 1, None, "typo")
    assert third


def _planned_lessons(b: Builder, course: str, teacher: str) -> None:
    """A plan of four items: one amended, one added, one taken out; a lesson of two of them, corrected to cover one."""
    b.begin()
    topics: list[dict[str, Any]] = [
        {"topic": "=Дроби;", "hours": 2, "homework": '"§ 1"\n№ 7', "planned_on": "2026-09-01"},
        {"topic": "Проценты", "hours": 1, "homework": "-§ 2"},
        {"topic": "Доли", "hours": 3},
    ]
    b.plan(course, [{"number": number, **topic} for number, topic in enumerate(topics, 1)])
    b.begin()
    b.amend(course, 2, topics[1], {**topics[1], "hours": 2}, basis="@приказ; № 9")
    b.amend(course, 999, None, topics[2], "merged")
    b.amend(course, 3, topics[2], None)
    b.lesson(course, teacher, "2026-09-05", "Дроби и проценты", number=4, plan_items=[1, 2])
    fact = len(b.entries) - 1
    b.begin()
    header = {"number": 4, "topic": "Проценты", "starts_at": "08:30", "ends_at": "09:15", "plan_items": [2]}
    b.correct(fact, header)
    b.lesson(course, teacher, "2026-09-06", "Доли", number=4, plan_items=[1, 999])


def _subgroups(b: Builder, year: str, group: str, teacher: str, students: list[str]) -> tuple[str, str]:
    """One subject in two halves: the second student goes over to the other, the third is in none."""
    b.begin()
    one = b.course(group, "Английский язык", year, teacher, "5", "1-я")
    other = b.course(group, "Английский язык", year, teacher, "5", '=2;"я"')
    b.join(one, students[0])
    b.join(one, students[1])
    b.depart(one, students[1], "2026-09-08")
    b.join(other, students[1], "2026-09-09")
    lesson = b.lesson(one, teacher, "2026-09-08", "Глаголы", number=5)
    work = b.work(lesson)
    b.mark(lesson, work, students[0], "5")
    b.mark(lesson, work, students[1], "4")
    b.absence(b.lesson(other, teacher, "2026-09-09", "Глаголы", number=5), students[1])
    return one, other


def _substitutions(b: Builder, course: str, teacher: str) -> tuple[str, str, int]:
    """Two lessons by another teacher: one whose substitution is corrected, one annulled with its substitution."""
    b.begin()
    substitute = b.person("teacher", "=Лунина", "Вера; Ильинична")
    lesson = b.lesson(course, substitute, "2026-09-07", "Доли", number=2)
    substitution = b.substitution(lesson, teacher, reason="leave")
    b.begin()
    new = {"basis": "+Приказ; № 4", "coefficient": 150, "reason": "training", "same_subject": False}
    substitution = b.correct(substitution, new, "wrong_column")
    double = b.lesson(course, substitute, "2026-09-08", "Двойник", number=2)
    b.substitution(double, teacher)
    b.begin()
    b.correct(len(b.entries) - 2, None, "typo")
    b.assign(substitute, "2027-05-01", "substitute")
    b.lesson(course, teacher, "2027-05-07", "Повторение", number=1)
    b.substitution(b.lesson(course, substitute, "2027-05-08", "Повторение", number=1), teacher)
    b.release(substitute, "2027-05-08", "substitute")
    return substitute, lesson, substitution


def _is_order(type_: str) -> bool:
    """Whether it asks for, refuses or is an order of the school."""
    return type_ in ORDERS or type_.startswith("setup_backdating_")


def _backdated(b: Builder, course: str, teacher: str) -> None:
    """Another teacher is asked for in days of a quarter, and refused."""
    b.begin()
    before, b.actor = b.actor, {"id": b.uuid(), "role": "deputy"}
    asked = {"what": "teacher_assigned", "teacher": teacher, "day": "2026-10-12", "basis": "=Приказ; № 8"}
    request = b.add("course", course, "course_backdating_requested", **asked)
    b.begin()
    b.actor = before
    b.add("course", course, "course_backdating_refused", request=request, basis="+Нет")


def _cancellations(b: Builder, group: str, course: str, year: str, teacher: str) -> None:
    """One that is moved, one that is merged, and one that is withdrawn."""
    b.begin()
    other = b.course(group, "Химия", year, teacher, "5")
    b.cancel(course, "2026-09-21", 2, moved_to={"held_on": "2026-09-22", "number": 0})
    b.cancel(course, "2026-09-21", 3, '=приказ; "9"', merged_with=other)
    index = b.cancel(other, "2026-09-21")
    b.begin()
    b.restore(other, index)
    b.cancel(other, "2026-09-21")


def _excuses(b: Builder, course: str, teacher: str, substitute: str, substituted: str) -> None:
    """An outage that is over and one that is not; excuses for a lesson and for a day, one of them withdrawn."""
    b.begin()
    incident = b.incident("2026-09-01T08:00", note='=Сервер; "не отвечал"')
    b.incident("2026-10-01T08:00", "network")
    b.begin()
    b.close_incident(incident, "2026-09-30T18:00", "Заменён диск")
    b.begin()
    held = {"course": course, "held_on": "2026-09-23"}
    b.excuse(teacher, None, "outage", None, rules=["homework", "oral_mark", "written_work"], incident=incident, **held)
    first = b.excuse(substitute, substituted, basis='=приказ; "12"', note="-Белова болела")
    b.excuse(substitute, substituted, "outage", None, rules=["written_mark"], incident=incident)
    # It ended in the very minute in which the lesson began.
    edge = b.incident("2026-09-01T08:00", "power")
    b.close_incident(edge, f"{b.lessons[substituted]['held_on']}T08:30")
    b.excuse(substitute, substituted, "outage", None, rules=["attendance"], incident=edge)
    b.begin()
    b.withdraw_excuse(first, "+не подтвердилось")


def _service(b: Builder) -> None:
    """Views that lack nothing and some that do; portals of each outcome, one changed, one dropped and listed again."""
    b.begin()
    b.measure()
    b.measure(7, 1_500, 20)
    b.measure(behind=len(b.entries), minutes=3)
    link = "https://gu.example:8080/a?b=c;d#'"
    b.begin()
    portal = b.portal('=Портал; "ГУ"', link)
    other = b.portal("-ПО\\", "http://edu.example")
    b.begin()
    for outcome in PORTALS:
        b.check_portal(portal, link, outcome)
    b.portal("Портал", link, portal)
    b.check_portal(portal, link, "found")
    b.drop_portal(other, '+закрыт; "навсегда"')
    b.portal("-ПО\\", "http://edu.example", other)
    b.check_portal(other, "http://edu.example", "no_answer")


def _witnesses(b: Builder) -> None:
    """Two witnesses, what they cosigned, one of them dismissed and appointed again."""
    first, second = WITNESSES
    b.begin()
    b.appoint_witness(first)
    b.appoint_witness(second, "http://foreign.example/w1")
    b.cosign(first)
    b.cosign(second, size=len(b.entries) - 7, time=1_795_000_007)
    b.begin()
    b.dismiss_witness(second)
    b.appoint_witness(second)
    b.cosign(second, time=1_795_000_007)
    b.cosign(first, time=1_795_086_400)


def _backups(b: Builder) -> None:
    """One that was restored, twice; one that held another log; and one of keys."""
    whole = b.backed_up()
    b.restored(whole)
    b.restored(whole, verdict="incomplete", how=["audit", "restore"])
    b.restored(b.backed_up(what=["ledger"]), verdict="finding", how=["restore"], size=3, root="ab" * 32)
    b.restored(b.backed_up(what=["keys"]), how=["restore", "values"])


def _forms(b: Builder, of: tuple[str, str, str, str], employee: str) -> None:
    """One of each kind; one is certified with a seal, one without, one is void; printouts consist of others."""
    course, period, group, year = of
    sheets = []
    forms: tuple[tuple[str, dict[str, str]], ...] = (
        ("class_page", {"course": course, "period": period}), ("summary_sheet", {"class_group": group}),
        ("corrections", {"period": period}), ("substitutions", {"month": "2026-09"}), ("conformity", {}),
    )  # fmt: skip
    for kind, scope in forms:
        b.issue(kind, **scope)
        sheets.append(b.entries[-1]["data"]["sheet"])
    b.certify_form(sheets[0], employee)
    b.certify_form(sheets[1], employee, seal=False)
    b.void_form(sheets[2])
    b.printed("substitutions", employee, month="2026-09", sheets=sheets[3:4])
    b.printed("archive", employee, year=year, sheets=sorted(sheets[:2]))


PAPER_TERMS = [
    {"retention": "journal", "years": 5, "counted_from": "year_end", "kept_by": "law", "citation": "п. 605"},
    {"retention": "print", "years": 3, "counted_from": "document", "kept_by": "law", "citation": "п. 19"},
    {"retention": "sheet", "years": 25, "counted_from": "year_end", "kept_by": "law", "citation": "п. 606"},
]


def _papers(b: Builder, of: tuple[str, str], employee: str) -> None:
    """Paper of each kind, with forms and a printout; moved, handed over, struck off; destructions of every end."""
    year, group = of
    b.keep("retention_schedule_adopted", effective_from="2026-09-01", rows=PAPER_TERMS)
    form = {one["data"]["kind"]: one["data"]["sheet"] for one in b.entries if one["type"] == "sheet_issued/1"}
    printout = {
        one["data"]["condition"]: one["stream"].partition("/")[2]
        for one in b.entries if one["type"] == "printout_registered/1"
    }  # fmt: skip
    ends_on = next(one["data"]["ends_on"] for one in b.entries if one["stream"] == f"year/{year}")
    of_year = {"year": year, "class_group": group, "counted_from": ends_on}
    until = {years: f"{int(ends_on[:4]) + years}{ends_on[4:]}" for years in (5, 25)}
    journal = b.store(
        kind="class_journal", sheets=[form["class_page"]], printout=printout["archive"], keep_until=until[5], **of_year
    )
    b.store(kind="summary_sheet", sheets=[form["summary_sheet"]], keep_until=until[25], **of_year)
    corrections = b.store(kind="corrections", year=year, printout=printout["corrections"])
    lost = b.store(kind="substitutions", sheets=[form["substitutions"]])
    old = sorted(b.store() for _ in range(5))
    b.store(sheets=sorted([form["conformity"]]))
    b.paper("paper_moved", paper=journal, place="=сейф; 1", basis="приказ № 91")
    b.paper(
        "paper_handed_over", papers=sorted([old[0], corrections]), to="-архив; город", act="17", handed_on="2026-09-01"
    )
    b.paper("paper_struck_off", paper=lost, reason="entered_wrongly", basis="=ошибка", requested_by=employee)
    b.store(kind="substitutions", sheets=[form["substitutions"]])
    b.paper("paper_struck_off", paper=old[1], reason="lost", basis="акт № 5", requested_by=employee)
    b.paper("paper_destruction_refused", destruction=b.propose_papers(*old[2:4]), basis="нужно для проверки")
    gone = b.propose_papers(*old[2:4])
    b.paper("paper_destruction_approved", destruction=gone, basis="протокол; № 1")
    b.paper("paper_destroyed", destruction=gone, act="=2", destroyed_on="2026-09-01")
    b.paper("paper_destruction_approved", destruction=b.propose_papers(old[4]), basis="протокол; № 2")


def _erased(b: Builder, group: str) -> None:
    """A schedule, a hold of each kind and its end; an erasure that was refused, one that waits, two carried out."""
    rows = [
        {"retention": "person", "years": 5, "counted_from": "left", "kept_by": "law", "citation": "=перечень; п. 4"},
        {"retention": "person", "kind": "guardian", "years": 0, "counted_from": "document", "kept_by": "consent",
         "citation": "согласие"},
        {"retention": "sheet", "years": 25, "counted_from": "year_end", "kept_by": "law", "citation": "п. 5"},
    ]  # fmt: skip
    b.keep("retention_schedule_adopted", effective_from="2026-09-01", rows=rows)
    people = [b.person("guardian"), b.person("staff")]
    held: tuple[dict[str, Any], ...] = (
        {"whose": "all"}, {"whose": "person", "person": people[0]}, {"whose": "class", "class_group": group},
    )  # fmt: skip
    for whose in held:
        hold = b.uuid()
        b.keep("legal_hold_placed", hold=hold, **whose)
        if whose["whose"] != "class":
            b.keep("legal_hold_lifted", hold=hold)
    b.keep("erasure_refused", erasure=b.propose(people[0], ground="withdrawal"))
    b.issue("conformity")
    b.disclosures.pop()  # as after its key is gone
    number = b.entries[-1]["data"]["number"]
    for person, changes, sheets in (
        (people[0], {"ground": "withdrawal", "retention": ["person"]}, {}),
        (people[1], {"retention": ["journal", "person"]}, {"sheets": [number]}),
    ):
        erasure = b.propose(person, **changes)
        b.keep("erasure_approved", erasure=erasure)
        b.erase(erasure, person, retention=b.entries[-2]["data"]["retention"], **sheets)
    b.propose(b.person("guardian"), ground="request")


def _blocked(b: Builder, student: str) -> None:
    """Blocks that were ended, by a correction and without; one of all values that stands, and one of some."""
    b.begin()
    guardian = b.person("guardian", "Опекаев")
    b.link(student, guardian)
    b.unblock(b.block(student, requested_by="representative", applicant=guardian))
    wrong = b.block(guardian, fields=["email", "phone"], ground="unlawful", requested_by="authority")
    b.begin()
    change = len(b.entries)
    b.change(guardian, {"phone": "+7 900 000-00-00"})
    b.unblock(wrong, outcome="corrected", change=change)
    b.block(guardian, fields=["address"])
    b.block(b.person("staff"))
    for size in (7, 9):
        b.anchor(size)


def _substitution_plans(b: Builder, course: str, teacher: str, substitute: str) -> None:
    """One that holds, one that was replaced, and one that was withdrawn."""
    b.begin()
    b.plan_substitute(course, teacher, substitute, "2026-09-23", 2, '=приказ; "5"')
    first = b.plan_substitute(course, teacher, substitute, "2026-09-24")
    b.begin()
    second = b.plan_substitute(course, teacher, substitute, "2026-09-24", replaces=first)
    b.begin()
    b.withdraw_plan(course, second)


def _certificates(b: Builder, course: str, teacher: str, student: str) -> None:
    """One that sets a reason and gives its code to a later absence, and one that is annulled."""
    first = b.absence(b.lesson(course, teacher, "2026-09-14", "Проценты"), student)
    b.begin()
    certificate, _ = b.certificate(student, "2026-09-14", "2026-09-16", basis='=справка; "3"')
    b.reason(first, "ill", '=справка; "3"', certificate)
    b.absence(b.lesson(course, teacher, "2026-09-16", "Проценты"), student, "ill", certificate)
    b.begin()
    _, index = b.certificate(student, "2026-09-17", "2026-09-18", "excused")
    b.begin()
    b.annul_certificate(student, index)
    b.absence(b.lesson(course, teacher, "2026-09-18", "Проценты"), student)


def school_year(classes: int, lessons_per_class: int, seed: int = 7) -> Builder:
    """Write a large log for measurements: about 16 entries a lesson, 3 % corrected."""
    b = Builder(seed)
    b.school()
    year = b.uuid()
    b.add("year", year, "school_year_opened", title="2026/27", starts_on="2026-09-01", ends_on="2027-05-31")
    period = b.period(year, 1, [5], "2026-09-01", "2026-10-25")
    teacher = b.person("teacher", "Орлова", "Анна", "Петровна")
    for number in range(classes):
        students = [b.person("student", f"Фамилия{i}", "Имя", "Отчество") for i in range(28)]
        group = b.class_group(year, 5, chr(0x410 + number % 30))
        for student in students:
            b.enroll(group, student)
        course = b.course(group, "Математика", year, teacher, "5")
        for held in range(lessons_per_class):
            lesson = b.lesson(
                course, teacher, f"2026-{9 + held % 3:02}-{1 + held % 28:02}", "Сложение дробей с разными знаменателями"
            )
            work = b.work(lesson)
            b.homework(lesson, "Упражнения 115–118, стр. 34", "2026-12-01")
            first = held % 14
            marks = [
                b.mark(lesson, work, student, "5432"[i % 4]) for i, student in enumerate(students[first : first + 11])
            ]
            gone = b.absence(lesson, students[27])
            if held % 3 == 0:
                b.begin()
                b.add("lesson", lesson, "absence_reason_set", absence=gone, code="ill")
                row, index = b.rows[gone], len(b.entries) - 1
                b._correction(index, row, gone, "absent", "ill", "document", "", None, None)
                row.value, row.standing = "ill", index
                old = b.rows[marks[0]]
                index = b.add(
                    "lesson", lesson, "mark_corrected", corrects=marks[0], old=old.value, new="1", reason="typo"
                )
                b._correction(index, old, marks[0], old.value, "1", "typo", "", None, None)
                old.value, old.standing = "1", index
    b.close(period, lambda info: info["held_on"] <= "2026-10-25")
    return b


SAMPLE_SIZE = len(sample().builder.entries)
FIRST_TILE = "000" if SAMPLE_SIZE >= 256 else f"000.p/{SAMPLE_SIZE}"
"""Where a server keeps the first entries and their hashes."""
"""How many entries the small school has."""

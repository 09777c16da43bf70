"""What the tables of an archive are called, their columns, and the words in them (tables.md)."""

from typing import Final

from verify.state import NULL

_ENTRY, _AT, _LESSON, _HELD_ON = "entry (запись)", "at (внесено)", "lesson (урок)", "held_on (дата)"
_CLASS, _SUBJECT, _STUDENT, _NAME = "class (класс)", "subject (предмет)", "student (ученик)", "name (имя)"
_RECORDED, _STANDING, _BY = (
    "recorded (внесено значение)",
    "standing (действует значение)",
    "standing_entry (действует запись)",
)

_GUARDIAN, _GUARDIAN_NAME = "guardian (законный представитель)", "guardian_name (имя представителя)"
_BASIS, _ENDED_BY = "basis (основание)", "ended_by (прекращено записью)"
_SHEET: Final = "sheet (ведомость)"
_SUBGROUP: Final = "subgroup (подгруппа)"
_NUMBER, _SIGNED_ON = "order_number (номер приказа)", "order_date (дата приказа)"

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "people": (_ENTRY, "person (человек)", "kind (кто)", _NAME),
    "enrollments": (_ENTRY, _CLASS, _STUDENT, _NAME, "starts_on (с)", "ends_on (по)"),
    "courses": (_ENTRY, "course (курс)", _CLASS, _SUBJECT, _SUBGROUP),
    "plans": (
        _ENTRY, "course (курс)", _CLASS, _SUBJECT, _SUBGROUP, "number (номер)", "topic (тема)", "hours (часов)",
        "homework (домашнее задание)", "planned_on (по плану)", "reason (причина)", "basis (основание)",
    ),
    "subgroups": (
        _ENTRY, "course (курс)", _CLASS, _SUBJECT, _SUBGROUP, _STUDENT, _NAME, "starts_on (с)", "ends_on (по)",
    ),
    "lessons": (
        _ENTRY, _AT, _LESSON, _HELD_ON, "number (номер)", _CLASS, _SUBJECT, _SUBGROUP, "teacher (учитель)",
        "topic (тема)", "plan_items (пункты плана)",
        "attendance (посещаемость)", "homework (домашнее задание)", "due_on (к дате)",
        "due_lesson (к уроку)", _BY,
    ),
    "files": (
        _ENTRY, _AT, _LESSON, _HELD_ON, _CLASS, _SUBJECT, "sha256 (SHA-256)", "size (байт)", "media_type (тип)",
    ),
    "posted": (
        _ENTRY, _AT, "course (курс)", _CLASS, _SUBJECT, _HELD_ON, "number (номер)", "homework (домашнее задание)",
        "said (полностью)", "withdrawn_by (снято записью)",
    ),
    "marks": (
        _ENTRY, _AT, _LESSON, _HELD_ON, _CLASS, _SUBJECT, _STUDENT, _NAME, "kind (вид работы)",
        _RECORDED, _STANDING, _BY,
    ),
    "works": (
        _ENTRY, _AT, _LESSON, _HELD_ON, _CLASS, _SUBJECT, "work (работа)", "kind (вид работы)",
        "written (письменная)", "weight (вес, сотые)", "ends_on (последний день)", "scheduled (по графику)",
        "stands (действует)", _BY,
    ),
    "make_ups": (
        _ENTRY, _AT, _LESSON, _HELD_ON, _CLASS, _SUBJECT, "work (работа)", _STUDENT, _NAME, _RECORDED, _STANDING, _BY,
    ),
    "schedule": (
        _ENTRY, _AT, "course (курс)", _CLASS, _SUBJECT, "scheduled (работа графика)", "kind (вид работы)",
        "minutes (минут)", "action (что)", "planned_on (на дату)", "number (номер)", "reason (причина)", _BASIS,
    ),
    "absences": (_ENTRY, _AT, _LESSON, _HELD_ON, _CLASS, _SUBJECT, _STUDENT, _NAME, _RECORDED, _STANDING, _BY),
    "substitutions": (
        _ENTRY, _AT, _LESSON, _HELD_ON, _CLASS, _SUBJECT, "absent_teacher (отсутствовал)",
        "absent_name (кто отсутствовал)",
        "substitute (замещал)", "substitute_name (кто замещал)", "reason (причина)", "basis (основание)",
        "same_subject (тот же предмет)", "coefficient (коэффициент, сотые)", "held (урок действует)", _BY,
    ),
    "corrections": (
        _ENTRY, _AT, "fact (что)", "corrects (исправляет запись)", _LESSON, _STUDENT, "old (было)", "new (стало)",
        "reason (причина)", "note (пояснение)", "basis (основание)", "request (заявка)", "actor (кто внёс)",
    ),
    "calendar": (
        _ENTRY, "starts_on (с)", "ends_on (по)", "grades (параллели)", "as_weekday (как день недели)",
        "title (название)", "revoked_by (отменено записью)",
    ),
    "bells": (
        _ENTRY, "bells (звонки)", "title (название)", "effective_from (действует с)", "number (номер)",
        "starts_at (начало)", "ends_at (конец)",
    ),
    "timetables": (
        _ENTRY, _CLASS, "effective_from (действует с)", "bells (звонки)", "weekday (день недели)", "number (номер)",
        "weeks (недели)", "course (курс)", _SUBJECT,
    ),
    "certificates": (
        _ENTRY, _AT, _STUDENT, _NAME, "starts_on (с)", "ends_on (по)", "code (код)", "basis (основание)",
        "annulled_by (аннулирована записью)",
    ),
    "cancellations": (
        _ENTRY, _AT, "course (курс)", _CLASS, _SUBJECT, _HELD_ON, "number (номер)", "reason (причина)",
        "basis (основание)", "moved_to (перенесён)", "merged_with (объединён с курсом)",
        "withdrawn_by (отмена снята записью)",
    ),
    "substitution_plans": (
        _ENTRY, _AT, "course (курс)", _CLASS, _SUBJECT, _HELD_ON, "number (номер)", "absent_teacher (отсутствует)",
        "absent_name (кто отсутствует)", "substitute (замещает)", "substitute_name (кто замещает)", "reason (причина)",
        "basis (основание)", "same_subject (тот же предмет)", "coefficient (коэффициент, сотые)",
        "ended_by (снято или заменено записью)",
    ),
    "regulations": (_ENTRY, _NUMBER, _SIGNED_ON, "effective_from (действует с)", "parameters (параметры)"),
    "duties": (
        _ENTRY, "person (человек)", _NAME, "duty (обязанность)", _NUMBER, _SIGNED_ON, "starts_on (с)", "ends_on (по)",
    ),
    "responsible": (_ENTRY, "person (человек)", _NAME, _NUMBER, _SIGNED_ON, "starts_on (с)"),
    "guardians": (
        _ENTRY, _AT, _STUDENT, _NAME, _GUARDIAN, _GUARDIAN_NAME, "relation (кем приходится)", _BASIS, _ENDED_BY,
    ),
    "data_notices": (
        _ENTRY, _AT, "person (человек)", _NAME, "received_on (получено)", "how (как)", "given_by (от кого)",
        "about (о чём)", "answered_by (ответ — запись)", "answered_at (ответ внесён)",
    ),
    "data_updates": (
        _ENTRY, _AT, "person (человек)", _NAME, "what (что)", "fields (сведения)", "notice (уведомление)",
        "refresh (обновление года)", "confirmed_on (подтверждено)",
    ),
    "refreshes": (_ENTRY, _AT, "year (учебный год)", "opens_on (с)", "until (по)"),
    "consents": (
        _ENTRY, _AT, _GUARDIAN, _GUARDIAN_NAME, _STUDENT, _NAME, "channel (канал)", "method (способ)",
        "application_number (номер заявления)", "application_date (дата заявления)", _ENDED_BY,
    ),
    "refusals": (
        _ENTRY, _AT, _GUARDIAN, _GUARDIAN_NAME, _STUDENT, _NAME, "refused_on (дата отказа)", _BASIS, _ENDED_BY,
        "notified_by (сообщено — запись)", "out_number (исходящий номер)", "sent_on (отправлено)",
        "approved_by (утвердил)",
    ),
    "checks": (
        _ENTRY, _AT, _CLASS, "held_on (дата проверки)", "from_date (с)", "to_date (по)", "actor (кто проверил)",
        "note (пояснение)",
    ),
    "remarks": (
        _ENTRY, _AT, "remark (замечание)", _CLASS, _SUBJECT, _LESSON, "held_on (дата урока)", "about (о чём)",
        "to (кому)", "to_name (имя)", "check (проверка)", "actor (кто внёс)", "note (пояснение)",
        "closed_by (закрыто записью)", "how (как)", "answer (ответ)",
    ),
    "incidents": (
        _ENTRY, _AT, "incident (инцидент)", "kind (вид)", "began_at (с)", "note (пояснение)",
        "closed_by (закрыто записью)", "ended_at (по)", "closing_note (пояснение при закрытии)",
    ),
    "excuses": (
        _ENTRY, _AT, "teacher (учитель)", _NAME, _CLASS, _SUBJECT, _HELD_ON, _LESSON, "rules (что извиняет)",
        "reason (причина)", "incident (инцидент)", _BASIS, "note (пояснение)", "actor (кто принял)",
        "withdrawn_by (снято записью)", "withdrawn_basis (почему снято)",
    ),
    "freshness": (
        _ENTRY, _AT, "size (записей)", "position (показано)", "behind (не показано)",
        "minutes_behind (отставание, мин)", "last_entry_minutes (последней записи, мин)", "actor (кто внёс)",
    ),
    "portals": (
        _ENTRY, _AT, "portal (портал)", "action (что)", "name (название)", "link (ссылка)", "diary (ссылка на дневник)",
        "outcome (итог)", _BASIS, "actor (кто внёс)",
    ),
    "witnesses": (
        _ENTRY, _AT, "witness (свидетель)", "action (что)", "key (ключ)", "held_by (кто ведёт)", "link (ссылка)",
        "size (записей)", "root (корень)", "cosigned_at (время свидетеля)", "signature (подпись)", _BASIS,
        "actor (кто внёс)",
    ),
    "closings": (
        _ENTRY, _AT, "period (период)", "kind (вид)", "number (номер)", "starts_on (с)", "ends_on (по)", "action (что)",
        "streams (потоков уроков)", "size (заверено записей)", "reason (причина)", "requested_by (кто просил)", _NAME,
        "note (пояснение)", "basis (основание)", "request (заявка)", "actor (кто внёс)",
    ),
    "journals": (
        _ENTRY, _AT, "class_id (id класса)", _CLASS, "action (что)", "reason (причина)",
        "requested_by (кто просил)", _NAME, "note (пояснение)", "basis (основание)", "request (заявка)",
        "sha256 (SHA-256)", "number (номер расписки)", "received_on (дата расписки)", "to (кому)", "actor (кто внёс)",
    ),
    "journal_excuses": (
        _ENTRY, _AT, "class_id (id класса)", _CLASS, "what (чего нет)", "course (курс)", _SUBJECT, "count (сколько)",
        "reason (причина)", _BASIS, "actor (кто внёс)",
    ),
    "backdatings": (
        _ENTRY, _AT, "action (что)", "what (о чём)", "course (курс)", _CLASS, _SUBJECT, "person (человек)", _NAME,
        "day (день)", "requested_by (кто просил)", _BASIS, "request (заявка)", "actor (кто внёс)",
    ),
    "evidence": (
        _ENTRY, _AT, "what (что)", "size (записей)", "root (корень)", "verdict (итог)", "by (чем)", "sha256 (SHA-256)",
        "checkpoint (точка)", "witnesses (свидетелей)", "year (учебный год)", "month (месяц)",
        "employees (сотрудников)", "requests (запросов)", "rows (строк)", "slowest_ms (дольше всех, мс)",
        "to (кому)", "number (номер расписки)", "received_on (дата расписки)",
    ),
    "printouts": (
        _ENTRY, _AT, "condition (что)", "scope (за что)", "number (номер)", "printed_on (дата)", "pages (листов)",
        "kept (где хранится)", "signed_by (кто подписал)", _NAME, "sheets (формы)",
    ),
    "backups": (
        _ENTRY, _AT, "action (что)", "backup (копия)", "what (что в ней)", "size (записей)", "root (корень)",
        "bytes (байт)", "sha256 (SHA-256)", "place (где)", "restored_at (восстановлена)", "how (как)",
        "verdict (итог)", "actor (кто внёс)",
    ),
    "prints": (
        _ENTRY, _AT, "action (что)", "sheet (форма)", "number (номер)", "kind (вид)", "scope (за что)",
        "position (по запись)", "pages (листов)", "certified_by (кто заверил)", _NAME, "office (должность)",
        "certified_on (дата)", "seal (печать)", "reason (причина)", "basis (основание)", "actor (кто внёс)",
    ),
    "erasures": (
        _ENTRY, _AT, "action (что)", "matter (дело)", "effective_from (действует с)", "whose (чьё)",
        "retention (сведения)", "ground (причина)", "counted_from (отсчёт)", "years (лет)",
        "disclosures (раскрытий)", "sheets (формы)", "destroyed_at (уничтожено)", _BASIS, "actor (кто внёс)",
    ),
    "blocks": (
        _ENTRY, _AT, "action (что)", "block (блокирование)", "person (человек)", "fields (сведения)",
        "ground (причина)", "by (кто просил)", "applicant (представитель)", "received_on (обращение)",
        "outcome (итог)", "change (изменение — запись)", _BASIS, "actor (кто внёс)",
    ),
    "anchors": (_ENTRY, _AT, "size (записей)", "root (корень)", "actor (кто внёс)"),
    "accounts": (
        _ENTRY, _AT, "account (учётная запись)", "action (что)", "kind (чья)", _NAME, "role (роль)", "starts_on (с)",
        "ends_on (по)", "grant (дана записью)", "purpose (цель)", "scope (о чём)", "reason (причина)", _BASIS,
        "sha256 (SHA-256)", "help (чем помогли)", "request (по просьбе — запись)", "actor (кто внёс)",
    ),
    "paper": (
        _ENTRY, _AT, "action (что)", "paper (бумага)", "number (номер)", "kind (вид)", "title (заголовок)",
        "year (учебный год)", _CLASS, "pages (листов)", "place (где)", "counted_from (отсчёт)",
        "keep_until (хранить до)", "schedule (перечень — запись)", "sheets (формы)", "printout (распечатка)",
        "matter (дело)", "to (кому)", "act (номер акта)", "act_on (дата акта)", "reason (причина)",
        "requested_by (кто просил)", _NAME, _BASIS, "actor (кто внёс)",
    ),
    "assessment": (_ENTRY, _NUMBER, _SIGNED_ON, "effective_from (действует с)", "rules (правила)"),
    "results": (
        _ENTRY, _AT, _SHEET, _CLASS, _SUBJECT, "period (период)", "what (что)", _STUDENT, _NAME,
        "computed (вычислено)", "sum (сумма)", "weight (вес)", "inputs (по записям)", "rule (правила)", _RECORDED,
        "reason (причина)", "note (пояснение)", "obtained_at (получено)", "protocol (протокол)",
        "lacks (не хватает классов)", _STANDING, _BY, "published_entry (опубликовано записью)",
    ),
    "result_corrections": (
        _ENTRY, _AT, "what (что)", "corrects (исправляет запись)", _SHEET, _STUDENT, "old (было)", "new (стало)",
        "reason (причина)", "note (пояснение)", "basis (основание)", "request (заявка)", "actor (кто внёс)",
    ),
    "council": (
        _ENTRY, _AT, "year (учебный год)", "protocol (протокол)", _HELD_ON, "decision (решение)",
        "students (ученики)", "names (имена)", "basis (основание)", "replaced_by (заменено записью)",
    ),
}  # fmt: skip

LATER: Final = (
    *("posted", "calendar", "certificates", "cancellations", "substitution_plans", "guardians", "data_notices"),
    *("data_updates", "refreshes", "consents", "checks", "remarks", "refusals", "incidents", "excuses"),
    *("works", "make_ups"),
)
"""Tables of rows whose last cells later entries may fill."""
AT_THE_END: Final = ("enrollments", "duties", "subgroups", "lessons", "substitutions", *LATER, "results", "council")
"""Tables of which the last entry decides some rows: they are read when it has passed."""
WHOLE: Final = frozenset(("people", "courses", "regulations", "duties", "responsible", "assessment"))
"""Tables that have the rows of every entry in an archive of a later range too: what its other rows rest on."""

WORK_KINDS: Final = {
    english.encode(): russian.encode()
    for english, russian in {
        "answer": "ответ на уроке", "homework_check": "проверка домашнего задания",
        "self_work": "самостоятельная работа",
        "control_work": "контрольная работа", "test": "тест", "dictation": "диктант", "exposition": "изложение",
        "composition": "сочинение", "laboratory": "лабораторная работа", "practical": "практическая работа",
        "project": "проект", "by_heart": "наизусть", "retelling": "пересказ",
        "reading": "чтение", "norms": "сдача нормативов",
    }.items()
}  # fmt: skip
PERSON_KINDS: Final = {
    b"student": "ученик".encode(), b"teacher": "учитель".encode(), b"staff": "сотрудник".encode(),
    b"guardian": "законный представитель".encode(),
}  # fmt: skip
REASONS: Final = {
    english.encode(): russian.encode()
    for english, russian in {
        "typo": "описка", "wrong_student": "не тот ученик", "wrong_column": "не та графа",
        "rechecked": "работа перепроверена",
        "appeal": "апелляция", "made_up": "пересдача, отработка", "document": "предоставлен документ",
        "other": "иное (с пояснением)",
    }.items()
}  # fmt: skip
DUTIES: Final = {
    b"journal": "ведение журнала", b"substitute": "замещение", b"class_teacher": "классное руководство",
}  # fmt: skip
PLAN_REASONS: Final = {
    "": "", "calendar": "изменение календаря", "merged": "объединение тем", "programme": "изменение рабочей программы",
    "order": "приказ", "typo": "описка", "other": "иное",
}  # fmt: skip
ABSENT_FOR: Final = {
    "ill": "болезнь", "business_trip": "командировка", "training": "повышение квалификации", "leave": "отпуск",
    "other": "иное",
}  # fmt: skip
CANCELLED_FOR: Final = {
    "teacher_absent": "нет учителя", "quarantine": "карантин", "weather": "погода", "accident": "авария",
    "school_event": "общешкольное мероприятие", "other": "иное",
}  # fmt: skip
INCIDENTS: Final = {
    b"system": "сбой системы", b"network": "нет связи", b"power": "нет электричества",
    b"maintenance": "плановые работы",
}  # fmt: skip
VERDICTS: Final = {
    b"verified": "расхождений нет".encode(), b"finding": "найдены расхождения".encode(),
    b"incomplete": "проверено не всё".encode(),
}  # fmt: skip
PORTALS: Final = {
    b"found": "найден".encode(), b"no_link": "найден без ссылки на дневник".encode(),
    b"not_found": "не найден".encode(), b"no_answer": "нет ответа".encode(),
}  # fmt: skip
EXCUSED_BY: Final = {
    b"outage": "журнал был недоступен", b"ill": "болезнь", b"order": "приказ директора",
    b"emergency": "чрезвычайная ситуация в школе",
}  # fmt: skip
EXCUSED: Final = {
    "lesson": "запись урока", "attendance": "посещаемость", "homework": "домашнее задание",
    "oral_mark": "отметка за устный ответ", "written_mark": "отметка за письменную работу",
    "written_work": "письменная работа в целом",
}  # fmt: skip
RESCHEDULED_FOR: Final = {
    "teacher_absent": "нет учителя", "calendar": "изменение календаря", "load": "нагрузка класса",
    "programme": "изменение рабочей программы", "other": "иное",
}  # fmt: skip
WEEKS: Final = {"every": "каждая", "odd": "нечётная", "even": "чётная"}
FACTS: Final = {
    "lesson": "урок", "substitution": "замещение", "work": "работа", "make_up": "отработка", "mark": "отметка",
    "absence": "пропуск", "lateness": "опоздание", "early_leave": "ранний уход", "homework": "домашнее задание",
}  # fmt: skip
WORDS: Final = {
    **{f'"{code}"'.encode(): word.encode() for code, word in {
        "na": "н/а", "exempt": "осв", "pass": "зачёт", "fail": "незачёт",
        "absent": "н", "ill": "б", "excused": "у", "unexcused": "п",
    }.items()},
    **{f'"{mark}"'.encode(): str(mark).encode() for mark in range(1, 6)},
    **{f'"{one}/{two}"'.encode(): f"{one}/{two}".encode() for one in range(1, 6) for two in range(1, 6)},
    **{b"%d" % minutes: "оп ".encode() + b"%d" % minutes for minutes in range(1, 121)},
    NULL: b"",
}  # fmt: skip
# Minutes are spelt alike in both; only the fact says which they are.
EARLY_LEAVES: Final = {NULL: b"", **{b"%d" % minutes: "ух ".encode() + b"%d" % minutes for minutes in range(1, 121)}}

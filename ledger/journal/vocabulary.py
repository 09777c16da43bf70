"""Closed lists of codes as they stand in entries. What people read for each is given beside it in Russian.

Codes are ASCII so that entries read the same in every locale; the words are for views and tables.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

PersonKind = Literal["student", "teacher", "staff", "guardian"]
Relation = Literal["mother", "father", "guardian", "other"]
DataField = Literal["family_name", "given_name", "patronymic", "birth_date", "address", "phone", "email"]
"""Names of the personal values that the vault keeps of a person; the values are nowhere in the log."""
NoticeForm = Literal["written", "electronic", "oral"]
RetentionClass = Literal["person", "journal", "print", "sheet"]
"""Which values are kept alike: of the person, notes of the journal, of printed forms; summary sheets hold no values."""
CountedFrom = Literal["left", "year_end", "document"]
KeptBy = Literal["law", "consent"]
HoldScope = Literal["all", "person", "class"]
ErasureGround = Literal["expiry", "withdrawal", "request", "unlawful"]
Channel = Literal["in_system", "email", "sms"]
ConsentMethod = Literal["written", "self_service"]
RemarkAbout = Literal["lesson", "attendance", "homework", "marks", "other"]
RemarkClosing = Literal["answered", "withdrawn"]
PeriodKind = Literal["quarter", "trimester", "half_year", "year"]
ClockKind = Literal["server", "sample"]
AbsenceCode = Literal["absent", "ill", "excused", "unexcused"]
CertificateCode = Literal["ill", "excused"]
"""What a certificate makes of an absence: every one is excused, most by illness."""
Handling = Literal["refuse", "flag"]
"""What the journal does about an entry that the regulation does not want: refuse it, or take it and flag it."""
Fact = Literal["lesson", "substitution", "work", "make_up", "mark", "absence", "lateness", "early_leave", "homework"]
ResultKind = Literal["period_mark", "exam_result", "final_mark"]
Average = Literal["weighted", "plain"]
FinalFrom = Literal["year", "mean_of_year_and_exam"]
DeviationReason = Literal["key_works", "trend", "absences", "exempt", "no_marks", "transferred", "council", "other"]
CouncilDecision = Literal[
    "admitted", "not_admitted", "promoted", "promoted_conditionally", "retained", "graduated", "other"
]
SubstitutionReason = Literal["ill", "business_trip", "training", "leave", "other"]
Lacking = Literal["lesson", "attendance", "mark", "result", "remark", "council"]
"""What may lack in a class's journal of a year when it is closed, if it is excused."""
Unsettled = Literal["period", "request"]
"""What must be settled first: a period that is open, a request for a correction that waits."""
LackReason = Literal["not_required", "student_absent", "not_restorable", "order", "other"]
ClassAct = Literal["class_teacher_assigned", "student_enrolled", "student_left"]
CourseAct = Literal["teacher_assigned", "subgroup_joined", "subgroup_left"]
SetupAct = Literal[
    "bell_schedule_set", "calendar_entry_revoked", "days_off_declared", "duty_assigned", "duty_ended",
    "regulation_adopted", "responsible_appointed", "school_day_declared", "timetable_set",
]  # fmt: skip
ReopeningReason = Literal["not_recorded", "recorded_wrongly", "closed_by_mistake", "inspection", "other"]
Verdict = Literal["verified", "finding", "incomplete"]
"""What a verifying program found: nothing wrong, something wrong, or not all of it could be looked at."""
Tool = Literal["csv", "openssl", "sha256sum", "verify.pyz"]
"""What an archive was opened with; `csv` is any reader of tables, `verify.pyz` alone is ours."""
BackupPart = Literal["keys", "ledger", "vault"]
"""What a backup holds: the log and the sealed values, or, by themselves, the keys."""
DrillStep = Literal["audit", "checkpoint", "restore", "values"]
"""What a trial of restoring tried: restored, whole log verified, signed checkpoint compared, sealed values opened."""
Condition = Literal["corrections", "archive", "substitutions"]
"""The three examples of regulation 3.3, in its order: what may have to be printed."""
_ClassForm = Literal["class_page", "student_page", "attendance", "lesson_plan", "summary_sheet"]
PrintKind = Literal[_ClassForm, "corrections", "substitutions", "conformity", "papers"]
"""What printed forms are made of (regulation 3.1)."""
VoidReason = Literal["spoiled", "lost", "wrong_scope", "superseded", "other"]
"""Why the paper of a printed form counts no more."""
PaperKind = Literal["class_journal", "summary_sheet", "corrections", "substitutions", "other"]
StrikeReason = Literal["entered_wrongly", "lost", "damaged"]
"""Why paper is in the register no more, though nobody destroyed or took it over."""
Duty = Literal["journal", "substitute", "class_teacher"]
PlanReason = Literal["calendar", "merged", "programme", "order", "typo", "other"]
Weeks = Literal["every", "odd", "even"]
"""In which weeks of the school year a lesson of the timetable is held; the first week is odd."""
CancellationReason = Literal["teacher_absent", "quarantine", "weather", "accident", "school_event", "other"]
IncidentKind = Literal["system", "network", "power", "maintenance"]
"""Why the journal could not be used: it failed, or what it needs did, or work on it was planned."""
PortalOutcome = Literal["found", "no_link", "not_found", "no_answer"]
"""What a portal's link answered: a page with the link to the diary, one without it, no page, nothing."""
LessonRule = Literal["lesson", "attendance", "homework", "oral_mark", "written_mark", "written_work"]
"""What of one lesson has a deadline: the rules of `deadlines` that an excuse may cover."""
ExcuseReason = Literal["outage", "ill", "order", "emergency"]
"""All that is accepted as an excuse for a late record (regulation 2.4.1)."""
NeverAnExcuse = Literal["computer_skills", "no_computer_at_home", "no_computer_at_work"]
"""What regulation 2.4.1 never accepts as one."""
RescheduleReason = Literal["teacher_absent", "calendar", "load", "programme", "other"]
"""Why a scheduled work is moved or cancelled; `load`: the class has too many."""
CorrectionReason = Literal[
    "typo", "wrong_student", "wrong_column", "rechecked", "appeal", "made_up", "document", "other"
]
MediaType = Literal[
    "application/pdf",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "audio/mpeg",
    "image/jpeg",
    "image/png",
    "text/plain",
    "video/mp4",
]
"""Types of files that may go with homework."""
WorkKind = Literal[
    "answer",
    "homework_check",
    "self_work",
    "control_work",
    "test",
    "dictation",
    "exposition",
    "composition",
    "laboratory",
    "practical",
    "project",
    "by_heart",
    "retelling",
    "reading",
    "norms",
]

ABSENCE_WORDS: Final[dict[str, str]] = {"absent": "н", "ill": "б", "excused": "у", "unexcused": "п"}
"""н: reason not known yet; б: illness; у: excused (уважительная); п: unexcused (пропуск без причины)."""

MARK_WORDS: Final[dict[str, str]] = {"na": "н/а", "exempt": "осв", "pass": "зачёт", "fail": "незачёт"}
"""Marks that are not digits. Digits ``1`` to ``5`` and doubles such as ``4/5`` read as they are."""

WORK_WORDS: Final[dict[str, str]] = {
    "answer": "ответ на уроке",
    "homework_check": "проверка домашнего задания",
    "self_work": "самостоятельная работа",
    "control_work": "контрольная работа",
    "test": "тест",
    "dictation": "диктант",
    "exposition": "изложение",
    "composition": "сочинение",
    "laboratory": "лабораторная работа",
    "practical": "практическая работа",
    "project": "проект",
    "by_heart": "наизусть",
    "retelling": "пересказ",
    "reading": "чтение",
    "norms": "сдача нормативов",
}

PERSON_WORDS: Final[dict[str, str]] = {
    "student": "ученик",
    "teacher": "учитель",
    "staff": "сотрудник",
    "guardian": "законный представитель",
}

ROLE_WORDS: Final[dict[str, str]] = {
    "teacher": "учитель",
    "deputy": "завуч",
    "administrator": "администратор",
    "director": "директор",
    "inspector": "инспектор",
    "guardian": "законный представитель",
    "class_teacher": "классный руководитель",
    "system_administrator": "системный администратор",
    "archivist": "архивариус",
    "student": "ученик",
    "export_job": "программа выгрузки",
}
"""Roles in which somebody acts; an entry may have another, which a program then shows as it is."""


REASON_WORDS: Final[dict[str, str]] = {
    "typo": "описка",
    "wrong_student": "не тот ученик",
    "wrong_column": "не та графа",
    "rechecked": "работа перепроверена",
    "appeal": "апелляция",
    "made_up": "пересдача, отработка",
    "document": "предоставлен документ",
    "other": "иное (с пояснением)",
}

SUBSTITUTION_WORDS: Final[dict[str, str]] = {
    "ill": "болезнь",
    "business_trip": "командировка",
    "training": "повышение квалификации",
    "leave": "отпуск",
    "other": "иное",
}
"""Why the responsible teacher was not there; which document says so is the `basis`."""

PERIOD_WORDS: Final[dict[str, str]] = {
    "quarter": "четверть",
    "trimester": "триместр",
    "half_year": "полугодие",
    "year": "год",
}

VERDICT_WORDS: Final[dict[str, str]] = {
    "verified": "расхождений нет",
    "finding": "найдены расхождения",
    "incomplete": "проверено не всё",
}

BACKUP_WORDS: Final[dict[str, str]] = {
    "keys": "ключи",
    "ledger": "журнал",
    "vault": "личные сведения",
}
DRILL_WORDS: Final[dict[str, str]] = {
    "audit": "журнал перепроверен",
    "checkpoint": "подписанная точка сверена",
    "restore": "восстановлено",
    "values": "сведения открыты ключами",
}
PRINT_WORDS: Final[dict[str, str]] = {
    "class_page": "страница журнала",
    "summary_sheet": "сводная ведомость",
    "corrections": "исправления",
    "substitutions": "замещения",
    "conformity": "соответствие регламенту",
    "papers": "реестр бумажного архива",
    "student_page": "табель ученика",
    "attendance": "посещаемость класса",
    "lesson_plan": "календарный план",
}
VOID_WORDS: Final[dict[str, str]] = {
    "spoiled": "испорчена",
    "lost": "утрачена",
    "wrong_scope": "не о том",
    "superseded": "заменена",
    "other": "иное",
}
CONDITION_WORDS: Final[dict[str, str]] = {
    "corrections": "исправления",
    "archive": "архив",
    "substitutions": "замещения",
}
"""What may have to be printed: of a period, a year, a month."""

REOPENING_WORDS: Final[dict[str, str]] = {
    "not_recorded": "внесено не всё",
    "recorded_wrongly": "внесено неверно",
    "closed_by_mistake": "закрыт по ошибке",
    "inspection": "по требованию проверки",
    "other": "иное (с пояснением)",
}
"""Why a closed period was opened again."""
LACKING_WORDS: Final[dict[str, str]] = {
    "period": "период не закрыт",
    "request": "заявка без ответа",
    "lesson": "урок не внесён и не отменён",
    "attendance": "посещаемость не отмечена",
    "mark": "нет отметки за письменную работу",
    "result": "нет отметки за период",
    "remark": "замечание не закрыто",
    "council": "нет решения педагогического совета",
}
RELATION_WORDS: Final[dict[str, str]] = {
    "mother": "мать",
    "father": "отец",
    "guardian": "опекун, попечитель",
    "other": "иной законный представитель",
}

DATA_WORDS: Final[dict[str, str]] = {
    "family_name": "фамилия",
    "given_name": "имя",
    "patronymic": "отчество",
    "birth_date": "дата рождения",
    "address": "адрес",
    "phone": "телефон",
    "email": "электронная почта",
}

NOTICE_WORDS: Final[dict[str, str]] = {"written": "письменно", "electronic": "электронно", "oral": "устно"}

CHANNEL_WORDS: Final[dict[str, str]] = {"in_system": "в системе", "email": "электронная почта", "sms": "СМС"}

METHOD_WORDS: Final[dict[str, str]] = {"written": "письменно", "self_service": "в системе"}

REMARK_WORDS: Final[dict[str, str]] = {
    "lesson": "запись урока",
    "attendance": "посещаемость",
    "homework": "домашнее задание",
    "marks": "отметки",
    "other": "иное",
}

CLOSING_WORDS: Final[dict[str, str]] = {"answered": "отвечено", "withdrawn": "снято"}
DUTY_WORDS: Final[dict[str, str]] = {
    "journal": "ведение журнала",
    "substitute": "замещение",
    "class_teacher": "классное руководство",
}
"""What an employee's duties include: the own journal; lessons in another's place; absences of the own class."""

PLAN_WORDS: Final[dict[str, str]] = {
    "calendar": "изменение календаря",
    "merged": "объединение тем",
    "programme": "изменение рабочей программы",
    "order": "приказ",
    "typo": "описка",
    "other": "иное",
}
"""Why a lesson plan was changed: quarantine and days off are the calendar's."""
WEEKS_WORDS: Final[dict[str, str]] = {"every": "каждая", "odd": "нечётная", "even": "чётная"}
CANCELLATION_WORDS: Final[dict[str, str]] = {
    "teacher_absent": "нет учителя",
    "quarantine": "карантин",
    "weather": "погода",
    "accident": "авария",
    "school_event": "общешкольное мероприятие",
    "other": "иное",
}
"""Why a planned lesson is not held; which document says so is the `basis`."""

INCIDENT_WORDS: Final[dict[str, str]] = {
    "system": "сбой системы",
    "network": "нет связи",
    "power": "нет электричества",
    "maintenance": "плановые работы",
}

FRESHNESS_KIND_WORDS: Final[dict[str, str]] = {"gap": "не измерялось", "behind": "не показано"}
FRESHNESS_LEVEL_WORDS: Final[dict[str, str]] = {"day": "больше суток", "week": "больше недели"}

PORTAL_WORDS: Final[dict[str, str]] = {
    "found": "найден",
    "no_link": "найден без ссылки на дневник",
    "not_found": "не найден",
    "no_answer": "нет ответа",
}

EXCUSE_WORDS: Final[dict[str, str]] = {
    "outage": "журнал был недоступен",
    "ill": "болезнь",
    "order": "приказ директора",
    "emergency": "чрезвычайная ситуация в школе",
}
"""Why something was late, where that is accepted; which incident or document says so stands beside it."""

LESSON_RULE_WORDS: Final[dict[str, str]] = {
    "lesson": "запись урока",
    "attendance": "посещаемость",
    "homework": "домашнее задание",
    "oral_mark": "отметка за устный ответ",
    "written_mark": "отметка за письменную работу",
    "written_work": "письменная работа в целом",
}

RESCHEDULE_WORDS: Final[dict[str, str]] = {
    "teacher_absent": "нет учителя",
    "calendar": "изменение календаря",
    "load": "нагрузка класса",
    "programme": "изменение рабочей программы",
    "other": "иное",
}

FACT_WORDS: Final[dict[str, str]] = {
    "lesson": "урок",
    "substitution": "замещение",
    "work": "работа",
    "make_up": "отработка",
    "mark": "отметка",
    "absence": "пропуск",
    "lateness": "опоздание",
    "early_leave": "ранний уход",
    "homework": "домашнее задание",
}

RESULT_WORDS: Final[dict[str, str]] = {
    "period_mark": "отметка за период",
    "exam_result": "отметка за экзамен",
    "final_mark": "итоговая отметка",
}

DEVIATION_WORDS: Final[dict[str, str]] = {
    "key_works": "решили итоговые работы",
    "trend": "учтена динамика",
    "absences": "учтены пропуски",
    "exempt": "освобождён",
    "no_marks": "безотметочное обучение",
    "transferred": "учтены отметки из другой школы",
    "council": "решение педагогического совета",
    "other": "иное (с пояснением)",
}
"""Why a result is another one than the rules compute."""

COUNCIL_WORDS: Final[dict[str, str]] = {
    "admitted": "допущены к итоговой аттестации",
    "not_admitted": "не допущены к итоговой аттестации",
    "promoted": "переведены",
    "promoted_conditionally": "переведены условно",
    "retained": "оставлены на повторное обучение",
    "graduated": "выпущены",
    "other": "иное",
}

RETENTION_WORDS: Final[dict[str, str]] = {
    "person": "сведения о человеке",
    "journal": "пояснения в журнале",
    "print": "печатные формы",
    "sheet": "сводные ведомости",
}
PAPER_WORDS: Final[dict[str, str]] = {
    "class_journal": "классный журнал",
    "summary_sheet": "сводная ведомость",
    "corrections": "исправления",
    "substitutions": "замещения",
    "other": "иное",
}
STRIKE_WORDS: Final[dict[str, str]] = {
    "entered_wrongly": "внесено неверно",
    "lost": "утрачено",
    "damaged": "повреждено",
}
COUNTED_WORDS: Final[dict[str, str]] = {
    "left": "выбытие",
    "year_end": "конец учебного года",
    "document": "дата документа",
}
KEPT_WORDS: Final[dict[str, str]] = {"law": "закон", "consent": "согласие"}
HOLD_WORDS: Final[dict[str, str]] = {"all": "все", "person": "человек", "class": "класс"}
GROUND_WORDS: Final[dict[str, str]] = {
    "expiry": "истёк срок",
    "withdrawal": "отзыв согласия",
    "request": "требование",
    "unlawful": "незаконная обработка",
}

DIGITS: Final = ("1", "2", "3", "4", "5")
MARKS: Final[frozenset[str]] = frozenset(
    [*DIGITS, *MARK_WORDS, *(f"{first}/{second}" for first in DIGITS for second in DIGITS)]
)
"""Every value that a mark may have: digits, words, and two criteria in one cell."""
BAD_MARKS: Final[frozenset[str]] = frozenset(
    ["1", "2", "fail", *(f"{first}/{second}" for first in "12" for second in "12")]
)
"""Marks below what passes: what a pupil gets for homework that is not done."""

RELATIONS: Final[frozenset[str]] = frozenset(get_args(Relation))
DATA_FIELDS: Final[frozenset[str]] = frozenset(get_args(DataField))
NOTICE_FORMS: Final[frozenset[str]] = frozenset(get_args(NoticeForm))
PERSON_KINDS: Final[frozenset[str]] = frozenset(get_args(PersonKind))
RETENTION_CLASSES: Final[frozenset[str]] = frozenset(get_args(RetentionClass))
ERASABLE: Final = frozenset({"person", "journal"})
"""Classes that a person's erasure names; keys of printed forms go with the class of the person."""
COUNTED_FROM: Final[frozenset[str]] = frozenset(get_args(CountedFrom))
KEPT_BY: Final[frozenset[str]] = frozenset(get_args(KeptBy))
HOLD_SCOPES: Final[frozenset[str]] = frozenset(get_args(HoldScope))
ERASURE_GROUNDS: Final[frozenset[str]] = frozenset(get_args(ErasureGround))
CHANNELS: Final[frozenset[str]] = frozenset(get_args(Channel))
REMARK_ABOUT: Final[frozenset[str]] = frozenset(get_args(RemarkAbout))
REMARK_CLOSINGS: Final[frozenset[str]] = frozenset(get_args(RemarkClosing))
CONSENT_METHODS: Final[frozenset[str]] = frozenset(get_args(ConsentMethod))
RESULT_VALUES: Final[frozenset[str]] = frozenset([*DIGITS, *MARK_WORDS])
"""Every value that a result may have: a mark's, without two criteria."""

RESULT_KINDS: Final[frozenset[str]] = frozenset(get_args(ResultKind))
AVERAGES: Final[frozenset[str]] = frozenset(get_args(Average))
FINALS: Final[frozenset[str]] = frozenset(get_args(FinalFrom))
PERIOD_KINDS: Final[frozenset[str]] = frozenset(get_args(PeriodKind))
DEVIATION_REASONS: Final[frozenset[str]] = frozenset(get_args(DeviationReason))
COUNCIL_DECISIONS: Final[frozenset[str]] = frozenset(get_args(CouncilDecision))
ABSENCE_CODES: Final[frozenset[str]] = frozenset(get_args(AbsenceCode))
WEEKS: Final[tuple[str, ...]] = get_args(Weeks)
CERTIFICATE_CODES: Final[frozenset[str]] = frozenset(get_args(CertificateCode))
MEDIA_TYPES: Final[frozenset[str]] = frozenset(get_args(MediaType))
WORK_KINDS: Final[frozenset[str]] = frozenset(get_args(WorkKind))
WEIGHT_MAX: Final = 1_000
"""Of a work, in hundredths: ten times an ordinary one."""
DUTIES: Final[frozenset[str]] = frozenset(get_args(Duty))
PLAN_REASONS: Final[frozenset[str]] = frozenset(get_args(PlanReason))
SUBSTITUTION_REASONS: Final[frozenset[str]] = frozenset(get_args(SubstitutionReason))
LACKING: Final[frozenset[str]] = frozenset(get_args(Lacking))
UNSETTLED: Final[frozenset[str]] = frozenset(get_args(Unsettled))
LACK_REASONS: Final[frozenset[str]] = frozenset(get_args(LackReason))
REOPENING_REASONS: Final[frozenset[str]] = frozenset(get_args(ReopeningReason))
VERDICTS: Final[frozenset[str]] = frozenset(get_args(Verdict))
TOOLS: Final[frozenset[str]] = frozenset(get_args(Tool))
BACKUP_PARTS: Final[frozenset[str]] = frozenset(get_args(BackupPart))
DRILL_STEPS: Final[frozenset[str]] = frozenset(get_args(DrillStep))
CONDITIONS: Final[frozenset[str]] = frozenset(get_args(Condition))
PRINT_KINDS: Final[frozenset[str]] = frozenset(get_args(PrintKind))
VOID_REASONS: Final[frozenset[str]] = frozenset(get_args(VoidReason))
PAPER_KINDS: Final[frozenset[str]] = frozenset(get_args(PaperKind))
STRIKE_REASONS: Final[frozenset[str]] = frozenset(get_args(StrikeReason))
CANCELLATION_REASONS: Final[frozenset[str]] = frozenset(get_args(CancellationReason))
INCIDENT_KINDS: Final[frozenset[str]] = frozenset(get_args(IncidentKind))
PORTAL_OUTCOMES: Final[frozenset[str]] = frozenset(get_args(PortalOutcome))
LESSON_RULES: Final[frozenset[str]] = frozenset(get_args(LessonRule))
EXCUSE_REASONS: Final[frozenset[str]] = frozenset(get_args(ExcuseReason))
NEVER_AN_EXCUSE: Final[frozenset[str]] = frozenset(get_args(NeverAnExcuse))
RESCHEDULE_REASONS: Final[frozenset[str]] = frozenset(get_args(RescheduleReason))
CORRECTION_REASONS: Final[frozenset[str]] = frozenset(get_args(CorrectionReason))
REASONS_WITH_NOTE: Final[frozenset[str]] = frozenset({"other"})
"""Reason codes, of corrections and of reopenings, that ask for a text beside them."""

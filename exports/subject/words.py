"""Words of one person's file that stand nowhere else: states, verdicts, kinds of fields, types of entries."""

from __future__ import annotations

from typing import Final

STATE_WORDS: Final = {
    "held": "хранится",
    "replaced": "заменено, хранится",
    "erased": "стёрто",
    "blocked": "заблокировано",
    "absent": "не хранится",
    "unnamed": "хранится, журнал на это не ссылается",
}
STATUS_WORDS: Final = {
    "on_time": "в срок",
    "late": "с опозданием",
    "missing": "срок вышел, не внесено",
    "pending": "срок ещё идёт",
    "exempt": "не требуется",
    "no_regulation": "положение не действовало",
}
PURPOSE_WORDS: Final = {
    "view": "работа с журналом",
    "question": "вопрос проверяющего",
    "export": "выгрузка",
    "print": "печать",
    "check": "проверка",
    "subject_request": "запрос самого человека",
}
KIND_WORDS: Final = {
    "absences": "пропуски",
    "certificates": "справки",
    "consents": "согласия",
    "contacts": "контакты",
    "corrections": "исправления",
    "disclosures": "личные сведения",
    "entries": "записи журнала",
    "guardians": "представители",
    "marks": "отметки",
    "names": "имена",
    "notes": "пояснения",
    "reads": "журнал доступа",
    "results": "результаты",
    "work": "работа сотрудников",
}
HOW_WORDS: Final = {"named": "именно этот человек", "class": "в составе класса", "school": "в составе всей школы"}
TYPE_WORDS: Final = {
    "absence_annulled/1": "пропуск отменён",
    "absence_corrected/1": "пропуск исправлен",
    "absence_reason_set/1": "причина пропуска",
    "absence_recorded/1": "пропуск",
    "attendance_taken/1": "посещаемость урока",
    "certificate_annulled/1": "справка отменена",
    "certificate_recorded/1": "справка",
    "correction_refused/1": "заявка на исправление отклонена",
    "correction_requested/1": "заявка на исправление",
    "council_decision_recorded/1": "решение педагогического совета",
    "data_change_notice_received/1": "сообщение об изменении данных",
    "delivery_consent_given/1": "согласие на доставку",
    "delivery_consent_withdrawn/1": "отзыв согласия",
    "early_leave_recorded/1": "ранний уход",
    "erasure_proposed/1": "предложено стереть",
    "exam_result_recorded/1": "отметка за экзамен",
    "final_mark_recorded/1": "итоговая отметка",
    "guardian_linked/1": "законный представитель",
    "guardian_unlinked/1": "представитель больше не законный",
    "information_refused/1": "отказ от информирования",
    "lateness_recorded/1": "опоздание",
    "lesson_recorded/1": "урок",
    "make_up_recorded/1": "отработка",
    "mark_annulled/1": "отметка отменена",
    "mark_corrected/1": "отметка исправлена",
    "mark_recorded/1": "отметка",
    "period_mark_recorded/1": "отметка за период",
    "person_registered/1": "регистрация человека",
    "personal_data_changed/1": "сведения изменены",
    "personal_data_confirmed/1": "сведения подтверждены",
    "personal_data_blocked/1": "сведения заблокированы",
    "personal_data_unblocked/1": "сведения разблокированы",
    "personal_data_erased/1": "сведения стёрты",
    "remark_raised/1": "замечание",
    "result_annulled/1": "результат отменён",
    "result_corrected/1": "результат исправлен",
    "student_enrolled/1": "зачисление в класс",
    "student_left/1": "выбытие из класса",
    "subgroup_joined/1": "в подгруппе",
    "subgroup_left/1": "из подгруппы",
    "teacher_assigned/1": "назначен учитель",
    "class_teacher_assigned/1": "назначен классный руководитель",
}
"""Types of entries that people ask about; any other is told by its name."""

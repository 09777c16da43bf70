"""Russian words for what the journal's rules refuse. `tests/house` holds this list and the rules together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RULES_RU: Final[Mapping[str, str]] = {
    "absence_stands": "пропуск этого ученика уже внесён: исправьте его",
    "absent_and_late": "ученик не может одновременно отсутствовать и опоздать",
    "absent_and_left": "ученик не может одновременно отсутствовать и уйти раньше",
    "absent_student": "отсутствовавшему на уроке отметку не ставят",
    "already_enrolled": "в этот день ученик уже числится в одном из классов этого года",
    "appointment_not_later": "назначение ответственного начинается не раньше предыдущего",
    "assignment_not_later": "назначение учителя начинается позже предыдущего",
    "attendance_taken_already": "посещаемость на этом уроке уже отмечена",
    "certificate_exists": "справка этого ученика с таким идентификатором уже есть",
    "certificate_too_long": "справка слишком долгая: внесите остальные дни отдельно",
    "class_group_exists": "класс с таким идентификатором уже есть",
    "class_name_taken": "в этом году уже есть класс с такой параллелью и буквой",
    "clock_is_the_servers": "время записи ставит сервер",
    "course_exists": "курс с таким идентификатором уже есть",
    "due_date_out_of_range": "срок задания — после урока и до конца учебного года",
    "due_without_text": "если задания нет, нет и срока",
    "early_leave_stands": "ранний уход этого ученика уже внесён: исправьте его",
    "empty_range": "конец раньше начала",
    "grades_not_sorted": "параллели перечисляют по возрастанию, каждую один раз, и хотя бы одну",
    "homework_stands": "домашнее задание уже внесено: исправьте его",
    "lateness_stands": "опоздание этого ученика уже внесено: исправьте его",
    "lesson_annulled": "этот урок аннулирован",
    "lesson_exists": "урок с таким идентификатором уже есть",
    "lesson_not_begun": "урок ещё не начался: записи делают по факту проведения",
    "lesson_not_empty": "сначала аннулируйте то, что внесено в этот урок",
    "malformed_date": "дата пишется как ГГГГ-ММ-ДД",
    "malformed_digest": "это не отпечаток раскрываемого значения",
    "malformed_id": "идентификатор — это UUID строчными буквами",
    "malformed_key": "ключ повтора — до 200 печатных знаков",
    "malformed_text": "текст пуст, слишком длинен или содержит непечатные знаки",
    "malformed_time": "время пишется как ЧЧ:ММ",
    "malformed_value": "такого значения здесь быть не может",
    "malformed_yearly_day": "день года пишется как ММ-ДД и бывает в каждом году",
    "mark_stands": "отметка за эту работу уже стоит: исправьте её",
    "no_responsible_teacher": "в этот день за курс никто не отвечает",
    "no_school": "журнал ещё не открыт: сначала нужна запись о школе",
    "not_a_certificate": "этот номер не принадлежит ни одной действующей справке этого ученика",
    "not_a_fact": "этот номер не принадлежит ни одной записи урока, которую можно исправить",
    "not_a_request": "этот номер не принадлежит ни одной заявке этого урока",
    "not_an_absence": "этот номер не принадлежит ни одному пропуску этого урока",
    "not_enrolled": "в этот день ученик не числится в этом классе",
    "not_standing": "эта запись уже исправлена: исправляют ту, что действует сейчас",
    "not_the_author": "исправляет тот, кто внёс запись, или учитель, отвечающий за курс",
    "not_the_class_teacher": "это может сделать только классный руководитель или администрация",
    "not_the_teacher": "это может сделать только учитель урока или курса",
    "note_missing": "для этой причины нужно пояснение",
    "nothing_changes": "исправление ничего не меняет",
    "nothing_to_record": "запрос ничего не добавляет к уроку",
    "out_of_range": "число вне допустимых пределов",
    "outside_all_periods": "этот день не входит ни в один отчётный период параллели",
    "outside_the_year": "этот день не входит в учебный год",
    "period_closed": "отчётный период закрыт: нужна заявка на исправление",
    "period_exists": "отчётный период с таким идентификатором уже есть",
    "period_not_over": "период закрывают после его последнего дня",
    "period_number_taken": "у параллели уже есть период такого вида с этим номером",
    "period_open": "отчётный период открыт: исправляйте без заявки",
    "periods_overlap": "у параллели уже есть период такого вида в эти дни",
    "person_exists": "человек с таким идентификатором уже есть",
    "reason_known": "причина пропуска уже указана: исправьте её",
    "regulation_not_later": "редакция регламента вступает в силу не раньше предыдущей",
    "request_answered": "на эту заявку уже ответили",
    "request_pending": "заявка на исправление этой записи уже ждёт ответа",
    "role_not_allowed": "этой роли такое действие не положено",
    "same_appointment": "это назначение уже внесено",
    "same_certificate": "эта справка уже внесена",
    "same_regulation": "эта редакция регламента уже внесена",
    "same_teacher": "этот учитель уже отвечает за курс",
    "school_exists": "этот журнал уже принадлежит школе",
    "second_person_needed": "на заявку отвечает второй человек, не тот, кто её подал",
    "substitution_not_needed": "в этот день за курс отвечает сам учитель: замещать некого",
    "substitution_not_recorded": "в этот день за курс отвечает другой учитель, и замещение не внесено",
    "substitution_stands": "замещение аннулируют только вместе с уроком",
    "too_many_digests": "у человека слишком много личных значений",
    "twice_in_one_command": "одно и то же стоит в запросе дважды",
    "unknown_class": "класса с таким идентификатором нет",
    "unknown_code": "такого кода здесь нет",
    "unknown_course": "курса с таким идентификатором нет",
    "unknown_lesson": "урока с таким идентификатором нет",
    "unknown_period": "отчётного периода с таким идентификатором нет",
    "unknown_person": "человека с таким идентификатором нет",
    "unknown_time_zone": "такого часового пояса нет",
    "unknown_work": "такой работы на этом уроке нет",
    "unknown_year": "учебного года с таким идентификатором нет",
    "work_exists": "работа с таким идентификатором на этом уроке уже есть",
    "work_has_marks": "сначала аннулируйте отметки за эту работу",
    "wrong_kind_of_person": "этот человек зарегистрирован в другом качестве",
    "wrong_origin": "у этого журнала другое имя",
    "wrong_year": "класс относится к другому учебному году",
    "year_exists": "учебный год с таким идентификатором уже есть",
    "year_too_long": "учебный год слишком длинный",
}
"""Rule name -> what a person reads."""


def words_of_clause(clause: str) -> tuple[str, str]:
    """Say where a rule comes from (`ledger.errors.Refused.clause`), in Russian and in English."""
    match clause:
        case "local_act":
            return "локальный акт школы", "the school's local act"
        case "log":
            return "правило самого журнала", "the log's own rule"
        case _:
            return f"п. {clause} регламента", f"regulation {clause}"


CONTENT_RULES: Final = frozenset(
    {
        "certificate_too_long",
        "due_without_text",
        "empty_range",
        "grades_not_sorted",
        "malformed_date",
        "malformed_digest",
        "malformed_id",
        "malformed_key",
        "malformed_text",
        "malformed_time",
        "malformed_value",
        "malformed_yearly_day",
        "note_missing",
        "nothing_to_record",
        "out_of_range",
        "too_many_digests",
        "twice_in_one_command",
        "unknown_code",
        "unknown_time_zone",
        "year_too_long",
    }
)
"""Rules that a request breaks by itself, whatever the journal holds: 422; all others are 409."""

"""Question 1: what ever stood in one cell; question 25: all that stands, or stood, about one student."""

from __future__ import annotations

from typing import Final

from ledger.journal.vocabulary import ABSENCE_WORDS, FACT_WORDS, MARK_WORDS, REASON_WORDS
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Misasked, Parameter, Question, Row
from projections.reading import command_join, stands
from projections.views.cell_history import cell_history

VALUE_WORDS: Final = MARK_WORDS | ABSENCE_WORDS
ACTION_WORDS: Final = {
    "recorded": "внесено",
    "corrected": "исправлено",
    "annulled": "аннулировано",
    "reason_set": "указана причина",
    "requested": "подана заявка",
    "refused": "заявка отклонена",
}


def cell_histories(asked: Asked) -> Found:
    """Every entry that touched the student's cell of a lesson, or the cells of a day, annulled facts too.

    Raises:
        Misasked: neither a lesson nor a day is named.
    """
    if asked["lesson"] is None and asked["on"] is None:
        raise Misasked("lesson", "назовите урок или день", "name a lesson, or a day", ["lesson", "on"])
    condition, values = asked.selected(("lesson", "l.lesson"), ("on", "l.held_on"))
    sql = f"""SELECT DISTINCT l.held_on, l.number, l.lesson, l.course FROM {{cells}} c
        JOIN {{lessons}} l ON l.lesson = c.lesson AND {stands("l")}
        WHERE c.student = :student AND c.entry < :at{condition} ORDER BY l.held_on, l.number, l.lesson"""
    rows: list[Row] = []
    for held_on, number, lesson, course in asked.select(sql, student=asked["student"], **values):
        if course not in asked.courses:
            continue
        class_group, subject = asked.courses[course]
        place = (held_on, number, asked.class_names.get(class_group, ""), subject, lesson)
        for touch in cell_history(asked.views, lesson, asked["student"], at=asked.position).rows:
            what = (touch.what, touch.action, touch.old, touch.new, touch.work)
            why = (touch.reason, touch.note, touch.basis, touch.corrects, touch.request)
            rows.append((*place, *what, *why, touch.at, touch.actor, touch.role, touch.on_behalf_of, [touch.entry]))
    return Found(rows)


def student_extract(asked: Asked) -> Found:
    """Each mark, absence and lateness of one student as recorded and as it stands, and nothing about anybody else."""
    sql = f"""SELECT l.held_on, l.number, l.course, l.teacher, l.lesson, f.what, w.kind, f.value, s.value, m.at,
          m.actor, f.entry, s.entry
        FROM {{cells}} f
        JOIN {{cells}} s ON s.lesson = f.lesson AND s.what = f.what AND s.student = f.student AND s.fact = f.entry
          AND {stands("s")}
        JOIN {{lessons}} l ON l.lesson = f.lesson AND {stands("l")}
        {command_join("f.entry")}
        LEFT JOIN {{works}} w ON w.lesson = f.lesson AND w.work = f.work AND {stands("w")}
        WHERE f.student = :student AND f.fact = f.entry AND f.entry < :at AND l.held_on BETWEEN :first AND :last
        ORDER BY l.held_on, l.number, f.entry"""
    rows: list[Row] = []
    for held_on, number, course, teacher, lesson, *values, first, standing in asked.select(
        sql, student=asked["student"], first=asked.first, last=asked.last
    ):
        if course in asked.courses:
            class_group, subject = asked.courses[course]
            place = (held_on, number, asked.class_names.get(class_group, ""), subject, teacher, lesson)
            rows.append((*place, *values, sorted({first, standing})))
    return Found(rows, {"facts": len(rows)})


_WHAT: Final = Column("what", "что", words=FACT_WORDS)

HISTORY: Final = Question(
    number=1,
    slug="cell-history",
    title_ru="История одной клетки: каждое значение, кто, когда, почему, на каком основании",
    title_en="History of one cell: every value, author, time, reason, basis",
    answer=cell_histories,
    parameters=(
        Parameter("student", "student", "ученик: id", "student: id", is_needed=True),
        Parameter("lesson", "lesson", "урок: id; или день", "lesson: id; or a day"),
        Parameter("on", "day", "день уроков; или урок", "day of the lessons; or a lesson"),
        choosing.SUBJECT,
    ),
    columns=(
        *(choosing.HELD_ON, choosing.NUMBER, choosing.CLASS_NAME, choosing.SUBJECT_NAME, choosing.LESSON, _WHAT),
        Column("action", "действие", words=ACTION_WORDS),
        Column("old", "было", words=VALUE_WORDS),
        Column("new", "стало", words=VALUE_WORDS),
        *(Column("work", "работа"), Column("reason", "причина", words=REASON_WORDS)),
        *(Column("note", "пояснение", "note"), choosing.BASIS),
        *(Column("corrects", "исправляет запись"), Column("request", "заявка")),
        *(choosing.AT, choosing.ACTOR, choosing.ROLE, choosing.ON_BEHALF_OF, ENTRIES),
    ),
    limits_ru="Клетка, в которую ничего не внесли, истории не имеет.",
    limits_en="A cell in which nothing was ever entered has no history.",
)

EXTRACT: Final = Question(
    number=25,
    slug="student-extract",
    title_ru="Выписка для суда или прокуратуры: один ученик, одни даты, ничего о других",
    title_en="Extract for a court or prosecutor: one student, one range of days, nothing about others",
    answer=student_extract,
    parameters=(
        Parameter("student", "student", "ученик: id", "student: id", is_needed=True),
        choosing.SUBJECT,
        choosing.HELD_FROM,
        choosing.HELD_TO,
    ),
    columns=(
        *(choosing.HELD_ON, choosing.NUMBER, choosing.CLASS_NAME, choosing.SUBJECT_NAME, choosing.TEACHER_ID),
        *(choosing.LESSON, _WHAT, Column("kind", "вид работы")),
        Column("recorded", "внесено значение", words=VALUE_WORDS),
        Column("standing", "действует значение", words=VALUE_WORDS),
        *(choosing.AT, choosing.ACTOR, ENTRIES),
    ),
    limits_ru="Доказательство включения записи берут отдельно: /entries/{index}/proof. Итоговых отметок здесь нет.",
    limits_en="The inclusion proof of each entry is asked for by itself: /entries/{index}/proof. No period marks here.",
)

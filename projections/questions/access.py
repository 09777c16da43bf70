"""Question 18: students whose parents have no access to their data, or did not look once in the period."""

from __future__ import annotations

from typing import Final

from ledger.journal.vocabulary import RELATION_WORDS
from projections.looks import Days, own_looks
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.reading import stands
from projections.views.people_registers import Link, guardians

FINDING_WORDS: Final = {
    "no_guardian": "представитель не записан",
    "no_sign_in": "нет входа",
    "no_views": "вход есть, не смотрели",
    "views": "смотрели",
}
SELF: Final = "self"
WORDS: Final = RELATION_WORDS | {SELF: "сам ученик"}
_STUDENTS: Final = f"""SELECT e.student, e.class_group, e.entry
    FROM {{enrollments}} e JOIN {{classes}} c ON c.class_group = e.class_group AND {stands("c")}
    WHERE {stands("e")} AND e.starts_on <= :day AND NOT EXISTS
      (SELECT 1 FROM {{leavings}} l WHERE l.class_group = e.class_group AND l.student = e.student
        AND l.entry > e.entry AND l.ends_on < :day AND {stands("l")})
    AND EXISTS (SELECT 1 FROM {{years}} y WHERE y.year = c.year AND y.starts_on <= :day AND y.ends_on >= :day)
    ORDER BY c.grade, c.letter, e.entry"""


def without_access(asked: Asked) -> Found:
    """Of each student of the day and each guardian, and the student too: a sign-in or not, own looks in the days."""
    day = asked["to"] or choosing.known_day(asked)
    if not day:
        return Found([])
    linked: dict[str, list[Link]] = {}
    for link in guardians(asked.views, at=asked.position).rows:
        if link.ended_by is None:
            linked.setdefault(link.student, []).append(link)
    students = [row for row in asked.select(_STUDENTS, day=day) if asked["class"] in (None, row[1])]
    sign_ins = frozenset() if asked.access is None else asked.access.sign_ins
    looks = {} if asked.access is None else own_looks(
        asked.access.log(), asked.views, sign_ins, Days(asked["from"], asked["to"])
    )  # fmt: skip
    rows: list[Row] = []
    for student, group, entry in students:
        class_name = asked.class_names[group]
        if student not in linked:
            rows.append(("no_guardian", student, class_name, None, None, 0, None, [entry]))
        people = [(link.guardian, link.relation, [entry, link.entry]) for link in linked.get(student, ())]
        for person, relation, known in [*people, (student, SELF, [entry])]:
            moments = looks.get((person, student), [])
            finding = "views" if moments else "no_views" if person in sign_ins else "no_sign_in"
            last = max(moments, default=None)
            rows.append((finding, student, class_name, person, relation, len(moments), last, known))
    totals = {finding: sum(row[0] == finding for row in rows) for finding in FINDING_WORDS}
    kept = [row for row in rows if row[0] == asked["finding"] or (asked["finding"] is None and row[0] != "views")]
    return Found(kept, totals)


WITHOUT_ACCESS: Final = Question(
    number=18,
    slug="no-access",
    title_ru="Родители без доступа к дневнику или ни разу не смотревшие его за эти дни",
    title_en="Parents without access to the diary, or without a single look in these days",
    answer=without_access,
    parameters=(
        choosing.CLASS,
        Parameter("from", "day", "смотрели с этого дня", "looked on this day or later"),
        Parameter("to", "day", "смотрели по этот день", "looked on this day or earlier"),
        Parameter(
            "finding",
            "choice",
            "только это; без него — всё, кроме «смотрели»",
            "only this; left out: all but those who looked",
            choices=tuple(FINDING_WORDS),
        ),
    ),
    columns=(
        *(Column("finding", "что найдено", words=FINDING_WORDS), choosing.STUDENT_ID, choosing.CLASS_NAME),
        *(Column("guardian", "кто", "person"), Column("relation", "кем приходится", words=WORDS)),
        *(Column("looks", "просмотров"), Column("last_look", "последний"), ENTRIES),
    ),
    limits_ru="Просмотры — из журнала доступа, которые называют ученика; без входа смотреть нельзя. У кого "
    "сейчас есть вход, говорит сервер, а не журнал. Бумага, сообщения и чужой вход здесь не видны.",
    limits_en="Looks are those of the access log that name the student; without a sign-in there can be none. Who has a "
    "sign-in now is the server's to say, not the log's. Paper, messages and another's sign-in are not seen.",
)

"""Question 16: notices, the yearly refresh, and who looked at a person's data; 17: consents and refusals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from ledger.journal.deadlines.office import notice, refresh
from ledger.journal.deadlines.verdict import Entered, Verdict
from ledger.journal.vocabulary import CHANNEL_WORDS, METHOD_WORDS
from ledger.wire.entry import parse_at
from projections.looks import Days, looks_at
from projections.questions import choosing
from projections.questions.asking import ENTRIES, Asked, Column, Found, Parameter, Question, Row
from projections.questions.judging import LATE_WORDS, judging_now, shown_due
from projections.views.people_registers import Update, consents, data_notices, data_updates, refreshes, refusals

ABOUT_WORDS: Final = {
    "notice": "сообщение об изменении данных",
    "refresh": "ежегодное уточнение данных",
    "looks": "кто смотрел данные",
}
LOOK_WORDS: Final = {"named": "смотрел этого человека", "class": "смотрел класс", "school": "смотрел всю школу"}
_UNSEEN: Final = (None,) * 5


def data_deadlines(asked: Asked) -> Found:
    """Notices answered late or not, and students whose data a year's refresh found late or not."""
    rows: list[Row] = []
    counts: Counter[str] = Counter()
    for about, person, began_on, class_name, verdict in _judged(asked):
        counts[verdict.status] += 1
        if verdict.status in LATE_WORDS and asked["person"] in (None, person):
            answered = verdict.recorded_at
            days = None if verdict.late_by is None else -(-verdict.late_by // timedelta(days=1))
            rows.append((
                *(about, verdict.status, person, class_name, began_on, shown_due(asked, verdict)),
                *(None if answered is None else answered.astimezone(asked.zone).isoformat(timespec="minutes"), days),
                *(*_UNSEEN, list(verdict.basis)),
            ))  # fmt: skip
    looks = _looks(asked)
    rows += looks
    counts["looks"] = len(looks)
    return Found(
        rows, {status: counts[status] for status in (*LATE_WORDS, "on_time", "pending", "no_regulation", "looks")}
    )


def _looks(asked: Asked) -> list[Row]:
    """Who looked at the data of the person asked about, by the access log as it is now."""
    if asked["person"] is None or asked.access is None or asked["about"] not in (None, "looks"):
        return []
    days = Days(asked["from"], asked["to"])
    return [
        (
            *("looks", one.how, asked["person"], None, None, None, None, None),
            *(one.at, one.actor, one.role, one.what, one.entry, []),
        )
        for one in looks_at(asked.access.log(), asked.views, asked["person"], days)
    ]


def _judged(asked: Asked) -> Iterator[tuple[str, str, str, str | None, Verdict]]:
    """About what, whose, since which day, of which class, and the verdict."""
    by = judging_now(asked)
    if asked["about"] in (None, "notice"):
        for row in data_notices(asked.views, from_date=asked["from"], to_date=asked["to"], at=asked.position).rows:
            changed = None
            if row.answered_by is not None and row.answered_at is not None:
                changed = Entered(row.answered_by, parse_at(row.answered_at))
            day = date.fromisoformat(row.received_on)
            verdict = notice(day, changed, school=by.school, now=by.now, cited=(row.entry,))
            yield "notice", row.person, row.received_on, None, verdict
    if asked["about"] in (None, "refresh"):
        first: defaultdict[str, dict[str, Update]] = defaultdict(dict)
        for update in data_updates(asked.views, at=asked.position).rows:
            if update.refresh is not None:
                first[update.refresh].setdefault(update.person, update)
        for of in refreshes(asked.views, at=asked.position).rows:
            if not asked.first <= of.opens_on <= asked.last:
                continue
            class_of = {student: one.name for one in of.classes for student in one.unconfirmed}
            for person in [*first[of.year], *class_of]:
                found = first[of.year].get(person)
                confirmed = None if found is None else Entered(found.entry, parse_at(found.at))
                day = date.fromisoformat(of.opens_on)
                verdict = refresh(day, confirmed, school=by.school, now=by.now, cited=(of.entry,))
                yield "refresh", person, of.opens_on, class_of.get(person), verdict


INFORMING_WORDS: Final = {
    "not_notified": "отказ, опека не извещена",
    "refused": "отказ, опека извещена",
    "consent": "согласие на доставку",
}


def informing(asked: Asked) -> Found:
    """Standing refusals, told to the guardianship authority or not, and standing consents to delivery."""
    rows: list[Row] = []
    for refusal in refusals(asked.views, at=asked.position).rows:
        if refusal.ended_by is None:
            finding = "not_notified" if refusal.is_pending else "refused"
            known = (refusal.entry, refusal.notified_by)
            rows.append((
                *(finding, refusal.student, refusal.guardian, refusal.refused_on, None, None, refusal.basis),
                *(refusal.out_number, refusal.sent_on, sorted(entry for entry in known if entry is not None)),
            ))  # fmt: skip
    for consent in consents(asked.views, standing=True, at=asked.position).rows:
        number = consent.application_number
        given_on = consent.application_date or choosing.LocalClock(asked.zone).day(consent.at)
        rows.append((
            *("consent", consent.student, consent.guardian, given_on, consent.channel, consent.method),
            *(number and f"заявление № {number}", None, None, [consent.entry]),
        ))  # fmt: skip
    rows = [row for row in rows if asked["finding"] in (None, row[0]) and asked["student"] in (None, row[1])]
    return Found(rows, {finding: sum(row[0] == finding for row in rows) for finding in INFORMING_WORDS})


DATA: Final = Question(
    number=16,
    slug="data-deadlines",
    title_ru="Сообщения об изменении данных и ежегодное уточнение: позже срока или нет; кто смотрел данные человека",
    title_en="Notices of changed data and the yearly refresh: late, or not at all; who looked at a person's data",
    answer=data_deadlines,
    parameters=(
        Parameter("person", "person", "чьи данные: id", "whose data: id"),
        Parameter("from", "day", "сообщено, начато, смотрели с этого дня", "told, begun, looked on this day or later"),
        Parameter("to", "day", "сообщено, начато, смотрели по этот день", "told, begun, looked on this day or earlier"),
        Parameter("about", "choice", "только это", "only this", choices=tuple(ABOUT_WORDS)),
    ),
    columns=(
        *(Column("about", "о чём", words=ABOUT_WORDS), Column("finding", "что найдено", words=LATE_WORDS | LOOK_WORDS)),
        *(Column("person", "чьи данные", "person"), choosing.CLASS_NAME, Column("since", "с какого дня")),
        *(Column("due", "срок"), Column("answered_at", "внесено"), Column("days", "опоздание, дней")),
        *(Column("looked_at", "когда смотрел"), Column("looker", "кто смотрел", "person"), choosing.ROLE),
        *(Column("look", "чем смотрел"), Column("look_entry", "запись журнала доступа"), ENTRIES),
    ),
    limits_ru="Сроки — по положению в силе (1.7), «нет» — на момент последней известной записи. "
    "Уточнение касается тех, кто в классе в последний его день. Кто смотрел, видно с person: по "
    "журналу доступа, каков он сейчас; отказы и чужие попытки — letopis reads, GET /reads.",
    limits_en="By the regulation in force (1.7); missing is so as of the last known entry. A refresh concerns who is "
    "in a class on its last day. Who looked shows with person, by the access log as it is now; what was refused, and "
    "who tried: letopis reads, GET /reads.",
)

INFORMING: Final = Question(
    number=17,
    slug="informing",
    title_ru="Отказы от информирования, о которых не извещена опека; стоящие отказы и согласия на доставку",
    title_en="Refusals that the guardianship authority was not told of; standing refusals, and consents to delivery",
    answer=informing,
    parameters=(
        choosing.STUDENT,
        Parameter("finding", "choice", "только это", "only this", choices=tuple(INFORMING_WORDS)),
    ),
    columns=(
        *(Column("finding", "что", words=INFORMING_WORDS), choosing.STUDENT_ID),
        *(Column("guardian", "представитель", "person"), Column("since", "с какого дня")),
        *(Column("channel", "куда", words=CHANNEL_WORDS), Column("method", "как", words=METHOD_WORDS)),
        *(choosing.BASIS, Column("out_number", "исходящий", "typed"), Column("sent_on", "отправлено"), ENTRIES),
    ),
    limits_ru="Эта программа ничего не рассылает, поэтому доставок без согласия в журнале нет и быть не может. "
    "Положение не называет срока извещения опеки.",
    limits_en="This program delivers nothing, so no delivery without consent is or can be in the log. "
    "The regulation names no term for telling the authority.",
)

"""What one person's file says, from views, the opened values, the log read through, and the access log.

Of other people there are ids alone: whose guardian, whose notice. Employees are named where they recorded something
(2.4.1 asks for the author); who looked is told by role and id, since the law asks for no employee's name there
(152-ФЗ, ст. 14, ч. 7, п. 4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from exports.subject.about import AT, BASIS, CLASS, ENDED_BY, ENTRY, About
from exports.subject.record import looks_record, named_entries, prints_record, study_record, work_record
from exports.subject.section import Column, Row, Section
from exports.subject.words import STATE_WORDS, STATUS_WORDS, TYPE_WORDS
from ledger.journal.blocking_vocabulary import BLOCK_GROUND_WORDS, BLOCK_OUTCOME_WORDS
from ledger.journal.deadlines.verdict import WORST_FIRST
from ledger.journal.retention import find_row
from ledger.journal.vocabulary import (
    CHANNEL_WORDS,
    COUNTED_WORDS,
    DATA_WORDS,
    GROUND_WORDS,
    HOLD_WORDS,
    KEPT_WORDS,
    METHOD_WORDS,
    NOTICE_WORDS,
    RELATION_WORDS,
    RETENTION_WORDS,
    ROLE_WORDS,
)
from projections.looks import LookAt
from projections.person_record import InTheLog
from projections.views import people_registers as registers
from projections.views.accounts import account_entries
from projections.views.blocking import blocks
from projections.views.erasures import erasures, legal_holds, retention_schedules
from projections.views.lookups import Membership, classes, memberships
from projections.views.office_deadlines import OfficeAsked, OfficeRow, office_deadlines

_NAMES: Final = {
    **DATA_WORDS,
    "account_name": "имя в учётной записи",
    "contact": "контакт для доставки",
    "note": "пояснение",
}
_ACCOUNT_ACTIONS: Final = {
    "founded": "заведены учётные записи",
    "opened": "открыта",
    "granted": "дана роль",
    "revoked": "роль отозвана",
    "closed": "закрыта",
    "acknowledged": "ознакомлен с неразглашением",
    "sign_in": "входит под именем",
}


class Held(NamedTuple):
    """A value that the vault has of the person, opened."""

    retention: str
    name: str
    value: str


def sections(
    about: About,
    held: Mapping[str, Held],
    read: InTheLog,
    looks: Sequence[LookAt],
    own: frozenset[str],
    hidden: Collection[str],
    login: str | None,
) -> tuple[Section, ...]:
    """All sections that have something to say, and those that say that there is nothing.

    Args:
        about: of whom.
        held: digest -> what the vault opened of it.
        read: what reading the log through found.
        looks: at the person's data.
        own: classes of values whose keys are destroyed.
        hidden: digests of what is blocked.
        login: by what the person signs in, in words; None: by nothing.
    """
    stays = memberships(about.views, student=about.person, at=about.position).rows
    made = [
        _values(about, held, read, own, hidden),
        _blocks(about),
        _erasures(about),
        *_terms(about, stays),
        _notices(about),
        _verdicts(about),
        *_family(about),
        _account(about, login),
    ]
    if about.kind == "student":
        made += study_record(about, stays)
    if about.kind in {"teacher", "staff"}:
        made += work_record(about)
    return (*made, prints_record(about, stays), named_entries(read), looks_record(looks, about.person))


# What is kept -----------------------------------------------------------------------------------------------------


def _values(
    about: About, held: Mapping[str, Held], read: InTheLog, own: frozenset[str], hidden: Collection[str]
) -> Section:
    """Each value: what it is, since when, by which entry, on what ground, and which entry replaced it."""
    history = registers.disclosed(about.views, people=[about.person], at=about.position).get(about.person, [])
    grounds = _grounds(about)
    rows: list[Row] = []
    known: set[str] = set()
    for place, step in enumerate(history):
        for digest in step.digests:
            known.add(digest)
            one, since = held.get(digest), read.committed.get(digest)
            until = None if one is None else _until(one.name, history[place + 1 :])
            gone = "blocked" if digest in hidden else "erased" if "person" in own else "absent"
            state = gone if one is None else "replaced" if until else "held"
            named = one.name if one else None if step.fields is None or len(step.fields) != 1 else step.fields[0]
            where = (None if since is None else since.at, step.entry, None if since is None else since.type)
            rows.append(("person", named, one and one.value, state, *where, grounds.get(step.entry), until))
    consents = {one.entry: one for one in registers.consents(about.views, at=about.position).rows}
    for digest, one in held.items():
        if digest in known:
            continue
        since = read.committed.get(digest)
        if since is None:  # kept for an entry that never came: it is told all the same
            rows.append((one.retention, one.name, one.value, "unnamed", None, None, None, None, None))
            continue
        consent = consents.get(since.entry)
        ended = None if consent is None else consent.ended_by
        ground = None if consent is None else _application(consent.application_number, consent.application_date)
        state = "replaced" if ended else "held"
        rows.append((one.retention, one.name, one.value, state, since.at, since.entry, since.type, ground, ended))
    rows.sort(key=lambda row: (row[5] is None, row[5] or 0))
    return Section(
        "values",
        "Какие сведения хранятся",
        "What is kept",
        (
            Column("class", "вид", words=RETENTION_WORDS),
            Column(
                "name",
                "что",
                words=_NAMES,
            ),
            Column("value", "сведения"),
            Column("state", "состояние", words=STATE_WORDS),
            Column("since", "с какого времени", "moment"),
            ENTRY,
            Column("recorded_as", "чем внесено", words=TYPE_WORDS),
            BASIS,
            Column("until_entry", "заменено записью"),
        ),
        tuple(rows),
        "Сведения лежат зашифрованными отдельно от журнала; в журнале — только их отпечатки. «Заменено»: есть новее, "
        "а прежнее хранится до срока. Что стёрто, прочесть нельзя никому; заблокированное видит тот, кто решает.",
        "Values lie sealed apart from the log, which has their digests alone. Replaced ones are kept until their term. "
        "What was erased nobody can read, what is blocked only who decides.",
    )


def _until(name: str, later: Iterable[registers.Disclosed]) -> int | None:
    return next((step.entry for step in later if step.fields is None or name in step.fields), None)


def _grounds(about: About) -> dict[int, str]:
    """Entry that changed or confirmed data -> in answer to what."""
    received = {row.entry: row.received_on for row in registers.data_notices(about.views, at=about.position).rows}
    found = {}
    for update in registers.data_updates(about.views, at=about.position).rows:
        if update.person == about.person and update.notice is not None:
            day = received.get(update.notice, "")
            found[update.entry] = f"сообщение от {day}, запись {update.notice} / notice, entry {update.notice}"
        elif update.person == about.person and update.refresh is not None:
            found[update.entry] = "ежегодное уточнение / yearly refresh"
    return found


def _application(number: str | None, day: str | None) -> str | None:
    return None if number is None else f"заявление № {number} от {day or '—'} / application"


def _blocks(about: About) -> Section:
    rows = [
        (
            *(one.at, one.entry, one.fields.split() or None, one.ground, one.received_on, one.basis, one.due_on),
            *(one.outcome, one.ended_entry, one.change),
        )
        for one in blocks(about.views, person=about.person, at=about.position, now=about.now).rows
    ]
    return Section(
        "blocks",
        "Что заблокировано на время проверки",
        "What was blocked while it was checked",
        (
            *(Column("blocked_at", "заблокировано", "moment"), ENTRY),
            Column("fields", "сведения (пусто: все)", words=DATA_WORDS),
            *(Column("ground", "причина", words=BLOCK_GROUND_WORDS), Column("received_on", "обращение", "day"), BASIS),
            Column("due_on", "решить до", "day"),
            Column("outcome", "итог", words={**BLOCK_OUTCOME_WORDS, "erased": "стёрты"}),
            *(Column("ended_entry", "запись об окончании"), Column("change_entry", "запись с уточнением")),
        ),
        tuple(rows),
    )


def _erasures(about: About) -> Section:
    rows = [
        (
            *(one.at, one.entry, one.retention.split(), one.ground, one.basis),
            *(None if one.approved is None else "approved" if one.approved else "refused", one.answered_entry),
            *(one.erased_entry, one.destroyed_at, one.disclosures),
        )
        for one in erasures(about.views, person=about.person, at=about.position).rows
    ]
    return Section(
        "erasures",
        "Что стёрто или предложено стереть",
        "What was erased, or was proposed to be",
        (
            *(Column("proposed_at", "предложено", "moment"), ENTRY),
            *(
                Column("classes", "виды", words=RETENTION_WORDS),
                Column("ground", "причина", words=GROUND_WORDS),
                BASIS,
            ),
            Column("answer", "ответ", words={"approved": "одобрено", "refused": "отклонено"}),
            Column("answered_entry", "запись ответа"),
            *(Column("erased_entry", "запись о стирании"), Column("destroyed_at", "уничтожено", "moment")),
            Column("values_count", "сведений"),
        ),
        tuple(rows),
    )


def _terms(about: About, stays: Sequence[Membership]) -> list[Section]:
    """How long values are kept by the schedule in force, and which legal holds stop erasing them."""
    schedules = retention_schedules(about.views, at=about.position).rows
    day = about.now.date().isoformat()
    standing = [one for one in schedules if one.effective_from <= day]
    rows: list[Row] = []
    for retention in ("person", "journal") if standing else ():
        row = find_row(standing[-1].rows, retention, about.kind)
        if row is not None:
            rows.append((retention, row.years, row.counted_from, row.kept_by, row.citation, standing[-1].entry))
    groups = {stay.class_group for stay in stays}
    names = {group.class_group: group.name for group in classes(about.views, at=about.position).rows}
    holds = [
        (one.at, one.entry, one.whose, one.class_group and names.get(one.class_group), one.basis, one.lifted_at)
        for one in legal_holds(about.views, at=about.position).rows
        if one.whose == "all" or one.person == about.person or one.class_group in groups
    ]
    return [
        Section(
            "retention",
            "Сколько хранится",
            "How long it is kept",
            (
                *(Column("class", "вид", words=RETENTION_WORDS), Column("years", "лет")),
                *(Column("counted_from", "считая от", words=COUNTED_WORDS), Column("kept_by", "по", words=KEPT_WORDS)),
                *(Column("citation", "чем установлено"), ENTRY),
            ),
            tuple(rows),
            "" if rows else "Школа не внесла перечня со сроками для этих сведений.",
            "" if rows else "The school entered no schedule with terms for these values.",
        ),
        Section(
            "legal_holds",
            "Что запрещено стирать",
            "What may not be erased",
            (
                *(Column("since", "с", "moment"), ENTRY, Column("whose", "чьи", words=HOLD_WORDS), CLASS, BASIS),
                Column("lifted_at", "снято", "moment"),
            ),
            tuple(holds),
        ),
    ]


# Notices, the family ------------------------------------------------------------------------------------------------


def _notices(about: About) -> Section:
    rows = [
        (
            *(row.received_on, row.how, row.given_by, row.person, list(row.about), row.at, row.entry),
            *(row.answer, row.answered_at, row.answered_by),
        )
        for row in registers.data_notices(about.views, at=about.position).rows
        if about.person in (row.person, row.given_by)
    ]
    return Section(
        "notices",
        "Сообщения об изменении данных",
        "Notices that data changed",
        (
            *(Column("received_on", "получено", "day"), Column("how", "как", words=NOTICE_WORDS)),
            *(Column("given_by", "от кого", "person"), Column("person", "чьи данные", "person")),
            *(Column("about", "о чём", words=DATA_WORDS), AT, ENTRY),
            Column("answer", "ответ", words={"changed": "изменены", "confirmed": "подтверждены"}),
            *(Column("answered_at", "ответ внесён", "moment"), Column("answered_by", "запись ответа")),
        ),
        tuple(rows),
    )


def _verdicts(about: About) -> Section:
    asked = OfficeAsked(rules=("notice", "refresh"), statuses=WORST_FIRST)
    found = office_deadlines(about.views, asked, now=about.now, at=about.position).rows
    return Section(
        "deadlines",
        "Внесено ли вовремя: три дня на сообщение, ежегодное уточнение",
        "Whether in time: three days for a notice, the yearly refresh",
        (
            Column("about", "о чём", words={"notice": "сообщение (три дня)", "refresh": "ежегодное уточнение"}),
            *(Column("clause", "пункт регламента"), Column("since", "с какого дня", "day")),
            *(Column("due", "срок", "moment"), Column("verdict", "оценка", words=STATUS_WORDS)),
            *(
                Column("recorded_at", "внесено", "moment"),
                Column("late_by_hours", "опоздание, часов"),
                Column("entries", "записи", "entries"),
            ),
        ),
        tuple(_verdict(row) for row in found if row.person == about.person),
        "Оценка — по положению, которое действовало в этот день; «срок вышел» — на время этого файла.",
        "By the regulation in force that day; missing is so as of this file.",
    )


def _verdict(row: OfficeRow) -> Row:
    late = None if row.late_by_seconds is None else -(-row.late_by_seconds // 3600)
    return (row.rule, row.clause, row.since, row.due, row.status, row.recorded_at, late, list(row.basis))


def _family(about: About) -> Iterable[Section]:
    links = [
        (row.at, row.entry, row.student, row.guardian, row.relation, row.basis, row.ended_by)
        for row in registers.guardians(about.views, at=about.position).rows
        if about.person in (row.student, row.guardian)
    ]
    whose = (Column("student", "ученик", "person"), Column("guardian", "законный представитель", "person"))
    yield Section(
        "guardians",
        "Законные представители",
        "Guardians",
        (AT, ENTRY, *whose, Column("relation", "кем приходится", words=RELATION_WORDS), BASIS, ENDED_BY),
        tuple(links),
    )
    consents = [
        (
            *(row.at, row.entry, row.student, row.guardian, row.channel, row.method),
            *(_application(row.application_number, row.application_date), row.ended_by),
        )
        for row in registers.consents(about.views, at=about.position).rows
        if about.person in (row.student, row.guardian)
    ]
    yield Section(
        "consents",
        "Согласия на доставку и их отзыв",
        "Consents to delivery, and withdrawals",
        (
            *(AT, ENTRY, *whose, Column("channel", "куда", words=CHANNEL_WORDS)),
            *(Column("method", "как дано", words=METHOD_WORDS), BASIS, ENDED_BY),
        ),
        tuple(consents),
    )
    refused = [
        (
            *(row.at, row.entry, row.student, row.guardian, row.refused_on, row.basis, row.ended_by),
            *(row.out_number, row.sent_on, row.notified_by),
        )
        for row in registers.refusals(about.views, at=about.position).rows
        if about.person in (row.student, row.guardian)
    ]
    yield Section(
        "refusals",
        "Отказы от информирования и извещение опеки",
        "Refusals to be informed, and what the guardianship authority was told",
        (
            *(AT, ENTRY, *whose, Column("refused_on", "день отказа", "day"), BASIS, ENDED_BY),
            *(Column("out_number", "исходящий"), Column("sent_on", "отправлено", "day")),
            Column("notified_by", "запись об извещении"),
        ),
        tuple(refused),
    )


def _account(about: About, login: str | None) -> Section:
    rows: list[Row] = [
        (one.at, one.entry, one.action, one.role, one.starts_on, one.ends_on, one.basis, None)
        for one in account_entries(about.views, about.position)
        if one.account == about.person
    ]
    if login is not None:
        rows.append((None, None, "sign_in", None, None, None, None, login))
    return Section(
        "account",
        "Учётная запись и роли",
        "Account and roles",
        (
            *(AT, ENTRY, Column("action", "что", words=_ACCOUNT_ACTIONS), Column("role", "роль", words=ROLE_WORDS)),
            *(Column("from", "с", "day"), Column("to", "по", "day"), BASIS, Column("login", "имя для входа")),
        ),
        tuple(rows),
        "Пароль не хранится, только его отпечаток.",
        "No password is kept, only its hash.",
    )

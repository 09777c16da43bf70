"""Families of the sample school: guardians, the yearly refresh, notices of changed data, consents and refusals.

Every student has one guardian here, so that loading stays quick; a real school has more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from api.sample.draws import Draws, Weighted
from api.sample.planned import Planned, Scribe
from api.sample.roster import Guardian, Roster
from api.sample.school_year import MINUTE, SECOND, local_day, moment
from ledger.journal import commands as cmd
from ledger.journal.vocabulary import Channel, ConsentMethod, DataField, NoticeForm
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor

Action = Callable[[int], Iterator[Planned]]

_REGISTERED_ON: Final = date(2026, 8, 25)
_REFRESH_OPENS_ON: Final = date(2026, 8, 26)
_REFRESH_UNTIL: Final = "2026-09-05"
_STEP: Final = 10 * SECOND
_SILENT_SHARE: Final = 0.03
_LATE_SHARE: Final = 0.04
_CHANGED_SHARE: Final = 0.05
_CONSENTING_SHARE: Final = 0.6
_SELF_SERVICE_SHARE: Final = 0.3
_WITHDRAWN_SHARE: Final = 0.04
_REFUSALS: Final = 2
_NOTICES_PER_STUDENT_AND_QUARTER: Final = 0.1
_LATE_ANSWER_SHARE: Final = 0.1
_CHANNELS: Final = Weighted[Channel]({"email": 0.6, "sms": 0.25, "in_system": 0.15})
_FORMS: Final = Weighted[NoticeForm]({"written": 0.5, "electronic": 0.3, "oral": 0.2})
_FIELDS: Final = Weighted[DataField]({"phone": 0.55, "address": 0.3, "email": 0.15})


class Families:
    """What families tell the school, and what the school records of it."""

    def __init__(self, seed: int, roster: Roster, scribe: Scribe) -> None:
        self._roster = roster
        self._scribe = scribe
        self._draws = Draws(seed, "families")
        self._salts = Draws(seed, "families", "salts")
        self._admin = Actor(roster.administrator.id, "administrator")

    def begin(self) -> Iterator[Planned]:
        """Yield the guardians with their links, and the opening of the refresh."""
        at = moment(_REGISTERED_ON, "09:00")
        for guardian in self._roster.guardians:
            values = {name: value for name, value in guardian.name.values().items() if name != "birth_date"}
            digests, texts = self._disclose(values)
            register = cmd.RegisterPerson(person=guardian.id, kind="guardian", sd=tuple(sorted(digests)))
            yield self._scribe.plan(at, self._admin, register, {guardian.id: texts})
            link = cmd.LinkGuardian(person=guardian.student, guardian=guardian.id, relation=guardian.relation)
            yield self._scribe.plan(at + _STEP, self._admin, link)
            at += 2 * _STEP
        opens_on = _REFRESH_OPENS_ON.isoformat()
        refresh = cmd.OpenAnnualRefresh(year=self._roster.year, opens_on=opens_on, until=_REFRESH_UNTIL)
        yield self._scribe.plan(moment(_REFRESH_OPENS_ON, "09:00"), self._admin, refresh)

    def agenda(self) -> Iterator[tuple[int, Action]]:
        """Yield moments of the year and what happens at them."""
        draws = self._draws
        # The first family does not answer, so that every school has somebody on the list.
        for guardian in self._roster.guardians[1:]:
            if not draws.chance(_SILENT_SHARE):
                late = draws.chance(_LATE_SHARE)
                day = date(2026, 9, 6 if late else 1) + timedelta(days=draws.between(0, 4))
                yield self._working(day), partial(self._answer_refresh, guardian)
        refusing = draws.some(self._roster.guardians, _REFUSALS)
        for number, guardian in enumerate(self._roster.guardians):
            if guardian not in refusing and draws.chance(_CONSENTING_SHARE):
                day = date(2026, 9, 2) + timedelta(days=draws.between(0, 18))
                yield self._working(day), partial(self._consent, guardian, number)
        for number, guardian in enumerate(refusing):
            yield self._working(date(2026, 9, 8 + number)), partial(self._refuse, guardian, number)
        yield from self._notices()

    def _notices(self) -> Iterator[tuple[int, Action]]:
        """Yield notices and, for most of them, the change each leads to: within three days, or late."""
        draws, days = self._draws, self._roster.days
        quarters = sum(period.ends_on <= days[-1] for period in self._roster.periods if period.kind == "quarter")
        count = max(3, round(len(self._roster.guardians) * quarters * _NOTICES_PER_STUDENT_AND_QUARTER))
        for number in range(count):
            day = draws.pick(days[3:-6])
            guardian, field = draws.pick(self._roster.guardians), _FIELDS.pick(draws)
            indexes: list[int] = []
            at = self._working(day)
            yield at, partial(self._notice, guardian, field, indexes)
            # One notice of each school stays unanswered: the register has something to show.
            if number:
                wait = draws.between(4, 7) if draws.chance(_LATE_ANSWER_SHARE) else draws.between(0, 2)
                answer_at = at + MINUTE + wait * 24 * 60 * MINUTE
                yield answer_at, partial(self._answer_notice, guardian, field, indexes)

    def _working(self, day: date) -> int:
        return moment(day, "09:30") + self._draws.between(0, 7 * 60) * MINUTE

    def _disclose(self, values: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        made = [make_disclosure(name, value, self._salts.bytes) for name, value in values.items()]
        return tuple(one.digest for one in made), tuple(one.text for one in made)

    def _value(self, field: str) -> str:
        draws = self._draws
        if field == "phone":
            return f"+7 900 {draws.between(100, 999)}-{draws.between(10, 99)}-{draws.between(10, 99)}"
        if field == "email":
            return f"family{draws.between(1, 99_999)}@example.org"
        return f"ул. Садовая, д. {draws.between(1, 90)}, кв. {draws.between(1, 200)}"

    def _answer_refresh(self, guardian: Guardian, at: int) -> Iterator[Planned]:
        """The form came back: all as it was, or with another telephone."""
        if self._draws.chance(_CHANGED_SHARE):
            digests, texts = self._disclose({"phone": self._value("phone")})
            change = cmd.ChangePersonalData(
                person=guardian.student, fields=("phone",), sd=digests, refresh=self._roster.year
            )
            yield self._scribe.plan(at, self._admin, change, {guardian.student: texts})
            return
        day = local_day(at).isoformat()
        confirm = cmd.ConfirmPersonalData(person=guardian.student, confirmed_on=day, refresh=self._roster.year)
        yield self._scribe.plan(at, self._admin, confirm)

    def _notice(self, guardian: Guardian, field: DataField, indexes: list[int], at: int) -> Iterator[Planned]:
        command = cmd.ReceiveDataNotice(
            person=guardian.student,
            received_on=local_day(at).isoformat(),
            how=_FORMS.pick(self._draws),
            given_by=guardian.id,
            about=(field,),
        )
        planned = self._scribe.plan(at, self._admin, command)
        indexes.append(planned.first_index)
        yield planned

    def _answer_notice(self, guardian: Guardian, field: DataField, indexes: list[int], at: int) -> Iterator[Planned]:
        digests, texts = self._disclose({field: self._value(field)})
        command = cmd.ChangePersonalData(person=guardian.student, fields=(field,), sd=digests, notice=indexes[0])
        yield self._scribe.plan(at, self._admin, command, {guardian.student: texts})

    def _consent(self, guardian: Guardian, number: int, at: int) -> Iterator[Planned]:
        draws = self._draws
        channel = _CHANNELS.pick(draws)
        contact = {} if channel == "in_system" else {"contact": self._value("phone" if channel == "sms" else "email")}
        digests, texts = self._disclose(contact)
        own = draws.chance(_SELF_SERVICE_SHARE)
        paper = {} if own else {"application_number": f"{number + 1}-с", "application_date": local_day(at).isoformat()}
        actor = Actor(guardian.id, "guardian") if own else self._admin
        method: ConsentMethod = "self_service" if own else "written"
        command = cmd.GiveDeliveryConsent(
            person=guardian.id, student=guardian.student, channel=channel, method=method, sd=digests, **paper
        )
        planned = self._scribe.plan(at, actor, command, {guardian.id: texts} if texts else None)
        yield planned
        if draws.chance(_WITHDRAWN_SHARE):
            withdraw = cmd.WithdrawDeliveryConsent(
                person=guardian.id, consent=planned.first_index, method=method, **paper
            )
            yield self._scribe.plan(at + MINUTE, actor, withdraw)

    def _refuse(self, guardian: Guardian, number: int, at: int) -> Iterator[Planned]:
        """Record a signed refusal; of the first one the authority is told, the second letter waits."""
        day = local_day(at).isoformat()
        command = cmd.RefuseInformation(
            person=guardian.id, student=guardian.student, refused_on=day, basis=f"заявление № {number + 1}-о от {day}"
        )
        planned = self._scribe.plan(at, self._admin, command)
        yield planned
        if number == 0:
            letter = cmd.NotifyGuardianship(
                person=guardian.id,
                refusal=planned.first_index,
                out_number="01-17/1",
                sent_on=day,
                approved_by=self._roster.deputy.id,
            )
            yield self._scribe.plan(at + 20 * MINUTE, self._admin, letter)

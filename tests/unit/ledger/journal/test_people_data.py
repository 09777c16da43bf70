"""Guardians, notices of changed data and their answers, the yearly refresh, consents to delivery and refusals."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.journal import commands as cmd
from ledger.journal.codec import CODEC
from ledger.journal.events import RegulationAdopted
from ledger.journal.evolve import evolve
from ledger.journal.people import Change, Person
from ledger.journal.people_events import AnnualRefreshOpened, DeliveryConsentGiven, PersonalDataChanged
from ledger.journal.personal_data import AnnualRefresh
from ledger.journal.recorded import Recorded
from ledger.wire.entry import Actor
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    GUARDIANS,
    MOTHER,
    PARAMETERS,
    STAFF,
    STUDENTS_A,
    TEACHER,
    YEAR,
    SmallSchool,
    digest,
    moscow,
    uid,
)

PUPIL, OTHER = STUDENTS_A[:2]
FATHER = GUARDIANS[1]
SECRETARY = STAFF[0]


@pytest.fixture
def school() -> SmallSchool:
    made = SmallSchool()
    made.do(link(), ADMIN)
    return made


def link(**changes: Any) -> cmd.LinkGuardian:
    fields: dict[str, Any] = {"person": PUPIL, "guardian": MOTHER.id, "relation": "mother", **changes}
    return cmd.LinkGuardian(**fields)


def notice(**changes: Any) -> cmd.ReceiveDataNotice:
    fields: dict[str, Any] = {"person": PUPIL, "received_on": "2026-09-04", "how": "written", **changes}
    return cmd.ReceiveDataNotice(**fields)


def change(**changes: Any) -> cmd.ChangePersonalData:
    fields: dict[str, Any] = {"person": PUPIL, "fields": ("family_name",), "sd": (digest(9),), **changes}
    return cmd.ChangePersonalData(**fields)


def confirm(**changes: Any) -> cmd.ConfirmPersonalData:
    fields: dict[str, Any] = {"person": PUPIL, "confirmed_on": "2026-09-04", "refresh": YEAR, **changes}
    return cmd.ConfirmPersonalData(**fields)


def consent(**changes: Any) -> cmd.GiveDeliveryConsent:
    fields: dict[str, Any] = {
        "person": MOTHER.id,
        "student": PUPIL,
        "channel": "email",
        "method": "written",
        "application_number": "12",
        "application_date": "2026-09-03",
        "sd": (digest(8),),
        **changes,
    }
    return cmd.GiveDeliveryConsent(**fields)


def own(**changes: Any) -> cmd.GiveDeliveryConsent:
    return consent(method="self_service", application_number=None, application_date=None, **changes)


def withdraw(index: int, **changes: Any) -> cmd.WithdrawDeliveryConsent:
    fields: dict[str, Any] = {
        "method": "written",
        "application_number": "13",
        "application_date": "2026-09-05",
        **changes,
    }
    return cmd.WithdrawDeliveryConsent(person=MOTHER.id, consent=index, **fields)


def refuse(**changes: Any) -> cmd.RefuseInformation:
    fields: dict[str, Any] = {
        "person": MOTHER.id,
        "student": PUPIL,
        "refused_on": "2026-09-03",
        "basis": "заявление от 03.09.2026",
        **changes,
    }
    return cmd.RefuseInformation(**fields)


def notify(index: int, **changes: Any) -> cmd.NotifyGuardianship:
    fields: dict[str, Any] = {"out_number": "01-17/5", "sent_on": "2026-09-04", "approved_by": SECRETARY, **changes}
    return cmd.NotifyGuardianship(person=MOTHER.id, refusal=index, **fields)


def person(school: SmallSchool, id_: str) -> Person:
    found = school.journal.find(f"person/{id_}")
    assert isinstance(found, Person)
    return found


class TestGuardians:
    def test_a_guardian_is_linked_once_until_unlinked(self, school: SmallSchool) -> None:
        refused = school.refuse(link(), DEPUTY)
        assert (refused.rule, refused.where) == ("already_linked", "guardian")
        school.do(cmd.UnlinkGuardian(person=PUPIL, guardian=MOTHER.id, basis="решение № 3"), ADMIN)
        assert person(school, PUPIL).guardians == {}
        school.do(link(relation="guardian"), ADMIN)

    def test_who_is_not_linked_is_not_unlinked(self, school: SmallSchool) -> None:
        refused = school.refuse(cmd.UnlinkGuardian(person=PUPIL, guardian=FATHER), ADMIN)
        assert (refused.rule, refused.clause, refused.where) == ("not_linked", "1.7", "guardian")

    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"person": TEACHER.id}, "wrong_kind_of_person", "person"),
            ({"person": uid(999)}, "unknown_person", "person"),
            ({"guardian": OTHER}, "wrong_kind_of_person", "guardian"),
            ({"guardian": uid(999)}, "unknown_person", "guardian"),
            ({"relation": "aunt"}, "unknown_code", "relation"),
            ({"basis": ""}, "malformed_text", "basis"),
        ],
    )
    def test_a_link_is_of_a_student_and_a_guardian(
        self, school: SmallSchool, changes: dict[str, Any], rule: str, where: str
    ) -> None:
        refused = school.refuse(link(**changes), ADMIN)
        assert (refused.rule, refused.where) == (rule, where)


class TestNoticesAndChanges:
    def test_a_change_carries_names_and_digests_and_no_value(self, school: SmallSchool) -> None:
        index = school.index(notice(given_by=MOTHER.id, about=("phone", "email")), ADMIN)
        (event,) = school.do(change(fields=("phone", "email"), sd=(digest(9), digest(7)), notice=index), ADMIN)
        assert isinstance(event, PersonalDataChanged)
        type_, data = CODEC.encode(event)
        assert msgspec.json.decode(data) == {
            "_sd": [digest(7), digest(9)],
            "fields": ["email", "phone"],
            "notice": index,
        }
        assert CODEC.decode(type_, data) == event

    @pytest.mark.clause("R12", breaks="ledger.journal.personal_data:_check_answers")
    def test_a_notice_is_answered_once(self, school: SmallSchool) -> None:
        index = school.index(notice(), ADMIN)
        school.do(confirm(notice=index, refresh=None), ADMIN)
        refused = school.refuse(change(notice=index), ADMIN)
        assert (refused.rule, refused.clause, refused.where) == ("notice_answered", "1.7", "notice")

    def test_a_notice_of_another_person_is_none(self, school: SmallSchool) -> None:
        index = school.index(notice(person=OTHER), ADMIN)
        assert school.refuse(change(notice=index), ADMIN).rule == "not_a_notice"

    def test_a_late_change_is_recorded(self, school: SmallSchool) -> None:
        index = school.index(notice(received_on="2026-08-01"), ADMIN)
        school.do(change(notice=index), ADMIN)
        assert person(school, PUPIL).notices == {index: True}

    def test_the_state_remembers_what_each_change_replaced(self, school: SmallSchool) -> None:
        first = school.index(change(), ADMIN)
        second = school.index(change(fields=("phone", "email"), sd=(digest(7),)), ADMIN)
        assert person(school, PUPIL).changes == (
            Change(("family_name",), (digest(9),), first),
            Change(("email", "phone"), (digest(7),), second),
        )

    def test_a_value_may_be_removed(self, school: SmallSchool) -> None:
        (event,) = school.do(change(fields=("patronymic",), sd=()), ADMIN)
        assert b'"_sd":[]' in CODEC.encode(event)[1]

    @pytest.mark.parametrize(
        ("command", "rule", "where"),
        [
            (notice(received_on="2026-09-08"), "day_not_come", "received_on"),
            (notice(received_on="8.9.2026"), "malformed_date", "received_on"),
            (notice(how="rumour"), "unknown_code", "how"),
            (notice(about=("shoe_size",)), "unknown_code", "about[0]"),
            (notice(about=("phone", "phone")), "twice_in_one_command", "about[1].name"),
            (notice(given_by=uid(999)), "unknown_person", "given_by"),
            (change(fields=()), "nothing_changes", "fields"),
            (change(fields=("shoe_size",)), "unknown_code", "fields[0]"),
            (change(sd=(digest(1), digest(2))), "too_many_digests", "sd"),
            (change(sd=("x",)), "malformed_digest", "sd[0]"),
            (change(refresh=uid(999)), "unknown_refresh", "refresh"),
            (confirm(refresh=None), "answers_nothing", "refresh"),
            (confirm(confirmed_on="2026-09-08"), "day_not_come", "confirmed_on"),
        ],
    )
    def test_what_is_malformed_or_unknown_is_refused(
        self, school: SmallSchool, command: cmd.JournalCommand, rule: str, where: str
    ) -> None:
        refused = school.refuse(command, ADMIN)
        assert (refused.rule, refused.where) == (rule, where)

    def test_today_is_the_schools_day_and_not_the_servers(self, school: SmallSchool) -> None:
        just_after_midnight = moscow("2026-09-08 00:10")
        assert just_after_midnight.date().isoformat() == "2026-09-07"
        school.do(notice(received_on="2026-09-08"), ADMIN, just_after_midnight)


class TestTheYearlyRefresh:
    def refresh(self, **changes: Any) -> cmd.OpenAnnualRefresh:
        fields: dict[str, Any] = {"year": YEAR, "opens_on": "2026-08-25", **changes}
        return cmd.OpenAnnualRefresh(**fields)

    def adopt(self, effective_from: str) -> cmd.AdoptRegulation:
        return cmd.AdoptRegulation(
            order_number="1", order_date="2026-08-20", effective_from=effective_from, parameters=PARAMETERS
        )

    @pytest.mark.clause("R11", breaks="ledger.journal.personal_data:_until")
    def test_the_last_day_is_the_regulations(self, school: SmallSchool) -> None:
        refused = school.refuse(self.refresh(), ADMIN)
        assert (refused.rule, refused.where) == ("no_regulation", "until")
        school.do(self.adopt("2026-08-26"), ADMIN)
        assert school.refuse(self.refresh(), ADMIN).rule == "no_regulation", "in force only from the next day on"
        (event,) = school.do(self.refresh(opens_on="2026-08-26"), ADMIN)
        assert event == AnnualRefreshOpened(opens_on="2026-08-26", until="2026-09-05")

    def test_a_year_has_one(self, school: SmallSchool) -> None:
        school.do(self.refresh(until="2026-09-05"), ADMIN)
        assert school.refuse(self.refresh(until="2026-09-06"), ADMIN).rule == "refresh_exists"

    def test_it_is_of_a_year_and_does_not_end_before_it_opens(self, school: SmallSchool) -> None:
        assert school.refuse(self.refresh(until="2026-08-24"), ADMIN).rule == "empty_range"
        assert school.refuse(self.refresh(year=uid(999), until="2026-09-05"), ADMIN).rule == "unknown_year"

    @pytest.mark.clause("R11", breaks="ledger.journal.personal_data:_check_answers")
    def test_each_person_answers_it_once(self, school: SmallSchool) -> None:
        school.do(self.refresh(until="2026-09-05"), ADMIN)
        assert school.refuse(confirm(confirmed_on="2026-08-24"), ADMIN).rule == "before_the_refresh"
        school.do(confirm(), ADMIN)
        school.do(change(person=OTHER, refresh=YEAR), ADMIN)
        for command in (confirm(), confirm(person=OTHER), change(refresh=YEAR)):
            refused = school.refuse(command, ADMIN)
            assert (refused.rule, refused.where) == ("refresh_answered", "refresh")

    def test_its_stream_holds_its_opening_alone(self) -> None:
        stray = RegulationAdopted(order_number="1", order_date="", effective_from="", parameters=PARAMETERS)
        with pytest.raises(TypeError, match="RegulationAdopted"):
            evolve(None, Recorded(f"refresh/{YEAR}", 1, stray, 3, ADMIN))
        opened = AnnualRefreshOpened(opens_on="2026-08-25", until="2026-09-05")
        state = evolve(None, Recorded(f"refresh/{YEAR}", 1, opened, 3, ADMIN))
        assert state == AnnualRefresh(stream=f"refresh/{YEAR}", version=1, opens_on="2026-08-25", until="2026-09-05")


class TestConsents:
    @pytest.mark.clause("R31", breaks="ledger.journal.delivery:_check_method")
    def test_a_written_consent_has_its_application(self, school: SmallSchool) -> None:
        (event,) = school.do(consent(), DEPUTY)
        assert isinstance(event, DeliveryConsentGiven)
        assert (event.application_number, event.application_date) == ("12", "2026-09-03")
        assert school.refuse(consent(channel="sms", application_number=None), ADMIN).where == "application_number"
        assert school.refuse(consent(channel="sms", application_date=None), ADMIN).where == "application_date"

    @pytest.mark.clause("R31", breaks="ledger.journal.delivery:_check_method")
    def test_staff_do_not_enter_the_self_service_variant(self, school: SmallSchool) -> None:
        behalf = Actor(MOTHER.id, "guardian", on_behalf_of=FATHER, basis="доверенность")
        for actor in (ADMIN, DEPUTY, TEACHER, Actor(FATHER, "guardian")):
            refused = school.refuse(own(), actor)
            assert (refused.rule, refused.clause, refused.where) == ("not_the_guardian", "2.3.4", "method")
        assert school.refuse(own(), behalf).rule == "role_not_allowed"
        school.do(own(), MOTHER)
        assert school.refuse(consent(method="self_service", channel="sms"), MOTHER).rule == "application_not_needed"
        assert school.refuse(consent(channel="sms"), MOTHER).rule == "role_not_allowed"

    @pytest.mark.clause("R30", breaks="ledger.journal.delivery:_check_contact")
    def test_every_channel_but_the_own_needs_the_contact(self, school: SmallSchool) -> None:
        refused = school.refuse(consent(sd=()), ADMIN)
        assert (refused.rule, refused.clause) == ("contact_missing", "2.3.4")
        assert school.refuse(consent(channel="in_system"), ADMIN).rule == "contact_not_needed"
        school.do(consent(channel="in_system", sd=()), ADMIN)

    def test_only_a_guardian_of_the_student_consents(self, school: SmallSchool) -> None:
        for changes, rule in (
            ({"person": FATHER}, "not_linked"),
            ({"student": OTHER}, "not_linked"),
            ({"person": TEACHER.id}, "wrong_kind_of_person"),
            ({"student": FATHER}, "wrong_kind_of_person"),
        ):
            assert school.refuse(consent(**changes), ADMIN).rule == rule

    def test_one_stands_for_each_channel_until_withdrawn(self, school: SmallSchool) -> None:
        index = school.index(consent(), ADMIN)
        assert school.refuse(own(), MOTHER).rule == "consent_stands"
        school.do(consent(channel="sms", sd=(digest(7),)), ADMIN)
        school.do(withdraw(index), ADMIN)
        refused = school.refuse(withdraw(index), ADMIN)
        assert (refused.rule, refused.where) == ("consent_ended", "consent")
        school.do(own(), MOTHER)

    def test_a_withdrawal_is_made_in_the_ways_of_a_consent(self, school: SmallSchool) -> None:
        index = school.index(consent(), ADMIN)
        alone = withdraw(index, method="self_service", application_number=None, application_date=None)
        assert school.refuse(alone, ADMIN).rule == "not_the_guardian"
        assert school.refuse(withdraw(index, application_number=None), ADMIN).rule == "malformed_text"
        assert school.refuse(withdraw(3), ADMIN).rule == "not_a_consent"
        school.do(alone, MOTHER)

    def test_a_consent_falls_with_the_link_and_does_not_come_back(self, school: SmallSchool) -> None:
        index = school.index(consent(), ADMIN)
        school.do(cmd.UnlinkGuardian(person=PUPIL, guardian=MOTHER.id), ADMIN)
        assert school.refuse(withdraw(index), ADMIN).rule == "consent_ended"
        school.do(link(), ADMIN)
        assert school.refuse(withdraw(index), ADMIN).rule == "consent_ended"
        school.do(consent(), ADMIN)


class TestRefusals:
    def test_a_refusal_is_explicit_and_stands_once(self, school: SmallSchool) -> None:
        assert person(school, MOTHER.id).refusals == {}, "who does not opt in has refused nothing"
        school.do(refuse(), ADMIN)
        refused = school.refuse(refuse(), ADMIN)
        assert (refused.rule, refused.clause) == ("refusal_stands", "2.3.4")
        assert school.refuse(refuse(basis=""), ADMIN).where == "basis"
        assert school.refuse(refuse(refused_on="2026-09-08"), ADMIN).rule == "day_not_come"
        assert school.refuse(refuse(student=OTHER), ADMIN).rule == "not_linked"

    def test_who_consents_has_not_refused(self, school: SmallSchool) -> None:
        consented = school.index(consent(), ADMIN)
        assert school.refuse(refuse(), ADMIN).rule == "consent_stands"
        school.do(withdraw(consented), ADMIN)
        first = school.index(refuse(), ADMIN)
        school.do(own(), MOTHER)
        assert school.refuse(notify(first), ADMIN).rule == "refusal_settled"

    @pytest.mark.clause("R32", breaks="ledger.journal.delivery:_check_waits")
    def test_the_authority_is_told_once_and_after_the_refusal(self, school: SmallSchool) -> None:
        index = school.index(refuse(), ADMIN)
        assert school.refuse(notify(index, sent_on="2026-09-02"), ADMIN).rule == "empty_range"
        assert school.refuse(notify(index, sent_on="2026-09-08"), ADMIN).rule == "day_not_come"
        assert school.refuse(notify(index, out_number=""), ADMIN).where == "out_number"
        assert school.refuse(notify(3), ADMIN).rule == "not_a_refusal"
        school.do(notify(index), ADMIN)
        refused = school.refuse(notify(index), ADMIN)
        assert (refused.rule, refused.clause, refused.where) == ("refusal_settled", "2.3.4", "refusal")

    @pytest.mark.clause("R32", breaks="ledger.journal.delivery:_check_approval")
    def test_another_employee_approves_the_letter(self, school: SmallSchool) -> None:
        index = school.index(refuse(), ADMIN)
        secretary = Actor(SECRETARY, "administrator")
        for_secretary = Actor(ADMIN.id, "administrator", on_behalf_of=SECRETARY, basis="приказ")
        for actor in (secretary, for_secretary):
            refused = school.refuse(notify(index), actor)
            assert (refused.rule, refused.where) == ("approval_by_another", "approved_by")
        assert school.refuse(notify(index, approved_by=TEACHER.id), ADMIN).rule == "wrong_kind_of_person"


@pytest.mark.parametrize(
    "command",
    [
        link(),
        cmd.UnlinkGuardian(person=PUPIL, guardian=MOTHER.id),
        notice(),
        change(),
        confirm(),
        cmd.OpenAnnualRefresh(year=YEAR, opens_on="2026-08-25", until="2026-09-05"),
        consent(),
        withdraw(1),
        refuse(),
        notify(1),
    ],
)
def test_only_the_administration_records(school: SmallSchool, command: cmd.JournalCommand) -> None:
    refused = school.refuse(command, TEACHER)
    assert (refused.rule, refused.where) == ("role_not_allowed", "actor.role")


def test_a_persons_stream_holds_events_of_people_alone() -> None:
    stray = RegulationAdopted(order_number="1", order_date="", effective_from="", parameters=PARAMETERS)
    with pytest.raises(TypeError, match="RegulationAdopted"):
        evolve(None, Recorded(f"person/{PUPIL}", 1, stray, 3, ADMIN))

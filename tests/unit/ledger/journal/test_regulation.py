"""Adopting versions of the regulation, and appointing who answers for the journal."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger.clock import find_zone
from ledger.journal import commands as cmd
from ledger.journal.codec import CODEC
from ledger.journal.decide import decide
from ledger.journal.events import RegulationAdopted, RegulationParameters, ResponsibleAppointed, TeacherAssigned
from ledger.journal.evolve import evolve
from ledger.journal.memory import Journal
from ledger.journal.recorded import Recorded
from ledger.journal.regulation import Regulation
from ledger.journal.responsible import Responsibility
from tests.unit.ledger.journal.small_school import (
    ADMIN,
    DEPUTY,
    NOON,
    PARAMETERS,
    SCHOOL,
    STAFF,
    STUDENTS_A,
    TEACHER,
    SmallSchool,
    uid,
)

SECRETARY, HEAD = STAFF
REGULATION = f"regulation/{SCHOOL}"
RESPONSIBLE = f"responsible/{SCHOOL}"


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def adopt(effective_from: str = "2026-09-01", number: str = "17-о", **parameters: Any) -> cmd.AdoptRegulation:
    return cmd.AdoptRegulation(
        order_number=number,
        order_date="2026-08-28",
        effective_from=effective_from,
        parameters=msgspec.structs.replace(PARAMETERS, **parameters),
    )


def appoint(starts_on: str = "2026-09-01", person: str = SECRETARY, number: str = "18-о") -> cmd.AppointResponsible:
    return cmd.AppointResponsible(person=person, order_number=number, order_date="2026-08-28", starts_on=starts_on)


def regulation(school: SmallSchool) -> Regulation:
    found = school.journal.find(REGULATION)
    assert isinstance(found, Regulation)
    return found


def responsibility(school: SmallSchool) -> Responsibility:
    found = school.journal.find(RESPONSIBLE)
    assert isinstance(found, Responsibility)
    return found


class TestRegulation:
    def test_a_version_says_order_day_and_every_parameter(self, school: SmallSchool) -> None:
        (event,) = school.do(adopt(), DEPUTY)
        assert isinstance(event, RegulationAdopted)
        type_, data = CODEC.encode(event)
        fields = msgspec.json.decode(data)
        assert type_ == "regulation_adopted/1"
        assert fields.keys() == {"order_number", "order_date", "effective_from", "parameters"}
        assert fields["parameters"].keys() == set(RegulationParameters.__struct_fields__)
        assert CODEC.decode(type_, data) == event

    @pytest.mark.clause("R01", breaks="ledger.journal.regulation:Regulation.regulation_on")
    def test_the_version_of_a_day_is_the_last_that_took_effect(self, school: SmallSchool) -> None:
        for version in (adopt(), adopt("2026-11-01", result_hours=48), adopt("2027-01-11", result_hours=12)):
            school.do(version, ADMIN)
        found = [regulation(school).regulation_on(day) for day in ("2026-08-31", "2026-09-01", "2026-10-31")]
        found += [regulation(school).regulation_on(day) for day in ("2026-11-01", "2027-01-10", "2027-01-11")]
        assert [version and version.parameters.result_hours for version in found] == [None, 24, 24, 48, 48, 12]

    def test_a_version_may_be_replaced_from_its_own_day_on(self, school: SmallSchool) -> None:
        school.do(adopt(written_mark_days=77), ADMIN)
        school.do(adopt(written_mark_days=7), ADMIN)
        on = regulation(school).regulation_on("2026-09-01")
        assert on is not None
        assert on.parameters.written_mark_days == 7
        assert len(regulation(school).entries) == 2

    def test_versions_never_go_back(self, school: SmallSchool) -> None:
        school.do(adopt("2026-11-01"), ADMIN)
        refused = school.refuse(adopt("2026-10-31"), ADMIN)
        assert (refused.rule, refused.clause, refused.where) == ("regulation_not_later", "1.1", "effective_from")

    def test_the_same_version_is_recorded_once(self, school: SmallSchool) -> None:
        school.do(adopt(), ADMIN)
        assert school.refuse(adopt(), ADMIN).rule == "same_regulation"

    def test_only_the_administration_adopts(self, school: SmallSchool) -> None:
        refused = school.refuse(adopt(), TEACHER)
        assert (refused.rule, refused.clause) == ("role_not_allowed", "1.1")

    @pytest.mark.parametrize(
        ("changes", "rule", "where"),
        [
            ({"order_number": ""}, "malformed_text", "order_number"),
            ({"order_number": "1" * 101}, "malformed_text", "order_number"),
            ({"order_date": ""}, "malformed_date", "order_date"),
            ({"order_date": "2026-02-29"}, "malformed_date", "order_date"),
            ({"effective_from": "01.09.2026"}, "malformed_date", "effective_from"),
        ],
    )
    @pytest.mark.clause("R01", breaks="ledger.journal.rules:check_order")
    def test_an_order_has_a_number_and_dates(
        self, school: SmallSchool, changes: dict[str, str], rule: str, where: str
    ) -> None:
        refused = school.refuse(msgspec.structs.replace(adopt(), **changes), ADMIN)
        assert (refused.rule, refused.where) == (rule, where)

    @pytest.mark.parametrize(
        ("parameters", "rule"),
        [
            ({"lesson_days": -1}, "out_of_range"),
            ({"written_mark_days": 100}, "out_of_range"),
            ({"notice_days": True}, "out_of_range"),
            ({"homework_after_last_lesson_minutes": 1_000}, "out_of_range"),
            ({"result_hours": 1_000}, "out_of_range"),
            ({"annual_refresh_until": "9-5"}, "malformed_yearly_day"),
            ({"annual_refresh_until": "02-29"}, "malformed_yearly_day"),
            ({"annual_refresh_until": 905}, "malformed_yearly_day"),
            ({"mark_for_absent": "allow"}, "unknown_code"),
            ({"mark_for_unassigned_homework": "allow"}, "unknown_code"),
            ({"weekends_extend": 1}, "malformed_value"),
        ],
    )
    def test_a_parameter_is_of_its_kind_and_range(
        self, school: SmallSchool, parameters: dict[str, Any], rule: str
    ) -> None:
        refused = school.refuse(adopt(**parameters), ADMIN)
        assert (refused.rule, refused.where) == (rule, f"parameters.{next(iter(parameters))}")

    @pytest.mark.clause("R01", breaks="ledger.journal.regulation:_check_parameters")
    def test_every_parameter_is_judged(self, school: SmallSchool) -> None:
        for name in RegulationParameters.__struct_fields__:
            command = adopt()
            parameters = msgspec.structs.replace(command.parameters, **{name: None})
            refused = school.refuse(msgspec.structs.replace(command, parameters=parameters), ADMIN)
            assert refused.where == f"parameters.{name}"

    def test_two_who_adopt_at_once_write_the_same_version(self, school: SmallSchool) -> None:
        school.do(adopt(), ADMIN)
        decided = [decide(adopt(day), school.journal, ADMIN, NOON) for day in ("2026-10-01", "2026-11-01")]
        ends = {(event.originator_id, event.originator_version) for made in decided for event in made.events}
        assert ends == {(REGULATION, 2)}

    def test_needs_a_school(self) -> None:
        journal = Journal(find_zone)
        with pytest.raises(Exception, match="no school"):
            decide(adopt(), journal, ADMIN, NOON)


class TestResponsible:
    @pytest.mark.clause("R07", breaks="ledger.journal.responsible:Responsibility.responsible_on")
    def test_exactly_one_answers_from_the_first_appointment_on(self, school: SmallSchool) -> None:
        school.do(appoint(), ADMIN)
        school.do(appoint("2026-11-01", HEAD), DEPUTY)
        found = responsibility(school)
        assert [found.responsible_on(day) for day in ("2026-08-31", "2026-09-01", "2026-10-31", "2026-11-01")] == [
            None,
            SECRETARY,
            SECRETARY,
            HEAD,
        ]

    def test_an_appointment_may_be_replaced_from_its_own_day_on(self, school: SmallSchool) -> None:
        school.do(appoint(), ADMIN)
        school.do(appoint(person=HEAD), ADMIN)
        assert responsibility(school).responsible_on("2026-09-01") == HEAD

    def test_appointments_never_go_back(self, school: SmallSchool) -> None:
        school.do(appoint("2026-11-01"), ADMIN)
        refused = school.refuse(appoint("2026-10-31", HEAD), ADMIN)
        assert (refused.rule, refused.clause, refused.where) == ("appointment_not_later", "1.3", "starts_on")

    def test_the_same_appointment_is_recorded_once(self, school: SmallSchool) -> None:
        school.do(appoint(), ADMIN)
        assert school.refuse(appoint(), ADMIN).rule == "same_appointment"
        assert isinstance(school.do(appoint(number="19-о"), ADMIN)[0], ResponsibleAppointed)

    @pytest.mark.parametrize("person", [TEACHER.id, STUDENTS_A[0]])
    def test_an_employee_is_appointed_and_nobody_else(self, school: SmallSchool, person: str) -> None:
        refused = school.refuse(appoint(person=person), ADMIN)
        assert (refused.rule, refused.clause, refused.where) == ("wrong_kind_of_person", "1.3", "person")

    def test_nobody_unknown_is_appointed(self, school: SmallSchool) -> None:
        assert school.refuse(appoint(person=uid(999)), ADMIN).rule == "unknown_person"

    def test_only_the_administration_appoints(self, school: SmallSchool) -> None:
        refused = school.refuse(appoint(), TEACHER)
        assert (refused.rule, refused.clause) == ("role_not_allowed", "1.3")

    @pytest.mark.clause("R07", breaks="ledger.journal.rules:check_order")
    def test_an_appointment_has_an_order_and_a_day(self, school: SmallSchool) -> None:
        for field, rule in (("order_number", "text"), ("order_date", "date"), ("starts_on", "date")):
            refused = school.refuse(msgspec.structs.replace(appoint(), **{field: ""}), ADMIN)
            assert (refused.rule, refused.where) == (f"malformed_{rule}", field)


@pytest.mark.parametrize("stream", [REGULATION, RESPONSIBLE])
def test_streams_hold_their_own_events_alone(stream: str) -> None:
    stray = TeacherAssigned(teacher=TEACHER.id, starts_on="2026-09-01")
    with pytest.raises(TypeError, match="TeacherAssigned"):
        evolve(None, Recorded(stream, 1, stray, 3, ADMIN))

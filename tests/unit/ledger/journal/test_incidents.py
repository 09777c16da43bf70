"""Incidents: opened and closed once each, by the administration, for minutes that have passed."""

from __future__ import annotations

import pytest

from ledger.errors import LOG
from ledger.journal import commands as cmd
from ledger.journal.excuse_events import IncidentClosed, IncidentOpened
from ledger.journal.incidents import Incident
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, NOON, TEACHER, SmallSchool, digest, moscow, uid

INCIDENT = uid(4000)
OPEN = cmd.OpenIncident(incident=INCIDENT, kind="system", began_at="2026-09-07T10:15")
CLOSE = cmd.CloseIncident(incident=INCIDENT, ended_at="2026-09-07T11:45")


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def test_says_from_which_minute_on_the_journal_could_not_be_used_and_until_which(school: SmallSchool) -> None:
    assert school.do(OPEN, ADMIN) == [IncidentOpened(kind="system", began_at="2026-09-07T10:15")]
    closing = cmd.CloseIncident(incident=INCIDENT, ended_at="2026-09-07T11:45", note=digest(5))
    assert school.do(closing, DEPUTY) == [IncidentClosed(ended_at="2026-09-07T11:45", sd=(digest(5),))]
    found = school.journal.find(f"incident/{INCIDENT}")
    assert isinstance(found, Incident)
    assert (found.began_at, found.ended_at, found.version) == ("2026-09-07T10:15", "2026-09-07T11:45", 2)


def test_may_end_in_the_minute_in_which_it_began(school: SmallSchool) -> None:
    school.do(OPEN, ADMIN)
    school.do(cmd.CloseIncident(incident=INCIDENT, ended_at="2026-09-07T10:15"), ADMIN)


def test_a_teacher_records_none(school: SmallSchool) -> None:
    assert school.refuse(OPEN, TEACHER).rule == "role_not_allowed"
    school.do(OPEN, ADMIN)
    assert school.refuse(CLOSE, TEACHER).rule == "role_not_allowed"


@pytest.mark.parametrize("minute", ["2026-09-07T12:01", "2026-09-08T00:00"])
def test_is_not_to_come(school: SmallSchool, minute: str) -> None:
    refused = school.refuse(cmd.OpenIncident(incident=INCIDENT, kind="power", began_at=minute), ADMIN)
    assert (refused.rule, refused.clause, refused.where) == ("minute_not_come", LOG, "began_at")
    school.do(OPEN, ADMIN)
    refused = school.refuse(cmd.CloseIncident(incident=INCIDENT, ended_at=minute), ADMIN)
    assert (refused.rule, refused.where) == ("minute_not_come", "ended_at")
    school.do(cmd.CloseIncident(incident=INCIDENT, ended_at="2026-09-07T12:00"), ADMIN)


def test_does_not_end_before_it_began(school: SmallSchool) -> None:
    school.do(OPEN, ADMIN)
    refused = school.refuse(cmd.CloseIncident(incident=INCIDENT, ended_at="2026-09-07T10:14"), ADMIN)
    assert (refused.rule, refused.where) == ("ended_before_it_began", "ended_at")


def test_is_closed_once_and_opened_once(school: SmallSchool) -> None:
    assert school.refuse(CLOSE, ADMIN).rule == "unknown_incident"
    school.do(OPEN, ADMIN)
    assert school.refuse(OPEN, ADMIN).rule == "incident_exists"
    school.do(CLOSE, ADMIN)
    assert school.refuse(CLOSE, ADMIN, moscow("2026-09-07 12:30")).rule == "incident_closed"


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"kind": "mood"}, "unknown_code", "kind"),
        ({"began_at": "2026-09-07 10:15"}, "malformed_minute", "began_at"),
        ({"incident": "7"}, "malformed_id", "incident"),
        ({"note": "Сервер"}, "malformed_digest", "note"),
    ],
)
def test_refuses_what_is_malformed(school: SmallSchool, changes: dict[str, str], rule: str, where: str) -> None:
    fields = {"incident": INCIDENT, "kind": "system", "began_at": "2026-09-07T10:15"} | changes
    refused = school.refuse(cmd.OpenIncident(**fields), ADMIN, NOON)  # type: ignore[arg-type]
    assert (refused.rule, refused.where) == (rule, where)

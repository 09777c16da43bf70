"""What must be printed under regulation 3.3, from commands over HTTP to the answer, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

import httpx
import pytest

from ledger.journal.commands import AppointWitness, RecordArchive, RecordCosignature, RecordTiming, RecordVerification
from ledger.wire.entry import Actor
from projections.views.obligations import obligations
from tests.http_class import SmallClass, problem
from tests.http_school import ORIGIN, Served, post
from tests.integration.test_api_deadlines import adopt
from tests.integration.test_api_regulation import employee
from tests.integration.test_api_reopening import closed_period, reopen
from tests.witness_keys import WITNESSES

HASH = "9c" * 32


def state_of(client: httpx.Client, condition: str, scope: str, **params: str) -> dict[str, Any]:
    rows = client.get("/views/obligations", params=params).json()["rows"]
    (row,) = [row for row in rows if (row["condition"], row["scope"]) == (condition, scope)]
    found: dict[str, Any] = row
    return found


def lacking(row: dict[str, Any]) -> list[str]:
    return [part["name"] for part in row["parts"] if not part["holds"]]


def record(server: Served, command: Any) -> int:
    actor = Actor(server.actors["administrator"], "administrator")
    return server.school.execute(command, actor).first_index


def verify_log(server: Served, witnesses: int, verdict: Literal["verified", "finding"] = "verified") -> int:
    signed = server.school.checkpointer.sign()
    return record(
        server,
        RecordVerification(
            verification=str(uuid4()),
            size=signed.size,
            root=signed.edge.root().hex(),
            verdict=verdict,
            program="verify.pyz",
            program_sha256=HASH,
            checkpoint=signed.size,
            witnesses=witnesses,
        ),
    )


def cosign_log(server: Served) -> int:
    witness = WITNESSES[0]
    record(server, AppointWitness(vkey=witness.vkey, held_by="Комитет", link="https://w.example", basis="договор"))
    signed = server.school.checkpointer.sign()
    root, time = signed.edge.root(), 1_795_000_000
    signature = witness.cosign(ORIGIN, signed.size, root, time)
    command = RecordCosignature(witness=witness.id, size=signed.size, root=root.hex(), time=time, signature=signature)
    return record(server, command)


def printout(signed_by: str, **scope: str) -> dict[str, Any]:
    return {"number": "3", "printed_on": "2021-06-10", "pages": 40, "kept": "архив", "signed_by": signed_by, **scope}


def test_a_period_is_required_until_a_witness_or_paper(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        person, period = employee(admin), closed_period(admin)
        before = state_of(inspector, "corrections", period)
        assert (before["state"], "verified" in lacking(before)) == ("required", True)
        verify_log(server, 0)
        unwitnessed = state_of(inspector, "corrections", period)
        assert (unwitnessed["state"], lacking(unwitnessed)) == ("required", ["witnessed"])
        paper = post(admin, "/printouts", printout(person, condition="corrections", period=period))["first_index"]
        printed = state_of(inspector, "corrections", period)
        assert (printed["state"], printed["met_by"], printed["printout"]) == ("printed", paper, "3")
        cosigned = cosign_log(server)
        proof = verify_log(server, 1)
        proved = state_of(inspector, "corrections", period)
        assert (proved["state"], proved["met_by"]) == ("proved", proof)
        assert [part["entries"] for part in proved["parts"] if part["name"] == "witnessed"] == [[cosigned, proof]]
        assert state_of(inspector, "corrections", period, at=str(proof))["state"] == "printed"
        with server.as_("director") as director:
            reopen(director, admin, f"/periods/{period}")
        assert lacking(state_of(inspector, "corrections", period))[0] == "closed"
        closed = post(admin, f"/periods/{period}/close", {})["first_index"]
        again = state_of(inspector, "corrections", period)
        assert (again["state"], again["last_entry"]) == ("required", closed)


def test_a_year_and_a_month_are_met_by_their_evidence(server: Served) -> None:
    with server.as_("administrator") as admin:
        period = closed_period(admin)
        year = admin.get(f"/periods/{period}").json()["year"]
        month = state_of(admin, "substitutions", "2020-09")
        assert (month["state"], lacking(month)) == ("required", ["timed", "everybody", "easily"])
        staff = server.school.views.select(
            "SELECT count(*) FROM {persons} p WHERE p.kind <> :kind", {"kind": "student"}
        )
        count = int(staff[0][0])
        size = server.school.recorder.head().size
        counts = {"employees": count, "requests": count + 1, "rows": 0, "slowest_ms": 3}
        timed = record(server, RecordTiming(timing=str(uuid4()), size=size, month="2020-09", **counts))
        assert state_of(admin, "substitutions", "2020-09")["met_by"] == timed
        assert state_of(admin, "substitutions", "2020-10")["state"] == "required"
        assert state_of(admin, "archive", year)["state"] == "required"
        signed = server.school.checkpointer.sign()
        archive = RecordArchive(
            archive=str(uuid4()),
            size=signed.size,
            root=signed.edge.root().hex(),
            manifest_sha256=HASH,
            year=year,
            opened_with=("csv", "sha256sum"),
            verdict="verified",
        )
        archived = record(server, archive)
        assert state_of(admin, "archive", year)["met_by"] == archived


def test_what_is_not_over_is_not_judged(server: Served) -> None:
    with server.as_("administrator") as admin:
        closed_period(admin)
        admin.get("/views/obligations")
    views = server.school.views
    spans = {row.scope: row.ends_on for row in obligations(views, now=datetime(2020, 10, 10, tzinfo=UTC)).rows}
    assert "2020-09" in spans
    assert max(spans.values()) < "2020-10-10"


def test_paper_is_registered_of_what_its_condition_asks_for(server: Served) -> None:
    with server.as_("administrator") as admin:
        person, period = employee(admin), closed_period(admin)
        wrong = printout(person, condition="substitutions", period=period)
        assert problem(admin.post("/printouts", json=wrong), 409, "wrong_scope")["where"] == "period"
        early = {**printout(person, condition="corrections", period=period), "printed_on": "2020-10-25"}
        assert problem(admin.post("/printouts", json=early), 409, "printed_too_early")["clause"] == "3.3"


def matrix(client: httpx.Client, **params: str) -> dict[tuple[str, str | None], dict[str, Any]]:
    """Clause and part -> its row."""
    rows = client.get("/views/conformity", params=params).json()["rows"]
    return {(row["clause"], row["part"]): row for row in rows}


def counts(row: dict[str, Any]) -> dict[str, int]:
    """What speaks for a clause, against it or neither -> its count."""
    return {shown["en"]: shown["count"] for shown in row["shown"]}


@pytest.mark.clause("R02", breaks="projections.views.conformity:Evidence")
def test_the_matrix_shows_every_clause_with_what_the_log_holds(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("director") as director:
        empty = matrix(director)
        assert [part for clause, part in empty if clause == "1.1"] == [
            *("keeping", "control", "reliability", "storage", "document_flow", "backups", "hard_copies"),
        ]
        assert {row["state"] for row in empty.values()} == {"built", "in_part"}
        assert {clause for (clause, _), row in empty.items() if row["verdict"] == "does_not_hold"} == set()
        closed_period(admin)
        found = matrix(director)
        assert found["1.1", "storage"]["verdict"] == "nothing_yet"
        verified = verify_log(server, 0)
        after = matrix(director)
        assert after["1.1", "storage"]["verdict"] == "holds"
        assert after["1.1", "storage"]["shown"][0]["last_entry"] == verified
        required = director.get("/views/obligations").json()["required"]
        assert required
        assert after["3.3", None]["verdict"] == "does_not_hold"
        assert after["3.3", None]["shown"][-1] == {
            "ru": "надо печатать",
            "en": "to be printed",
            "count": required,
            "last_entry": None,
            "bears": "against",
        }
        before = matrix(director, at="1")
        assert (before["1.2", None]["verdict"], set(counts(before["1.2", None]).values())) == ("nothing_yet", {0})


def test_a_log_that_was_found_wrong_last_is_not_held_to_be_kept_well(server: Served) -> None:
    with server.as_("director") as director:
        verify_log(server, 0)
        verify_log(server, 0, "finding")
        storage = matrix(director)["1.1", "storage"]
        assert (storage["verdict"], [one["count"] for one in storage["shown"]]) == ("does_not_hold", [1, 1])
        verify_log(server, 0)
        assert matrix(director)["1.1", "storage"]["verdict"] == "holds"


@pytest.mark.clause("R08", breaks="projections.views.conformity:_judged")
def test_the_director_sees_what_speaks_against_a_clause_until_it_is_mended(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("director") as director:
        period = closed_period(admin)
        found = matrix(director)["1.4", None]
        assert (found["verdict"], counts(found)["of these not attested"]) == ("does_not_hold", 1)
        size = server.school.recorder.head().size
        attested = post(director, f"/periods/{period}/attest", {"size": size, "basis": "акт № 1"})["first_index"]
        found = matrix(director)["1.4", None]
        assert (found["verdict"], counts(found)["of these not attested"]) == ("holds", 0)
        assert attested in {shown["last_entry"] for shown in found["shown"]}


def test_each_deadline_that_was_missed_speaks_against_its_own_clause(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("teacher") as teacher, server.as_("director") as director:
        school.recorded(teacher)
        head = matrix(director)["head", None]
        assert (head["verdict"], counts(head)["records on whose day no version was in force"]) == ("does_not_hold", 4)
        adopt(server, attendance_days=1, oral_mark_days=1)
        found = matrix(director)
    assert found["head", None]["verdict"] == "holds"
    against = {clause for (clause, _), row in found.items() if counts(row).get("late or missing, not excused")}
    assert against == {"2.1", "2.2", "2.2.1", "2.2.2"}
    assert {found[clause, None]["verdict"] for clause in against} == {"does_not_hold"}
    assert (found["2.2.4", None]["verdict"], found["2.4.2", None]["verdict"]) == ("holds", "does_not_hold")

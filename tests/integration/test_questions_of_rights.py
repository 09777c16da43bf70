"""The question who could write what: roles by their entries, their changes, and access that outlived its ground."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.journal import events as j, people_events as p
from ledger.journal.account_events import (
    AccountClosed,
    AccountOpened,
    RoleGranted,
    RoleRevoked,
    SignInHelped,
    SignInHelpRefused,
    SignInHelpRequested,
)
from ledger.journal.duty_events import DutyEnded
from projections.engine import Views
from projections.questions import BY_SLUG, ask
from projections.views.accounts import accounts
from tests.conftest import make_database
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN
from tests.question_register_school import GRANNY, MOTHER, RegisterSchool
from tests.question_school import ADMIN, ANNA, BORIS, DEPUTY, GROUP5, MATH5, MATH9, PHYS5, T1, T2, T3, VERA, uid

INSPECTOR = uid("inspec")


class AccountSchool(RegisterSchool):
    """November: accounts are opened, Boris leaves on the 5th, T2 hands physics over, T1 works until the 9th, with a course left."""

    def _after_the_close(self) -> None:
        super()._after_the_close()
        for account, kind, role in (
            (T1, "employee", "teacher"), (T2, "employee", "teacher"), (DEPUTY, "employee", "deputy"),
            (BORIS, "student", "student"), (ANNA, "student", "student"),
        ):  # fmt: skip
            self._granted("10-29T09:00", account, kind, role, "2026-09-01")
        self._granted("10-29T09:00", GRANNY, "guardian", "guardian", "2026-10-29", student=VERA)
        self._granted("10-29T09:00", MOTHER, "guardian", "guardian", "2026-10-29", student=ANNA)
        self._granted(
            "10-29T09:00", INSPECTOR, "inspector", "inspector", "2026-11-02", ends_on="2026-11-06", purpose="проверка",
            class_groups=(GROUP5,),
        )  # fmt: skip
        self.office("11-05T09:00", f"class/{GROUP5}", j.StudentLeft(student=BORIS, ends_on="2026-11-05"), "boris.left")
        handed = j.TeacherAssigned(teacher=T3, starts_on="2026-11-06")
        self.office("11-05T10:00", f"course/{PHYS5}", handed, "physics.handed")
        ended = DutyEnded(person=T1, duty="journal", ends_on="2026-11-06")
        self.office("11-06T09:00", f"duty/{uid('school')}", ended, "duty1.ended")
        for course in (MATH5, uid("math1")):
            other = j.TeacherAssigned(teacher=T3, starts_on="2026-11-07")
            self.office("11-06T09:30", f"course/{course}", other, f"{course}.handed")
        gone = AccountClosed(reason="dismissed", basis="приказ № 31", last_day="2026-11-09")
        self.office("11-10T18:00", f"account/{T1}", gone, "t1.closed")
        parted = p.GuardianUnlinked(guardian=GRANNY)
        self.office("11-11T09:00", f"person/{VERA}", parted, "granny.parted")
        revoked = RoleRevoked(grant=self.entries[f"{DEPUTY}.role"], basis="приказ № 32")
        self.office("11-12T09:00", f"account/{DEPUTY}", revoked, "deputy.revoked")
        other = j.TeacherAssigned(teacher=T3, starts_on="2026-11-14")
        self.office("11-13T09:00", f"course/{MATH9}", other, "math9.handed")
        left = AccountClosed(reason="left", basis="приказ № 33")
        self.office("11-16T09:00", f"account/{BORIS}", left, "boris.closed")
        self._helped()

    def _helped(self) -> None:
        first = SignInHelped(help="first_code", reason="first_access")
        self.office("11-17T09:00", f"account/{T2}", first, "t2.first")
        self.office(
            "11-17T09:05", f"account/{T2}", SignInHelped(help="second_factor", reason="lost_device"), "t2.factor"
        )
        alone = SignInHelped(help="code", reason="forgotten_password", basis="акт № 1")
        self.office("11-18T09:00", f"account/{DEPUTY}", alone, "deputy.alone")
        asked = SignInHelpRequested(help="code", reason="forgotten_password")
        self.office("11-18T10:00", f"account/{DEPUTY}", asked, "deputy.asked")
        answered = SignInHelped(help="code", reason="forgotten_password", request=self.entries["deputy.asked"])
        self.office("11-19T10:00", f"account/{DEPUTY}", answered, "deputy.answered")
        self.office("11-19T11:00", f"account/{ANNA}", asked, "anna.asked")
        refused = SignInHelpRefused(request=self.entries["anna.asked"], basis="записка № 2")
        self.office("11-19T11:05", f"account/{ANNA}", refused, "anna.refused")
        self.office("11-19T11:10", f"account/{ANNA}", asked, "anna.again.asked")
        founding = SignInHelped(help="first_code", reason="first_access", basis="приказ № 1")
        self.office("11-21T09:00", f"account/{INSPECTOR}", founding, "inspector.alone")

    def _granted(self, moment: str, account: str, kind: str, role: str, starts_on: str, **more: Any) -> None:
        opened = AccountOpened(kind=kind)  # type: ignore[arg-type]
        self.office(moment, f"account/{account}", opened, f"{account}.opened")
        granted = RoleGranted(role=role, starts_on=starts_on, basis="приказ № 30", **more)  # type: ignore[arg-type]
        self.office(moment, f"account/{account}", granted, f"{account}.role")


SCHOOL = AccountSchool()
E = SCHOOL.entries


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('rights')}/views.db"
    else:
        url = views_dsn(make_database(request.getfixturevalue("postgres_cluster")))
    with Views.open(url, ORIGIN) as opened:
        opened.catch_up(SCHOOL.log)
        yield opened


def found(views: Views, at: int | None = None, **given: str) -> list[dict[str, Any]]:
    return ask(BY_SLUG["rights"], views, {name.rstrip("_"): value for name, value in given.items()}, at=at).plain()


def roles(views: Views, on: str, at: int | None = None) -> dict[str, tuple[str, str | None]]:
    return {row["employee"]: (row["from"], row["to"]) for row in found(views, at, on=on, finding="role")}


def test_a_role_is_held_from_its_entry_to_what_ended_it(views: Views) -> None:
    assert roles(views, "2026-10-28") == {}, "granted from September on, but nobody could use it before the entry"
    assert roles(views, "2026-11-06") == {
        T1: ("2026-10-29", "2026-11-10"), T2: ("2026-10-29", None), DEPUTY: ("2026-10-29", "2026-11-12"),
        BORIS: ("2026-10-29", "2026-11-16"), ANNA: ("2026-10-29", None), GRANNY: ("2026-10-29", "2026-11-11"),
        MOTHER: ("2026-10-29", None), INSPECTOR: ("2026-11-02", "2026-11-06"),
    }  # fmt: skip
    assert roles(views, "2026-11-12").keys() == {T2, DEPUTY, BORIS, ANNA, MOTHER}, (
        "the day of a revocation still counts"
    )
    assert roles(views, "2026-11-13").keys() == {T2, BORIS, ANNA, MOTHER}
    assert roles(views, "2026-11-12", at=E["t1.closed"])[T1] == ("2026-10-29", None), "as it was known before"
    (teacher,) = found(views, on="2026-11-06", finding="role", employee=T1)
    assert (teacher["role"], teacher["order"]) == ("teacher", "приказ № 30")
    assert teacher["entries"] == [E[f"{T1}.opened"], E[f"{T1}.role"], E["t1.closed"]]
    (guest,) = [row for row in found(views, on="2026-11-06", finding="role") if row["employee"] == INSPECTOR]
    assert (guest["class"], guest["entries"]) == ("5А", [E[f"{INSPECTOR}.opened"], E[f"{INSPECTOR}.role"]])


def test_changes_of_access_are_told_by_the_days_of_their_entries(views: Views) -> None:
    changes = found(views, finding="change", from_="2026-11-10", to="2026-11-15")
    assert [(row["change"], row["employee"], row["role"], row["reason"], row["order"]) for row in changes] == [
        ("closed", T1, None, "dismissed", "приказ № 31"),
        ("revoked", DEPUTY, "deputy", None, "приказ № 32"),
    ]
    assert changes[1]["entries"] == [E[f"{DEPUTY}.role"], E["deputy.revoked"]]
    assert (changes[0]["at"][:16], changes[0]["actor"]) == ("2026-11-10T15:00", ADMIN)
    assert len(found(views, finding="change")) == 16 + 3
    assert not [row for row in found(views) if row["finding"] == "change"]


def test_access_that_outlived_its_ground_is_found_with_how_long(views: Views) -> None:
    def told(on: str) -> list[tuple[Any, ...]]:
        kinds = ("outlived", "closed_later", "closed_with_duties")
        return [
            (row["finding"], row["employee"], row["from"], row["to"], row["days"])
            for row in found(views, on=on)
            if row["finding"] in kinds
        ]

    assert told("2026-11-05") == []
    assert told("2026-11-10") == [
        ("closed_with_duties", T1, None, "2026-11-10", None),
        ("closed_later", T1, "2026-11-09", "2026-11-10", 1),
        ("outlived", T2, "2026-11-05", None, 5),
        ("outlived", BORIS, "2026-11-05", None, 5),
    ]
    assert told("2026-11-20") == [
        ("closed_later", T1, "2026-11-09", "2026-11-10", 1),
        ("outlived", T2, "2026-11-05", None, 15),
        ("closed_later", BORIS, "2026-11-05", "2026-11-16", 11),
    ], "T1 was closed before the last course was handed over; who directs rests on no course"
    (still,) = found(views, on="2026-11-10", finding="closed_with_duties")
    assert {E["t1.closed"], E[f"{T1}.opened"]} < set(still["entries"])
    (gone,) = found(views, on="2026-11-20", finding="closed_later", employee=T1)
    assert gone["entries"] == sorted(E[name] for name in (f"{T1}.opened", f"{T1}.role", "t1.closed"))
    assert (gone["role"], gone["reason"], gone["order"]) == ("teacher", "dismissed", "приказ № 31")
    (left,) = found(views, on="2026-11-20", finding="closed_later", employee=BORIS)
    assert left["entries"] == sorted(
        E[name] for name in ("boris.left", f"{BORIS}.opened", f"{BORIS}.role", "boris.closed")
    )
    assert (left["role"], left["reason"], left["order"]) == ("student", "left", "приказ № 33")


def test_accounts_are_listed_as_they_were(views: Views) -> None:
    then = {one.account: one for one in accounts(views, at=E["t1.closed"]).rows}
    now = {one.account: one for one in accounts(views).rows}
    assert (then[T1].closed_by, now[T1].closed_by) == (None, E["t1.closed"])
    assert (len(then[DEPUTY].grants), len(now[DEPUTY].grants)) == (1, 0)
    assert list(accounts(views, at=E[f"{T1}.opened"]).rows) == []


def test_a_new_way_in_by_anothers_help_is_found_and_what_one_person_did_alone(views: Views) -> None:
    def told(**given: str) -> list[tuple[Any, ...]]:
        kinds = ("helped", "helped_alone", "help_waits")
        return [
            (row["finding"], row["employee"], row["change"], row["reason"], row["order"], row["entries"])
            for row in found(views, None, **given)
            if row["finding"] in kinds
        ]

    first = ("helped", T2, "first_code", "first_access", None, [E["t2.first"]])
    factor = ("helped", T2, "second_factor", "lost_device", None, [E["t2.factor"]])
    alone = ("helped_alone", DEPUTY, "code", "forgotten_password", "акт № 1", [E["deputy.alone"]])
    by_two = ("helped", DEPUTY, "code", "forgotten_password", None, [E["deputy.asked"], E["deputy.answered"]])
    waits = ("help_waits", ANNA, "code", "forgotten_password", None, [E["anna.again.asked"]])
    assert told(on="2026-11-16") == []
    assert told(on="2026-11-18")[:2] == [factor, alone]
    assert told(on="2026-11-18")[2][:2] == ("help_waits", DEPUTY), "answered the day after"
    assert told(on="2026-11-20") == [factor, alone, by_two, waits], "first codes are shown where they are asked for"
    assert told(on="2026-11-20", finding="helped") == [first, factor, by_two]
    assert told(on="2026-11-20", from_="2026-11-17", to="2026-11-17") == [first, factor, waits]
    founding = ("helped_alone", INSPECTOR, "first_code", "first_access", "приказ № 1", [E["inspector.alone"]])
    assert told(on="2026-11-21") == [factor, alone, by_two, founding, waits], "a first code that one gave alone, always"
    assert told(on="2026-11-21", finding="helped_alone") == [alone, founding]
    (row,) = found(views, on="2026-11-20", finding="helped_alone")
    assert (row["at"][:10], row["actor"]) == ("2026-11-18", ADMIN)


def test_help_stands_with_its_account_and_a_request_until_it_is_answered(views: Views) -> None:
    now = {one.account: one for one in accounts(views).rows}
    assert [one.entry for one in now[T2].helped] == [E["t2.factor"], E["t2.first"]], "the newest first"
    assert [(one.request, one.basis) for one in now[DEPUTY].helped] == [(E["deputy.asked"], None), (None, "акт № 1")]
    waits, answered = now[ANNA].asked, now[DEPUTY].asked
    assert (waits and waits.entry, answered) == (E["anna.again.asked"], None)
    then = {one.account: one for one in accounts(views, at=E["deputy.answered"]).rows}
    before = then[DEPUTY].asked
    assert before is not None
    assert before.entry == E["deputy.asked"]

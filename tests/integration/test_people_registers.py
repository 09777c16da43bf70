"""Registers of people's data as of any position, by a worked example on both databases; and which name stood when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.journal import people_events as ev
from ledger.journal.events import ClassGroupOpened, PersonRegistered, StudentEnrolled, StudentLeft
from ledger.wire.entry import Actor
from projections.engine import Views
from projections.views import people_registers as registers
from projections.views.people_registers import ClassProgress, Disclosed, Named
from tests.projection_databases import views_dsn
from tests.projection_logs import ORIGIN, ListLog
from tests.unit.ledger.journal.small_school import digest, uid

ADMIN = Actor(uid(10), "administrator")
YEAR, CLASS, OTHER_CLASS = uid(2), uid(30), uid(31)
ANNA, BORIS, VERA, GLEB = (uid(number) for number in range(100, 104))
MOTHER, FATHER, HEAD = uid(110), uid(111), uid(25)
PAPER = {"application_number": "12", "application_date": "2026-09-02"}


@pytest.fixture(params=["sqlite", "postgres"])
def views(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Views]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:{tmp_path}/views.db" if sqlite else views_dsn(request.getfixturevalue("postgres_database"))
    with Views.open(url, ORIGIN) as opened:
        yield opened


def recorded(views: Views, *events: tuple[str, Any]) -> ListLog:
    log = ListLog()
    for number, event in enumerate(events):
        log.append(event, actor=ADMIN, command=uid(100 + number))
    views.catch_up(log)
    return log


def consent(channel: Any, student: str = ANNA) -> tuple[str, Any]:
    sd = () if channel == "in_system" else (digest(1),)
    return f"person/{MOTHER}", ev.DeliveryConsentGiven(
        student=student, channel=channel, method="written", sd=sd, **PAPER
    )


def linked(student: str, guardian: str) -> tuple[str, Any]:
    return f"person/{student}", ev.GuardianLinked(guardian=guardian, relation="other")


def test_consents_stand_until_they_are_withdrawn_or_the_guardian_is_unlinked(views: Views) -> None:
    log = recorded(
        views,
        linked(ANNA, MOTHER),
        consent("email"),  # 1
        consent("sms"),  # 2
        (f"person/{MOTHER}", ev.DeliveryConsentWithdrawn(consent=1, method="self_service")),  # 3
        (f"person/{ANNA}", ev.GuardianUnlinked(guardian=FATHER)),
        (f"person/{ANNA}", ev.GuardianUnlinked(guardian=MOTHER)),  # 5
        linked(ANNA, MOTHER),
        consent("in_system"),  # 7
    )
    found = registers.consents(views).rows
    assert [(row.entry, row.channel, row.has_contact, row.ended_by) for row in found] == [
        (1, "email", True, 3),
        (2, "sms", True, 5),
        (7, "in_system", False, None),
    ]
    assert (found[0].guardian, found[0].student, found[0].method) == (MOTHER, ANNA, "written")
    assert (found[0].application_number, found[0].application_date) == ("12", "2026-09-02")
    for position, standing in ((0, []), (3, [1, 2]), (4, [2]), (5, [2]), (6, []), (8, [7])):
        rows = registers.consents(views, standing=True, at=position).rows
        assert [row.entry for row in rows] == standing, position
    links = registers.guardians(views).rows
    assert [(row.entry, row.ended_by) for row in links] == [(0, 5), (6, None)]
    assert registers.guardians(views, student=ANNA).rows == links
    assert registers.guardians(views, student=BORIS).rows == ()
    assert views.check(log).findings == ()


def test_a_notice_says_what_answered_it_and_when(views: Views) -> None:
    log = recorded(
        views,
        (f"person/{ANNA}", ev.DataChangeNoticeReceived(received_on="2026-09-01", how="oral", about=("phone",))),
        (f"person/{ANNA}", ev.DataChangeNoticeReceived(received_on="2026-09-03", how="written", given_by=MOTHER)),
        (f"person/{BORIS}", ev.DataChangeNoticeReceived(received_on="2026-09-05", how="electronic")),
        (f"person/{ANNA}", ev.PersonalDataChanged(fields=("phone",), sd=(digest(2),), notice=0)),
        (f"person/{BORIS}", ev.PersonalDataConfirmed(confirmed_on="2026-09-06", notice=2)),
    )
    found = registers.data_notices(views).rows
    assert [(row.entry, row.person, row.received_on, row.answer, row.answered_by) for row in found] == [
        (0, ANNA, "2026-09-01", "changed", 3),
        (1, ANNA, "2026-09-03", None, None),
        (2, BORIS, "2026-09-05", "confirmed", 4),
    ]
    assert (found[0].about, found[0].given_by, found[1].given_by) == (("phone",), None, MOTHER)
    # Entries follow each other every 40 seconds from 09:00 in Moscow on.
    assert (found[0].at, found[0].answered_at) == ("2026-09-01T06:00:40.000000Z", "2026-09-01T06:02:40.000000Z")
    assert [row.entry for row in registers.data_notices(views, pending=True).rows] == [1]
    assert [row.entry for row in registers.data_notices(views, pending=True, at=4).rows] == [1, 2]
    days = registers.data_notices(views, from_date="2026-09-03", to_date="2026-09-04").rows
    assert [row.entry for row in days] == [1]
    assert [(row.entry, row.what, row.fields) for row in registers.data_updates(views).rows] == [
        (3, "changed", ("phone",)),
        (4, "confirmed", ()),
    ]
    assert views.check(log).findings == ()


def test_the_refresh_counts_who_is_there_on_its_last_day(views: Views) -> None:
    """5А: Anna confirms, Boris does not, Vera leaves on 4 September, Gleb comes on 6 September. 5Б: Vera, changed."""
    log = recorded(
        views,
        (f"class/{CLASS}", ClassGroupOpened(year=YEAR, grade=5, letter="А")),
        (f"class/{OTHER_CLASS}", ClassGroupOpened(year=YEAR, grade=5, letter="Б")),
        *((f"class/{CLASS}", StudentEnrolled(student=who, starts_on="2026-09-01")) for who in (ANNA, BORIS, VERA)),
        (f"refresh/{YEAR}", ev.AnnualRefreshOpened(opens_on="2026-08-25", until="2026-09-05")),  # 5
        (f"person/{ANNA}", ev.PersonalDataConfirmed(confirmed_on="2026-09-02", refresh=YEAR)),
        (f"class/{CLASS}", StudentLeft(student=VERA, ends_on="2026-09-04")),
        (f"class/{OTHER_CLASS}", StudentEnrolled(student=VERA, starts_on="2026-09-05")),
        (f"class/{CLASS}", StudentEnrolled(student=GLEB, starts_on="2026-09-06")),
        (f"person/{VERA}", ev.PersonalDataChanged(fields=("email",), sd=(), refresh=YEAR)),
        (f"person/{BORIS}", ev.PersonalDataConfirmed(confirmed_on="2026-09-02", refresh=uid(3))),
    )
    (found,) = registers.refreshes(views).rows
    assert (found.entry, found.year, found.opens_on, found.until) == (5, YEAR, "2026-08-25", "2026-09-05")
    assert found.classes == (
        ClassProgress(CLASS, "5А", 2, 1, (BORIS,)),
        ClassProgress(OTHER_CLASS, "5Б", 1, 1, ()),
    )
    (before,) = registers.refreshes(views, at=6).rows
    assert before.classes == (ClassProgress(CLASS, "5А", 3, 0, (ANNA, BORIS, VERA)),)
    assert registers.refreshes(views, at=5).rows == ()
    assert views.check(log).findings == ()


def test_a_refusal_waits_until_the_authority_is_told_or_a_consent_takes_it_back(views: Views) -> None:
    def refused(student: str) -> tuple[str, Any]:
        return f"person/{MOTHER}", ev.InformationRefused(student=student, refused_on="2026-09-03", basis="заявление")

    told = ev.GuardianshipNotified(refusal=1, out_number="01-17", sent_on="2026-09-04", approved_by=HEAD)
    recorded(
        views, linked(ANNA, MOTHER), refused(ANNA), refused(BORIS), (f"person/{MOTHER}", told), consent("sms", BORIS)
    )
    found = registers.refusals(views).rows
    assert [(row.entry, row.student, row.ended_by, row.notified_by) for row in found] == [
        (1, ANNA, None, 3),
        (2, BORIS, 4, None),
    ]
    assert (found[0].out_number, found[0].sent_on, found[0].approved_by) == ("01-17", "2026-09-04", HEAD)
    for position, waiting in ((2, [1]), (3, [1, 2]), (4, [2]), (5, [])):
        assert [row.entry for row in registers.refusals(views, pending=True, at=position).rows] == waiting


def test_what_stands_for_a_person_follows_name_by_name(views: Views) -> None:
    log = recorded(
        views,
        (f"person/{ANNA}", PersonRegistered(kind="student", sd=(digest(1), digest(2), digest(3)))),
        (f"person/{BORIS}", PersonRegistered(kind="student", sd=(digest(4),))),
        (f"person/{ANNA}", ev.PersonalDataChanged(fields=("family_name", "phone"), sd=(digest(5), digest(6)))),
        (f"person/{ANNA}", ev.PersonalDataChanged(fields=("patronymic",), sd=())),
    )
    history = registers.disclosed(views)
    assert history[ANNA] == registers.disclosed(views, people=[ANNA])[ANNA]
    assert [row.entry for row in history[ANNA]] == [0, 2, 3]
    assert [row.entry for row in registers.disclosed(views, at=2)[ANNA]] == [0]
    opened = {
        digest(1): ("family_name", "Ким"),
        digest(2): ("given_name", "Анна"),
        digest(3): ("patronymic", "Ивановна"),
        digest(5): ("family_name", "Ли"),
        digest(6): ("phone", "+7"),
    }
    named = Named(history[ANNA], opened)
    assert [named.at(entry) for entry in (0, 1, 2, 3, None)] == [
        "Ким Анна Ивановна",
        "Ким Анна Ивановна",
        "Ли Анна Ивановна",
        "Ли Анна",
        "Ли Анна",
    ]
    assert views.check(log).findings == ()


def test_an_old_name_does_not_come_back_when_the_new_one_is_erased() -> None:
    history = [Disclosed(0, None, (digest(1), digest(2))), Disclosed(5, ("family_name",), (digest(3),))]
    opened = {digest(1): ("family_name", "Ким"), digest(2): ("given_name", "Анна")}
    assert Named(history, opened).at() == "Анна"
    assert Named(history, opened).at(4) == "Ким Анна"
    assert Named(history, {}).at() == ""
    assert Named(history[:1], opened).at(-1) == ""

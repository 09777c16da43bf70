"""Portals: a list that the school keeps, and checks of the links that are on it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import LOG
from ledger.journal import commands as cmd
from ledger.journal.service_events import PortalChecked, PortalDropped, PortalListed
from tests.unit.ledger.journal.small_school import ADMIN, DEPUTY, TEACHER, SmallSchool, uid

PORTAL = uid(4_200)
LINK, DIARY = "https://gu.example/school?id=7", "https://diary.example/"
LIST = cmd.ListPortal(portal=PORTAL, name="Портал ГУ", link=LINK)
DROP = cmd.DropPortal(portal=PORTAL, basis="портал закрыт")


def check(**changes: Any) -> cmd.RecordPortalCheck:
    return cmd.RecordPortalCheck(**{"portal": PORTAL, "link": LINK, "diary": DIARY, "outcome": "found", **changes})


@pytest.fixture
def school() -> SmallSchool:
    return SmallSchool()


def test_is_listed_changed_dropped_and_listed_again(school: SmallSchool) -> None:
    assert school.do(LIST, ADMIN) == [PortalListed(name="Портал ГУ", link=LINK)]
    assert school.refuse(LIST, ADMIN).rule == "portal_unchanged"
    moved = cmd.ListPortal(portal=PORTAL, name="Портал ГУ", link="http://gu.example")
    assert school.do(moved, DEPUTY) == [PortalListed(name="Портал ГУ", link="http://gu.example")]
    assert school.do(DROP, ADMIN) == [PortalDropped(basis="портал закрыт")]
    assert school.refuse(DROP, ADMIN).rule == "portal_dropped"
    school.do(moved, ADMIN)


@pytest.mark.clause(
    "R27", breaks="ledger.journal.portals:_listed", instead=lambda id_, context: context.books.find(f"portal/{id_}")
)
def test_a_check_is_of_the_link_that_is_listed(school: SmallSchool) -> None:
    assert school.refuse(check(), ADMIN).rule == "unknown_portal"
    school.do(LIST, ADMIN)
    assert school.do(check(outcome="no_answer"), DEPUTY) == [PortalChecked(link=LINK, diary=DIARY, outcome="no_answer")]
    school.do(cmd.ListPortal(portal=PORTAL, name="ГУ", link=LINK + "&new"), ADMIN)
    refused = school.refuse(check(), ADMIN)
    assert (refused.rule, refused.clause, refused.where) == ("portal_link_changed", "2.3.1", "link")
    school.do(DROP, ADMIN)
    assert school.refuse(check(link=LINK + "&new"), ADMIN).rule == "portal_dropped"


def test_a_teacher_keeps_no_list(school: SmallSchool) -> None:
    assert school.refuse(LIST, TEACHER).rule == "role_not_allowed"
    school.do(LIST, ADMIN)
    for command in (DROP, check()):
        assert school.refuse(command, TEACHER).rule == "role_not_allowed"


@pytest.mark.parametrize(
    "link",
    [
        *("gu.example", "ftp://gu.example/", "https://", "https://user:secret@gu.example/", "https://gu.example/ф"),
        *(
            "https://gu.example/a b",
            'https://gu.example/"',
            "https://gu.example/\\",
            "https://gu.example?a",
            "https://a/" + "x" * 300,
        ),
    ],
)
def test_a_link_is_one_that_can_be_published(school: SmallSchool, link: str) -> None:
    refused = school.refuse(cmd.ListPortal(portal=PORTAL, name="ГУ", link=link), ADMIN)
    assert (refused.rule, refused.clause, refused.where) == ("malformed_link", LOG, "link")
    school.do(LIST, ADMIN)
    assert school.refuse(check(diary=link), ADMIN).where == "diary"


def test_the_longest_link_is_taken(school: SmallSchool) -> None:
    school.do(cmd.ListPortal(portal=PORTAL, name="ГУ", link="https://a:8080/" + "x" * 299), ADMIN)


def test_an_outcome_is_from_the_list(school: SmallSchool) -> None:
    school.do(LIST, ADMIN)
    assert school.refuse(check(outcome="seen"), ADMIN).rule == "unknown_code"

"""Freshness and portals over HTTP, on both databases: who writes and reads them, and what is shown when."""

from __future__ import annotations

from uuid import uuid4

import pytest

from projections.measuring import Freshness
from tests.http_class import problem
from tests.http_school import Served, post

LINK = "https://gu.example/school"


@pytest.mark.clause("R26", breaks="api.routes.service:measure", instead=lambda *_: Freshness(1, 0, 5, 0))
def test_the_server_measures_its_own_views_and_keeps_what_it_found(server: Served) -> None:
    with server.as_("deputy") as deputy, server.as_("teacher") as teacher:
        nothing = teacher.get("/views/freshness").json()
        assert (nothing["measurements"], nothing["last"], nothing["rows"]) == (0, None, [])
        entry = post(deputy, "/freshness", {})["first_index"]
        found = teacher.get("/views/freshness").json()
        last = found["last"]
        assert (found["measurements"], last["entry"], last["actor"]) == (1, entry, server.actors["deputy"])
        assert last["size"] == entry
        assert last["position"] + last["behind"] == entry
        assert last["minutes_behind"] == 0, "the small school was made in less than a minute"
        assert found["rows"] == [], "judging begins with the first measurement"
        assert teacher.get("/views/freshness", params={"at": str(entry)}).json()["measurements"] == 0
        assert deputy.post("/freshness", json={"minutes_behind": 0}).status_code in {400, 422}


def test_portals_are_listed_changed_and_dropped_and_shown_as_they_were(server: Served) -> None:
    portal = str(uuid4())
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        listed = post(admin, "/portals", {"portal": portal, "name": "Портал ГУ", "link": LINK})["first_index"]
        (row,) = inspector.get("/views/portals").json()["rows"]
        assert (row["entry"], row["portal"], row["name"], row["link"]) == (listed, portal, "Портал ГУ", LINK)
        assert (row["checked_by"], row["outcome"], row["days"], row["is_unchecked"]) == (None, None, 0, False)
        moved = post(admin, "/portals", {"portal": portal, "name": "Портал ГУ", "link": f"{LINK}/new"})["first_index"]
        assert [one["link"] for one in inspector.get("/views/portals").json()["rows"]] == [f"{LINK}/new"]
        post(admin, f"/portals/{portal}/dropping", {"basis": "портал закрыт"})
        assert inspector.get("/views/portals").json()["rows"] == []
        then = inspector.get("/views/portals", params={"at": str(moved)}).json()["rows"]
        assert [one["link"] for one in then] == [LINK]


def test_what_cannot_be_published_or_is_not_listed_is_refused(server: Served) -> None:
    with server.as_("administrator") as admin:
        bad = {"name": "ГУ", "link": "https://user:secret@gu.example/"}
        assert problem(admin.post("/portals", json=bad), 422, "malformed_link")["where"] == "link"
        problem(admin.post(f"/portals/{uuid4()}/dropping", json={"basis": "нет"}), 404, "unknown_portal")

"""Archives over HTTP, on both databases: which were recorded, and who took them over."""

from __future__ import annotations

from uuid import uuid4

from api.cli.importing import founder
from ledger.journal.commands import RecordArchive
from tests.http_class import SmallClass, problem
from tests.http_school import Served, post

RECEIPT = {"to": "Городской архив", "number": "17", "received_on": "2020-06-20"}
MANIFEST = "5d" * 32


def archived(server: Served) -> int:
    """Record an archive as `letopis export --record` does; return its entry."""
    year, signed = SmallClass(server).year, server.school.checkpointer.sign()
    command = RecordArchive(
        archive=str(uuid4()),
        size=signed.size,
        root=signed.edge.root().hex(),
        manifest_sha256=MANIFEST,
        year=year,
        opened_with=("csv", "sha256sum"),
        verdict="verified",
    )
    return server.school.execute(command, founder(server.school)).first_index


def test_an_archive_is_handed_over_and_listed_with_its_receipt(server: Served) -> None:
    entry = archived(server)
    with server.as_("director") as director, server.as_("inspector") as inspector:
        before = inspector.get("/archives").json()
        handed = post(director, f"/archives/{entry}/handovers", RECEIPT)["first_index"]
        (row,) = inspector.get("/archives").json()["rows"]
        assert (row["entry"], row["manifest_sha256"], row["opened_with"]) == (entry, MANIFEST, ["csv", "sha256sum"])
        (receipt,) = row["handovers"]
        assert receipt.items() >= {"entry": handed, **RECEIPT}.items()
        at = {"at": str(before["position"])}
        assert inspector.get("/archives", params=at).json() == before
        assert [one["handovers"] for one in before["rows"]] == [[]]


def test_only_an_entry_of_an_archive_is_handed_over_by_who_may(server: Served) -> None:
    entry = archived(server)
    path = f"/archives/{entry}/handovers"
    with server.as_("director") as director, server.as_("deputy") as deputy:
        for other in (0, entry - 1, entry + 1):
            problem(director.post(f"/archives/{other}/handovers", json=RECEIPT), 404, "not_found")
        problem(director.post(path, json=RECEIPT | {"received_on": "2120-06-20"}), 409, "day_not_come")
        assert deputy.post(path, json=RECEIPT).status_code == 403
        assert [one["handovers"] for one in director.get("/archives").json()["rows"]] == [[]]

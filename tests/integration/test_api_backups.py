"""Backups over HTTP: recorded beside a running server, listed with their proofs."""

from __future__ import annotations

from uuid import uuid4

from tests.http_class import problem
from tests.http_school import Served, post


def test_a_backup_and_its_proof_are_recorded_while_the_server_runs(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        head = server.school.recorder.head()
        backup = str(uuid4())
        body = {
            "backup": backup, "what": ["ledger", "vault"], "size": head.size, "root": head.edge.root().hex(),
            "bytes": 4_096, "sha256": "5d" * 32, "place": "сейф",
        }  # fmt: skip
        problem(admin.post("/backups", json=body | {"root": "ab" * 32}), 422, "another_log")
        problem(admin.post("/backups", json=body | {"size": head.size + 9}), 422, "out_of_range")
        taken = post(admin, "/backups", body)["first_index"]
        check = {"restored_at": "2026-01-01T10:00", "verdict": "verified", "how": ["restore"]}
        path = f"/backups/{backup}/verifications"
        problem(admin.post(path, json=check), 409, "not_restored")
        proof = post(admin, path, check | {"how": ["restore", "audit"], "size": head.size, "root": body["root"]})
        (row,) = inspector.get("/views/backups").json()["rows"]
        assert (row["entry"], row["proved_by"], row["place"]) == (taken, proof["first_index"], "сейф")
        assert (row["age_days"], row["proof_age_days"], row["behind"]) == (0, 0, 2)

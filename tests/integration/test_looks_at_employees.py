"""What employees do for the school as such is looked at like all else: who took a backup, who lists a portal (2.4.4)."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

from ledger.journal.commands import RegisterPerson
from ledger.wire.entry import Actor
from tests.http_class import DAY
from tests.http_school import Served, post
from tests.integration.test_access_log import looks
from tests.integration.test_api_archives import archived

LETOPIS = Path(sys.executable).with_name("letopis")
SHOWN = ("/archives", "/retention-schedules", "/views/backups", "/views/portals")
ROW = {"retention": "journal", "years": 5, "counted_from": "year_end", "kept_by": "law", "citation": "п. 605"}


def kept_by_the_administrator(server: Served) -> str:
    """A school in which an administrator, who is in the register, did what each of these shows."""
    admin = server.actors["administrator"]
    server.school.execute(RegisterPerson(person=admin, kind="staff", sd=()), Actor(admin, "administrator"))
    archived(server)
    head = server.school.recorder.head()
    backup = {"backup": str(uuid4()), "what": ["ledger"], "size": head.size, "root": head.edge.root().hex()}
    with server.as_("administrator") as client:
        post(client, "/backups", {**backup, "bytes": 4_096, "sha256": "5d" * 32, "place": "сейф"})
        post(client, "/retention-schedules", {"effective_from": DAY, "basis": "приказ № 2", "rows": [ROW]})
        post(client, "/portals", {"name": "Портал", "link": "https://portal.example/school"})
    return admin


def test_who_keeps_the_school_is_looked_at_like_who_teaches(server: Served) -> None:
    admin = kept_by_the_administrator(server)
    before = len(looks(server))
    with server.as_("director") as director:
        for path in SHOWN:
            answer = director.get(path)
            assert admin in answer.text, path
    found = looks(server, before)
    assert [(one.look.what, one.look.people, one.look.kinds) for one in found] == [
        (path, (admin,), ("work",)) for path in SHOWN
    ]


def test_commands_that_tell_who_keeps_the_school_record_it_too(server: Served) -> None:
    admin = kept_by_the_administrator(server)
    before, commands = len(looks(server)), ("backups", "portals")
    for command in commands:
        asked = [str(LETOPIS), command, "--var", str(server.school.layout.var), "--json"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
        assert admin in done.stdout, done.stderr
    found = looks(server, before)
    assert [(one.look.what, one.look.people) for one in found] == [(f"letopis {one}", (admin,)) for one in commands]


def test_what_somebody_calls_the_own_keys_is_a_look_at_that_person(server: Served) -> None:
    """A label is mostly a name: the telephone of somebody."""
    admin = kept_by_the_administrator(server)
    server.school.secrets.make_token(admin, "administrator", "телефон Анны", int(time.time()))
    before = len(looks(server))
    with server.as_("administrator") as client:
        assert "телефон Анны" in client.get(f"/accounts/{admin}/tokens").text
        assert client.get(f"/accounts/{server.actors['deputy']}/tokens").status_code == 200, "who is in no register"
    found = looks(server, before)
    assert [(one.look.what, one.look.people) for one in found] == [("/accounts/{account}/tokens", (admin,))]

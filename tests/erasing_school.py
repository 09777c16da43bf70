"""A served school with a person whose names nobody can mistake, for tests of erasing."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from api.erasing import carry_out
from api.schools import OpenSchool, open_school, removable_rows
from ledger.journal import commands as cmd
from ledger.vault import make_disclosure
from ledger.wire.entry import Actor
from tests.http_school import Served, make_school, post

CANARIES = {
    "family_name": "Канарейкина",
    "given_name": "Ыъэюша",
    "patronymic": "Щвайнштейговна",
    "birth_date": "2013-11-17",
}
LATER = {"address": "улица Кенарная, дом 7171", "phone": "+7 900 717-71-71", "email": "kanarejka-7171@example.org"}


def register(client: httpx.Client, **values: str) -> str:
    """Register a student; return the id."""
    answer = client.post("/people", json={"kind": "student", **values})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rsplit("/", 1)[1]


def approved(server: Served, person: str, **changes: Any) -> str:
    """An erasure that the administrator proposed and the director approved."""
    body = {"person": person, "retention": ["person"], "ground": "unlawful", "basis": "предписание № 7", **changes}
    with server.as_("administrator") as administrator, server.as_("director") as director:
        made = administrator.post("/erasures", json=body)
        assert made.status_code == 201, made.text
        rows = administrator.get("/erasures").json()["rows"]
        erasure: str = rows[-1]["erasure"]
        post(director, f"/erasures/{erasure}/approval", {"basis": "приказ № 8"})
    return erasure


def spellings(values: dict[str, str]) -> list[bytes]:
    """The bytes that a value may stand as: UTF-8, plain or in hex as in a dump, JSON's escapes, UTF-16, in base64.

    A disclosure is base64url, so that one which was never sealed shows its value in no other spelling; of that too the hex.
    """
    found = []
    for value in values.values():
        raw = value.encode()
        found += [raw, raw.hex().encode(), value.encode("unicode_escape"), value.encode("utf-16-le")]
        found += [spelt for one in _in_base64(raw) for spelt in (one, one.hex().encode())]
    return found


def _in_base64(raw: bytes) -> list[bytes]:
    """A value within a longer text in base64 or base64url: what of it stands alike wherever it begins."""
    found = set()
    for before, shared in enumerate((0, 2, 3)):
        whole = b64encode(bytes(before) + raw)[shared : (before + len(raw)) * 8 // 6]
        found |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return sorted(found)


def holding(folder: Path, needles: list[bytes]) -> list[str]:
    """Files below a folder that hold one of these bytes."""
    found = []
    for path in folder.rglob("*"):
        with suppress(OSError):  # a running server's files come and go
            content = path.read_bytes()
            if any(needle in content for needle in needles):
                found.append(str(path.relative_to(folder)))
    return found


def carry_out_in(folder: Path, erasure: str, actor: str, stop: str = "") -> None:
    """Carry an erasure out in this process, which dies without a word once the step `stop` is durable."""
    import os
    import signal

    def step(name: str) -> None:
        if name == stop:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_school(folder, background=False) as school:
        rows = removable_rows(school)
        carry_out(school, erasure, Actor(actor, "administrator"), rows, step=step)
        rows.close()


def planted_in(folder: Path, database: str) -> tuple[dict[str, str], str]:
    """Make a school's folder with a person in it: role -> token, and the person's id."""
    tokens, actors = make_school(folder, database)
    person = str(uuid4())
    made = [make_disclosure(name, value) for name, value in CANARIES.items()]
    with open_school(folder, background=False) as school:
        school.vault.keep(person, "person", [one.text for one in made])
        digests = tuple(sorted(one.digest for one in made))
        command = cmd.RegisterPerson(person=person, kind="student", sd=digests)
        school.execute(command, Actor(actors["administrator"], "administrator"))
    return tokens, person


def erase_now(school: OpenSchool, person: str, first: Actor, second: Actor, erasure: str) -> None:
    """Propose, approve and carry out, in this process."""
    school.execute(
        cmd.ProposeErasure(erasure=erasure, person=person, retention=("person",), ground="unlawful", basis="№ 7"), first
    )
    school.execute(cmd.ApproveErasure(erasure=erasure, basis="№ 8"), second)
    rows = removable_rows(school)
    carry_out(school, erasure, first, rows)
    rows.close()


if __name__ == "__main__":
    import sys

    carry_out_in(Path(sys.argv[1]), *sys.argv[2:])

"""What is written while a school is served holds nobody's values: logs, error pages, database files and backups (2.4.4).

The values are planted as people enter them, and then everything that lies on the disk is looked through. A login and the
name of a device are how somebody signs in: they stand in the store of sign-ins, and in no log.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.backups.programs import find_program
from api.cli.backing_up import run_backup
from api.cli.console import Console, Exit
from api.logs import set_up_logs
from api.schools import OpenSchool
from tests.cluster import Cluster
from tests.command_line import logs_put_back
from tests.conftest import Database, set_database
from tests.erasing_school import CANARIES, LATER, holding, register, spellings
from tests.http_class import DAY, SmallClass, fact, tag
from tests.http_school import Served, make_school, post, served

NOTES = {"note": "Мать Кенарии Щегловой просила пересдать", "account_name": "Проверяющий Чижиков-Седьмой"}
KEPT = CANARIES | LATER | NOTES
SIGN_IN = {"login": "kanareika-orlova-7171", "password": "осень-канарейка-7171", "label": "телефон Зяблицына"}
QUIET = Console(as_json=True)


def planted(server: Served) -> str:
    """A person with every kind of value, a note to a correction, and an account with a name, a login and a label."""
    school = SmallClass(server)
    with server.as_("administrator") as admin, server.as_("teacher") as teacher:
        person = register(admin, **CANARIES)
        post(admin, f"/people/{person}/data", LATER)
        post(admin, f"/classes/{school.group}/enrollments", {"student": person, "starts_on": DAY})
        place, _ = school.recorded(teacher)
        mark = {"corrects": fact(teacher, place, "mark")["standing"], "reason": "typo", "new": "3"}
        answer = teacher.post(f"{place}/corrections", json={**mark, "note": NOTES["note"]}, headers=tag(teacher, place))
        assert answer.status_code == 201, answer.text
        post(admin, "/accounts", {"kind": "inspector", "name": NOTES["account_name"]})
        post(admin, "/accounts", {"kind": "student", "account": person})
        code = admin.post(f"/accounts/{person}/invitation", json={"login": SIGN_IN["login"]}).json()["code"]
        taken = admin.post(f"/accounts/{server.actors['deputy']}/invitation", json={"login": SIGN_IN["login"]})
        assert taken.status_code == 409, "the login is another's"
        accepted = teacher.post("/invitation", json={"code": code, "password": SIGN_IN["password"]})
        assert accepted.status_code == 200, accepted.text
        server.school.secrets.make_token(person, "student", SIGN_IN["label"], 0)
        purpose = {"Letopis-Purpose": "subject_request"}
        shown = ["/accounts", f"/people/{person}/data", "/questions/corrections"]
        told = "".join(admin.get(path, headers=purpose).text for path in shown)
        assert not [value for value in KEPT.values() if value not in told], "what is looked for was read"
    return person


def asked_wrongly(server: Served, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests with the values in all places, that are refused, and one that meets an unexpected error with them."""
    everything = " ".join((KEPT | SIGN_IN).values())
    with server.as_("administrator") as admin, server.as_(None) as stranger:
        wrong: list[tuple[str, Any]] = [
            ("/people", {"kind": "student", "family_name": everything * 40}),
            ("/people", {"kind": everything, **CANARIES}),
            (f"/people/{everything}/data", LATER),
            ("/accounts", {"kind": "student", "account": everything}),
            ("/sign-in", {"login": everything, "password": everything}),
        ]
        answers = [admin.post(path, json=body) for path, body in wrong]
        answers += [stranger.get("/classes", params={"at": everything}), admin.get(f"/people/{everything}")]
        answers.append(admin.get("/classes", params={everything: everything}))
        page = {"Accept": "text/html"}
        answers.append(admin.get(f"/people/{person}", params={"at": everything}, headers=page))
        with monkeypatch.context() as broken:
            broken.setattr(OpenSchool, "names", lambda *_, **__: _fail(everything))
            answers += [admin.get("/questions/corrections"), admin.get("/questions/corrections", headers=page)]
            assert [answer.status_code for answer in answers[-2:]] == [500, 500]
        for answer in answers:
            assert answer.status_code >= 400, answer.text
            assert not [value for value in (KEPT | SIGN_IN).values() if value in answer.text], answer.url


def _fail(text: str) -> dict[str, str]:
    raise RuntimeError(text)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nobodys_values_are_in_anything_that_is_written(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    folders, backup = [tmp_path / "school"], tmp_path / "backup"
    if kind == "postgresql":
        database: Database = request.getfixturevalue("school_database")
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        set_database(monkeypatch, database)
        folders.append(cluster.folder)
    logged = io.StringIO()
    tokens, actors = make_school(folders[0], kind)
    with logs_put_back(), served(folders[0], tokens, actors) as server:
        set_up_logs(logged)
        person = planted(server)
        asked_wrongly(server, person, monkeypatch)
        if kind == "postgresql":
            with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
            monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.superuser_dsn)
        assert run_backup(QUIET, folders[0], backup, keys=False, place="", record=False) == Exit.DONE
        assert holding(folders[-1], spellings({"topic": "Дроби"})), "what is there can be found"
        for folder in folders:
            assert holding(folder, spellings(KEPT | {"password": SIGN_IN["password"]})) == []
    for dump in backup.glob("*.dump"):  # which is compressed
        subprocess.run([find_program("pg_restore"), "--file", dump.with_suffix(".sql"), dump], check=True)
    assert holding(backup, spellings({"topic": "Дроби"})), "what is there can be found"
    assert holding(backup, spellings(KEPT | {"password": SIGN_IN["password"]})) == []
    if kind == "postgresql":
        assert not [one for one in spellings(KEPT | SIGN_IN) if one in (cluster.folder / "server.log").read_bytes()]
    text = logged.getvalue()
    assert "unexpected RuntimeError" in text
    assert not [value for value in (KEPT | SIGN_IN).values() if value in text or ascii(value)[1:-1] in text]

"""Extracts over HTTP: of a class and of a student, by who may give them; traced, and verified by the stand-alone program."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import uuid4

import httpx

from tests.erasing_school import CANARIES, spellings
from tests.http_class import problem
from tests.http_school import Served, admit
from tests.integration.test_subject_access import CLASSMATE, CLASSMATES_OTHER, MOTHERS_PHONE, Family

ASKED = {"Letopis-Purpose": "export", "Letopis-Basis": "court-2026-77"}


def given(client: httpx.Client, folder: Path, **body: object) -> Path:
    """Ask for an extract and unpack it."""
    answer = client.post("/extracts", json=body, headers=ASKED)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    saved_as = re.fullmatch(
        r'attachment; filename="extract-[0-9a-f]{8}-(\d+)\.zip"', answer.headers["content-disposition"]
    )
    assert saved_as is not None
    assert saved_as[1] == answer.headers["letopis-export"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert {name.partition("/")[0] for name in packed.namelist()} == {"extract"}
        packed.extractall(folder)
    return folder / "extract"


def verdict(extract: Path, server: Served) -> tuple[int, list[object]]:
    program = [sys.executable, "-I", "-S", str(extract / "verify.pyz"), str(extract)]
    key = ["--key", server.school.signer.vkey, "--json"]
    done = subprocess.run([*program, *key], cwd="/", capture_output=True, check=False)
    found: list[object] = json.loads(done.stdout)["findings"]
    return done.returncode, found


def content(extract: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (extract / "data").rglob("*") if path.is_file())


def test_a_students_extract_is_given_traced_and_verified(server: Served, tmp_path: Path) -> None:
    family = Family(server)
    with server.as_("director") as director:
        extract = given(director, tmp_path, student=family.student)
    assert verdict(extract, server) == (0, [])
    claim = json.loads((extract / "data/extract.json").read_bytes())
    assert (claim["scope"], claim["of"], claim["size"]) == (
        "student",
        family.student,
        server.school.recorder.head().size,
    )
    text = content(extract)
    marks = (extract / "data/tables/marks.csv").read_text(encoding="utf-8-sig")
    assert CANARIES["given_name"] in marks
    assert family.classmate.encode() not in text
    for others in (CLASSMATE, CLASSMATES_OTHER):
        assert not [needle for needle in spellings(others) if needle in text]
    look = list(server.school.access.log.seen())[-1].look
    assert (look.what, look.purpose, look.basis, look.form) == ("/extracts", "export", "court-2026-77", "extract")
    assert (list(look.people), look.count) == ([family.student], 1)
    assert {"contacts", "disclosures", "marks", "names", "notes"} <= set(look.kinds)
    assert not list(server.school.layout.var.glob(".extract-*")), "nothing of it stays"


def test_a_classs_extract_names_its_students_and_a_public_one_nobody(server: Served, tmp_path: Path) -> None:
    family = Family(server)
    with server.as_("administrator") as admin:
        extract = given(admin, tmp_path / "one", class_group=family.school.group)
        public = given(admin, tmp_path / "two", class_group=family.school.group, public=True)
    assert verdict(extract, server) == verdict(public, server) == (0, [])
    marks = (extract / "data/tables/marks.csv").read_text(encoding="utf-8-sig")
    assert CANARIES["given_name"] in marks
    assert CLASSMATE["given_name"] in marks
    assert MOTHERS_PHONE.encode() not in content(extract)
    assert not (public / "data/log/disclosures.jsonl").exists()
    assert not [needle for needle in spellings(CLASSMATE) if needle in content(public)]
    whole, nameless = [record.look for record in server.school.access.log.seen()][-2:]
    assert set(whole.classes) == set(nameless.classes) == {family.school.group}
    assert "names" in whole.kinds
    assert not {"names", "disclosures", "notes", "contacts"} & set(nameless.kinds)


def test_it_is_not_given_without_a_purpose_of_nobody_or_by_who_may_not(server: Served) -> None:
    family = Family(server)
    body = {"student": family.student}
    admit(server, "archivist", "guardian")
    with server.as_("director") as director, server.as_("archivist") as archivist:
        assert problem(director.post("/extracts", json=body), 400, "bad_request")["where"] == "Letopis-Purpose"
        unfounded = {"Letopis-Purpose": "export"}
        answer = director.post("/extracts", json=body, headers=unfounded)
        assert problem(answer, 400, "bad_request")["where"] == "Letopis-Basis"
        for wrong in ({}, {**body, "class_group": family.school.group}):
            problem(director.post("/extracts", json=wrong, headers=ASKED), 400, "bad_request")
        for place in ("student", "class_group"):
            absent = director.post("/extracts", json={place: str(uuid4())}, headers=ASKED)
            assert problem(absent, 404, "not_found")["where"] == place
        teacher_of = {"student": server.actors["teacher"]}
        problem(director.post("/extracts", json=teacher_of, headers=ASKED), 404, "not_found")
        assert archivist.post("/extracts", json=body, headers=ASKED).status_code == 200
    for role in ("deputy", "teacher", "inspector", "guardian"):
        with server.as_(role) as client:
            problem(client.post("/extracts", json=body, headers=ASKED), 403, "forbidden")

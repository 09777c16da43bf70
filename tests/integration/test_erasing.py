"""Erasing over HTTP and through crashes, on both databases: nothing of the values is left, and everything verifies."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.cli.console import Console
from api.cli.keeping import export_archive
from api.erasing import ERASED, STEPS, ErasedMeanwhileError, pending
from api.extracting import zipped_extract
from api.schools import open_school, removable_rows
from api.scratch import EXTRACTS, scratch_folder
from exports.extract_scope import Target
from ledger.vault import KeyErased, KeyStore, Owner, SealedRow, SealedRows
from ledger.vault.sqlite import SQLiteRows
from ledger.vault.sweeping import sweep
from tests.cluster import Cluster
from tests.erasing_school import CANARIES, LATER, approved, carry_out_in, holding, register, spellings
from tests.http_class import DAY, FIRST, LAST, SmallClass, problem
from tests.http_school import ORIGIN, Served, make_school, post, served
from verify.archive import verify_archive
from verify.note import parse_vkey
from verify.signed import Pinned

CODE = "1534"
LOGIN, LABEL = "kanarejkina-7171", "телефон Ыъэюши Канарейкиной"


@pytest.fixture
def sqlite_school(tmp_path: Path) -> tuple[Path, dict[str, str], dict[str, str]]:
    tokens, actors = make_school(tmp_path / "var", "sqlite")
    return tmp_path / "var", tokens, actors


def planted(server: Served) -> str:
    """A person with every kind of value, some of them changed."""
    with server.as_("administrator") as administrator:
        person = register(administrator, **CANARIES)
        post(administrator, f"/people/{person}/data", LATER)
        assert administrator.get(f"/people/{person}").status_code == 200
    return person


def test_nothing_is_left_of_an_erased_person(server: Served) -> None:
    person = planted(server)
    with server.as_("administrator") as administrator:
        other = register(administrator, family_name="Оставшаяся", given_name="Вера")
    digests = [row.digest for row in rows_of(server, person)]
    assert len(digests) == 7
    erasure = approved(server, person)
    with server.as_("administrator") as administrator:
        answer = administrator.post(f"/erasures/{erasure}/execution", json={})
        assert answer.status_code == 201, answer.text
        (row,) = administrator.get("/erasures").json()["rows"]
        assert (row["erased_entry"], row["disclosures"]) == (answer.json()["first_index"], 7)
        assert administrator.get("/erasures").json()["begun"] == []
        problem(administrator.post(f"/people/{person}/data", json={"phone": "+7 1"}), 409, "person_erased")
        problem(administrator.post(f"/erasures/{erasure}/execution", json={}), 409, "erased_already")
    assert server.school.vault.read(digests) == {}
    assert server.school.names([person, other]) == {person: ERASED, other: "Оставшаяся Вера"}
    assert holding(server.school.layout.var, spellings(CANARIES | LATER)) == []


@pytest.mark.clause("R09", breaks="api.erasing:forget_people")
def test_nothing_of_how_an_erased_person_signed_in_is_left(server: Served, postgres_cluster: Cluster) -> None:
    """A login, a token's label and a passkey's name are mostly names: they go, from pages and write-ahead log too."""
    person, now, password = planted(server), int(time.time()), "осенью листья шуршат"
    secrets, other = server.school.secrets, str(uuid4())
    for account, login, label in ((person, LOGIN, LABEL), (other, "orlova", "ночная выгрузка")):
        secrets.accept(secrets.invite(account, login, now)[0], password, "", now)
        secrets.make_token(account, "guardian", label, now)
    session, _, _ = secrets.sign_in(LOGIN, password, "", now)
    erasure = approved(server, person)
    with server.as_("administrator") as administrator:
        assert administrator.get("/accounts").status_code == 200  # read beside: nothing is held open for it
        post(administrator, f"/erasures/{erasure}/execution", {})
    assert secrets.session(session, now) is None
    assert [one.login for one in secrets.logins() if one.account in (person, other)] == ["orlova"]
    assert (secrets.tokens(person), len(secrets.tokens(other))) == ([], 1)
    needles = spellings({"login": LOGIN, "label": LABEL})
    if server.school.file.database == "sqlite":
        assert holding(server.school.layout.var, needles) == []
    else:
        for table in ("credentials", "tokens"):
            assert not any(needle in heap_of(postgres_cluster, f"identity.{table}") for needle in needles)


def test_what_a_killed_process_left_of_an_extract_goes_too(server: Served) -> None:
    """An extract on its way out holds names in clear; one that is being made stays until it was answered."""
    person, var = planted(server), server.school.layout.var
    dying = f"""
import os, signal, sys
from pathlib import Path
from api.scratch import EXTRACTS, scratch_folder
with scratch_folder(EXTRACTS, Path(sys.argv[1])) as folder:
    (folder / "persons.csv").write_text({CANARIES["family_name"]!r}, encoding="utf-8")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", dying, str(var)], check=False).returncode == -9
    (left,) = var.glob(f"{EXTRACTS}*")
    with scratch_folder(EXTRACTS, var) as used:
        erasure = approved(server, person)
        with server.as_("administrator") as administrator:
            post(administrator, f"/erasures/{erasure}/execution", {})
        assert (left.exists(), used.exists()) == (False, True)
    assert holding(var, spellings(CANARIES | LATER)) == []


def test_a_server_takes_away_what_a_killed_one_left_of_an_extract(
    sqlite_school: tuple[Path, dict[str, str], dict[str, str]],
) -> None:
    folder, tokens, actors = sqlite_school
    left = folder / f"{EXTRACTS}7171"
    left.mkdir()
    (left / "persons.csv").write_text(CANARIES["family_name"], encoding="utf-8")
    with served(folder, tokens, actors):
        assert not left.exists()


def heap_of(cluster: Cluster, table: str) -> bytes:
    """What the server's file of a table holds, after a checkpoint."""
    dsn = make_conninfo(os.environ["LETOPIS_POSTGRES_OWNER_DSN"], user="postgres")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        ((file,),) = connection.execute("SELECT pg_relation_filepath(%s)", [table]).fetchall()
    path: Path = cluster.data / file
    return path.read_bytes()


def rows_of(server: Served, person: str) -> list[Any]:
    with closing(removable_rows(server.school)) as rows:
        return [row for row in rows.survey() if row.person == person]


def test_who_proposed_it_does_not_approve_it(server: Served) -> None:
    person = planted(server)
    body = {"person": person, "retention": ["person"], "ground": "unlawful", "basis": "№ 7"}
    with server.as_("administrator") as administrator:
        post(administrator, "/erasures", body)
        erasure = administrator.get("/erasures").json()["rows"][0]["erasure"]
        refused = administrator.post(f"/erasures/{erasure}/approval", json={"basis": "№ 8"})
        problem(refused, 403, "second_person_needed")
        problem(administrator.post(f"/erasures/{erasure}/execution", json={}), 409, "not_approved")
    assert len(rows_of(server, person)) == 7


class OvertakenRows:
    """Rows of a vault of which the next insertion is overtaken by something else, right before or right behind it."""

    def __init__(self, rows: SealedRows, act: Callable[[], object], *, is_before: bool) -> None:
        self._rows, self._act, self._is_before = rows, act, is_before
        self._is_done = False

    def insert(self, rows: Sequence[SealedRow]) -> None:
        is_first, self._is_done = not self._is_done, True
        if is_first and self._is_before:
            self._act()
        self._rows.insert(rows)
        if is_first and not self._is_before:
            self._act()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "behind"])
def test_what_is_kept_while_its_person_is_erased_is_refused_and_opens_nowhere(server: Served, is_before: bool) -> None:
    """Its key was there when the value was sealed, and is gone when its row is written: the row is as the others."""
    person = planted(server)
    erasure = approved(server, person)
    value = {"phone": "+7 495 000-71-72"}
    with server.as_("administrator") as administrator, server.as_("administrator") as other:
        vault = server.school.vault

        def execute() -> None:
            post(other, f"/erasures/{erasure}/execution", {})

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(vault, "_rows", OvertakenRows(vault._rows, execute, is_before=is_before))
            problem(administrator.post(f"/people/{person}/data", json=value), 409, "person_erased")
        assert administrator.get("/erasures").json()["rows"][0]["erased_entry"]
        assert administrator.get(f"/people/{person}").status_code == 200
    assert holding(server.school.layout.var, spellings(CANARIES | LATER | value)) == []
    assert vault.read([row.digest for row in rows_of(server, person)]) == {}
    with closing(removable_rows(server.school)) as rows:
        found = sweep(rows, vault.keys, server.school.recorder, apply=True)
    assert (found.missing, rows_of(server, person)) == (0, [])


def test_a_server_beside_cannot_open_what_another_process_erased(
    sqlite_school: tuple[Path, dict[str, str], dict[str, str]],
) -> None:
    folder, tokens, actors = sqlite_school
    with served(folder, tokens, actors) as server:
        person = planted(server)
        erasure = approved(server, person)
        beside = KeyStore(server.school.layout.vault_keys, ORIGIN)
        sealer = beside.sealer(person, "person")
        assert beside.sealer(person, "person") is sealer
        with server.as_("administrator") as administrator:
            post(administrator, f"/erasures/{erasure}/execution", {})
        with pytest.raises(KeyErased):
            beside.sealer(person, "person")


@pytest.mark.parametrize("stop", STEPS)
def test_a_process_that_dies_half_way_is_gone_on_with(
    sqlite_school: tuple[Path, dict[str, str], dict[str, str]], stop: str
) -> None:
    folder, tokens, actors = sqlite_school
    with served(folder, tokens, actors) as server:
        person = planted(server)
        erasure = approved(server, person)
    command = [sys.executable, "-m", "tests.erasing_school", str(folder), erasure, actors["administrator"], stop]
    assert subprocess.run(command, check=False, timeout=120).returncode == -9
    with open_school(folder, background=False) as school:
        done = stop == "recorded"
        school.read_views()
        assert pending(school.app, school.vault.keys) == ([] if done else [erasure])
        assert school.names([person]).get(person) == (ERASED if done else None)
        with pytest.raises(KeyErased):
            school.vault.keys.sealer(person, "person")
    if not done:
        carry_out_in(folder, erasure, actors["administrator"])
    with open_school(folder, background=False) as school:
        school.read_views()
        assert pending(school.app, school.vault.keys) == []
        assert school.names([person]) == {person: ERASED}
    with closing(SQLiteRows(folder / "vault.sqlite3", ORIGIN)) as rows:
        assert [row for row in rows.survey() if row.person == person] == []
    assert not list((folder / "keys/vault").rglob(f"{person}.*.key"))
    assert holding(folder, spellings(CANARIES | LATER)) == []


@pytest.mark.parametrize("with_list", [False, True])
def test_an_older_copy_of_vault_and_keys_brings_nobody_back(
    sqlite_school: tuple[Path, dict[str, str], dict[str, str]], tmp_path: Path, *, with_list: bool
) -> None:
    folder, tokens, actors = sqlite_school
    with served(folder, tokens, actors) as server:
        person = planted(server)
    shutil.copytree(folder, tmp_path / "before")
    with served(folder, tokens, actors) as server:
        erasure = approved(server, person)
        with server.as_("administrator") as administrator:
            post(administrator, f"/erasures/{erasure}/execution", {})
    list_file = next((folder / "keys/vault").rglob("destroyed"))
    kept = list_file.read_bytes()
    shutil.rmtree(folder / "keys/vault")
    shutil.copytree(tmp_path / "before/keys/vault", folder / "keys/vault")
    shutil.copy(tmp_path / "before/vault.sqlite3", folder / "vault.sqlite3")
    if with_list:  # the log is the older one then: the list alone knows
        shutil.copy(tmp_path / "before/ledger.sqlite3", folder / "ledger.sqlite3")
        for path in folder.glob("views*"):
            path.unlink()
        list_file.write_bytes(kept)
        list_file.chmod(0o600)
    assert list((folder / "keys/vault").rglob(f"{person}.*.key"))
    with open_school(folder, background=False) as school:
        school.read_views()
        assert not list((folder / "keys/vault").rglob(f"{person}.*.key"))
        assert school.names([person]).get(person) == (None if with_list else ERASED)
        with pytest.raises(KeyErased):
            school.vault.keys.sealer(person, "person")


def test_archives_from_before_and_after_verify_and_only_the_older_one_has_the_name(
    server: Served, tmp_path: Path
) -> None:
    person = planted(server)
    with server.as_("director") as director:
        post(director, "/prints", {"kind": "conformity"})
    before = exported(server, tmp_path / "before")
    erasure = approved(server, person)
    with server.as_("administrator") as administrator:
        post(administrator, f"/erasures/{erasure}/execution", {})
        assert administrator.get("/erasures").json()["rows"][0]["sheets"] == ""
    after = exported(server, tmp_path / "after")
    assert [before, after] == [[], []]
    name = CANARIES["family_name"]
    assert name in (tmp_path / "before/data/tables/people.csv").read_text(encoding="utf-8-sig")
    assert holding(tmp_path / "after", spellings(CANARIES | LATER)) == []
    table = (tmp_path / "after/data/tables/erasures.csv").read_text(encoding="utf-8-sig")
    assert [line.split(";")[2] for line in table.splitlines()[1:]] == ["предложено", "одобрено", "стёрто"]


@pytest.mark.parametrize("nth", [2, 3])
def test_an_archive_in_whose_making_somebody_was_erased_is_made_again(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """It had the name among the disclosures and not in the tables, which the verifier calls a changed cell."""
    person = planted(server)
    erasure = approved(server, person)
    vault = server.school.vault
    read, calls = vault.read, iter(range(1, 100))

    def read_or_erase(*args: Any, **more: Any) -> dict[str, str]:
        if next(calls) == nth:
            with server.as_("administrator") as administrator:
                post(administrator, f"/erasures/{erasure}/execution", {})
        return read(*args, **more)

    monkeypatch.setattr(vault, "read", read_or_erase)
    with pytest.raises(ErasedMeanwhileError):
        exported(server, tmp_path / "archive")
    assert list(tmp_path.glob("*archive*")) == []
    assert exported(server, tmp_path / "archive") == []
    assert holding(tmp_path / "archive", spellings(CANARIES | LATER)) == []


def test_an_extract_in_whose_making_somebody_was_erased_is_made_again(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, school = planted(server), server.school
    erasure = approved(server, person)
    read, calls = school.vault.read, iter(range(1, 100))

    def read_then_erase(*args: Any, **more: Any) -> dict[str, str]:
        found = read(*args, **more)
        if next(calls) == 1:
            with server.as_("administrator") as administrator:
                post(administrator, f"/erasures/{erasure}/execution", {})
        return found

    school.checkpointer.sign()
    school.read_views()
    target = Target("student", person)
    checkpoint = school.recorder.checkpoint()
    assert checkpoint is not None
    monkeypatch.setattr(school.vault, "read", read_then_erase)
    content = zipped_extract(school, checkpoint, target, public=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = archive.read("extract/data/log/disclosures.jsonl")
    assert not said.strip()


def test_the_name_of_a_holder_who_is_in_no_register_goes_once_the_id_is_registered(
    server: Served, tmp_path: Path
) -> None:
    """Of an inspector the account has the name, under a key of the account's id: as a person's it is erased."""
    name = "Канарейкина Ыъэюша Щвайнштейговна"
    with server.as_("administrator") as administrator:
        opened = administrator.post("/accounts", json={"kind": "inspector", "name": name})
        (stream,) = opened.json()["streams"]
        account = stream.partition("/")[2]
        proposed = {"person": account, "retention": ["person"], "ground": "unlawful", "basis": "№ 7"}
        problem(administrator.post("/erasures", json=proposed), 409, "unknown_person")
        post(administrator, "/people", {"person": account, "kind": "staff", "family_name": "—", "given_name": "—"})
        assert administrator.get("/accounts").json()["people"][account] == name
    erasure = approved(server, account)
    with server.as_("administrator") as administrator:
        post(administrator, f"/erasures/{erasure}/execution", {})
        assert administrator.get("/accounts").json()["people"][account] == ERASED
        purpose = {"Letopis-Purpose": "subject_request"}
        assert name not in administrator.get(f"/people/{account}/data", headers=purpose).text
    assert holding(server.school.layout.var, spellings({"name": name})) == []
    assert exported(server, tmp_path / "after") == []
    assert holding(tmp_path / "after", spellings({"name": name})) == []


def exported(server: Served, folder: Path) -> list[str]:
    """Findings of an archive of the school with all disclosures."""
    school = server.school
    school.checkpointer.sign()
    school.read_views()
    export_archive(Console(as_json=True), school, folder, public=False)
    report = verify_archive(folder, Pinned(parse_vkey(school.signer.vkey), None))
    return [finding.code for finding in report.findings]


def test_keys_of_forms_that_may_show_the_person_go_too(server: Served) -> None:
    school = SmallClass(server)
    with server.as_("deputy") as deputy:
        for body in (
            {"kind": "class_page", "course": school.course, "period": school.period},
            {"kind": "conformity"},
            {"kind": "summary_sheet", "class_group": school.group},
        ):
            post(deputy, "/prints", body)
        sheets = [row["sheet"] for row in deputy.get("/prints").json()["rows"]]
    erasure = approved(server, school.students[0])
    with server.as_("administrator") as administrator, server.as_("inspector") as inspector:
        post(administrator, f"/erasures/{erasure}/execution", {})
        assert administrator.get("/erasures").json()["rows"][0]["sheets"] == "1, 3"
        problem(inspector.get(f"/prints/{sheets[0]}/pdf"), 410, "content_gone")
        assert inspector.get(f"/prints/{sheets[1]}/pdf").status_code == 200
        people = inspector.get(f"/classes/{school.group}/page?course={school.course}&from={FIRST}&to={LAST}").json()
        assert people["people"][school.students[0]] == ERASED
    for sheet, is_gone in zip(sheets, (True, False, True), strict=True):
        assert (Owner(sheet, "print") in server.school.vault.keys.destroyed()) == is_gone


def test_more_forms_than_an_entry_has_room_for_are_told_by_the_last(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an employee go all forms; here an entry has room for one number, and one is gone with somebody before."""
    monkeypatch.setattr("api.erasing.SHEETS_MAX", 1)
    school = SmallClass(server)
    with server.as_("director") as director:
        for body in ({"kind": "summary_sheet", "class_group": school.group}, {"kind": "conformity"}):
            post(director, "/prints", body)
        first = approved(server, school.students[0])
        with server.as_("administrator") as administrator:
            post(administrator, f"/erasures/{first}/execution", {})
            post(director, "/prints", {"kind": "conformity"})
            sheets = [row["sheet"] for row in director.get("/prints").json()["rows"]]
            second = approved(server, server.actors["teacher"])
            post(administrator, f"/erasures/{second}/execution", {})
            rows = administrator.get("/erasures").json()["rows"]
    assert [row["sheets"] for row in rows] == ["1", "1–3"]
    assert all(Owner(sheet, "print") in server.school.vault.keys.destroyed() for sheet in sheets)
    assert exported(server, tmp_path / "after") == []
    table = (tmp_path / "after/data/tables/erasures.csv").read_text(encoding="utf-8-sig")
    assert "1–3" in table


def test_what_falls_due_is_listed_with_what_holds_it(server: Served) -> None:
    school = SmallClass(server)
    row = {"retention": "person", "years": 5, "counted_from": "left", "kept_by": "law", "citation": "перечень, п. 4"}
    with server.as_("administrator") as administrator, server.as_("director") as director:
        schedule = {"effective_from": FIRST, "basis": "приказ № 2", "rows": [row]}
        post(administrator, "/retention-schedules", schedule)
        assert administrator.get("/retention").json()["rows"] == []
        due = administrator.get("/retention?on=2060-01-01").json()["rows"]
        assert [one["person"] for one in due] == school.students
        assert {(one["counted_from"], one["erasure"]) for one in due} == {(LAST, None)}
        hold = {"whose": "person", "person": school.students[0], "basis": "запрос № 5"}
        post(director, "/legal-holds", hold)
        due = administrator.get("/retention?on=2060-01-01").json()["rows"]
        assert [len(one["held_by"]) for one in due] == [1, 0]
        (held,) = administrator.get("/legal-holds").json()["rows"]
        asked = {"person": school.students[0], "retention": ["person"], "ground": "unlawful", "basis": "№ 7"}
        problem(administrator.post("/erasures", json=asked), 409, "hold_stands")
        post(administrator, f"/legal-holds/{held['hold']}/lifting", {"basis": "письмо № 6"})
        early = {**asked, "ground": "expiry", "counted_from": DAY}
        problem(administrator.post("/erasures", json=early), 409, "not_due")
        assert [one["years"] for one in administrator.get("/retention-schedules").json()["rows"][0]["rows"]] == [5]


def test_what_was_erased_is_no_lack_to_a_sweep(server: Served) -> None:
    person = planted(server)
    erasure = approved(server, person)
    with server.as_("administrator") as administrator:
        post(administrator, f"/erasures/{erasure}/execution", {})
    with closing(removable_rows(server.school)) as rows:
        found = sweep(rows, server.school.vault.keys, server.school.recorder)
    assert (found.missing, found.disclosures) == (0, ())


def test_no_value_is_in_postgresqls_files_and_no_row_in_its_table(
    postgres_cluster: Cluster, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole data folder, write-ahead log included, after a checkpoint: sealed bytes may be left in it, values never."""
    database = request.getfixturevalue("postgres_database")
    monkeypatch.setenv("LETOPIS_POSTGRES_DSN", database.app_dsn)
    monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", database.owner_dsn)
    tokens, actors = make_school(tmp_path / "var", "postgresql")
    with served(tmp_path / "var", tokens, actors) as server:
        person = planted(server)
        with closing(removable_rows(server.school)) as rows:
            sealed = [row.sealed for row in rows.select([one.digest for one in rows_of(server, person)])]
        assert len(sealed) == 7
        erasure = approved(server, person)
        with server.as_("administrator") as administrator:
            post(administrator, f"/erasures/{erasure}/execution", {})
        assert rows_of(server, person) == []
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        ((file,),) = connection.execute("SELECT pg_relation_filepath('vault.disclosures')").fetchall()
    assert holding(postgres_cluster.data, spellings(CANARIES | LATER)) == []
    heap = (postgres_cluster.data / file).read_bytes()
    assert not any(one in heap for one in sealed)


def test_no_sealed_byte_is_left_in_sqlites_pages_nor_in_its_write_ahead_log(
    sqlite_school: tuple[Path, dict[str, str], dict[str, str]],
) -> None:
    """While the server goes on: pages are zeroed, and the log of writes is emptied and not left to be written over."""
    folder, tokens, actors = sqlite_school
    with served(folder, tokens, actors) as server:
        person = planted(server)
        with closing(removable_rows(server.school)) as rows:
            sealed = [row.sealed for row in rows.select([one.digest for one in rows_of(server, person)])]
        vault = [path for path in folder.iterdir() if path.name.startswith("vault.sqlite3")]
        found = b"".join(path.read_bytes() for path in vault)
        assert len(sealed) == 7
        assert all(one in found for one in sealed), "what is there can be found"
        erasure = approved(server, person)
        with server.as_("administrator") as administrator:
            post(administrator, f"/erasures/{erasure}/execution", {})
        assert holding(folder, sealed) == []

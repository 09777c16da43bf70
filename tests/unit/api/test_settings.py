from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import (
    Cadence,
    Layout,
    SchoolFile,
    SettingsError,
    code_of,
    ledger_environment,
    passphrase,
    read_cadence,
    read_school_file,
    views_url,
    write_school_file,
)
from ledger.durable import FileTaken

ORIGIN = "letopis.example/school/1534"


@pytest.mark.parametrize(("origin", "code"), [(ORIGIN, "1534"), ("a/gymnasium-7", "gymnasium-7"), ("a:8080/b", "b")])
def test_the_code_is_the_last_part_of_the_origin(origin: str, code: str) -> None:
    assert code_of(origin) == code


# A log's name is a URL without scheme, query or empty parts, and a key's name, which has no plus.
NO_NAMES = ["http://a/b", "https:/a/b", "/a/b", "a//b", "a/b?x", "a/b#1", "me@a/b", "a+c/b", "a b/c", "a:x/b"]


@pytest.mark.parametrize(
    "origin", ["", "a/", "a/Школа", "a/UP", "a/-1", "a/b c", "a/١", "a/" + "x" * 64, "a/1\n", *NO_NAMES]
)
def test_refuses_an_origin_without_a_code(origin: str) -> None:
    with pytest.raises(SettingsError):
        code_of(origin)


def test_what_init_was_told_is_read_again_and_never_overwritten(tmp_path: Path) -> None:
    school = SchoolFile(origin=ORIGIN, code="1534", database="postgresql", clock="sample")
    write_school_file(Layout(tmp_path), school)
    assert read_school_file(Layout(tmp_path)) == school
    with pytest.raises(FileTaken):
        write_school_file(Layout(tmp_path), school)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"origin":"a","code":"b","surprise":1}', b'{"origin":1,"code":""}']
)
def test_refuses_a_school_file_of_another_form(tmp_path: Path, raw: bytes) -> None:
    Layout(tmp_path).school_file.write_bytes(raw)
    with pytest.raises(SettingsError, match=r"school\.json"):
        read_school_file(Layout(tmp_path))


def test_says_how_to_make_a_school_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="letopis init"):
        read_school_file(Layout(tmp_path))


def test_sqlite_asks_for_nothing_from_the_environment() -> None:
    env = ledger_environment(Layout(Path("var")), SchoolFile(origin=ORIGIN, code="1534"), environ={})
    assert env["LETOPIS_SQLITE_FILE"] == "var/ledger.sqlite3"
    assert "LETOPIS_CREATE" not in env


@pytest.mark.parametrize(("create", "missing"), [(False, "LETOPIS_POSTGRES_DSN"), (True, "LETOPIS_POSTGRES_OWNER_DSN")])
def test_postgresql_says_which_setting_is_missing(create: bool, missing: str) -> None:
    school = SchoolFile(origin=ORIGIN, code="1534", database="postgresql")
    environ = {"LETOPIS_POSTGRES_DSN": "dbname=x", "LETOPIS_POSTGRES_OWNER_DSN": "dbname=x"}
    assert "LETOPIS_SQLITE_FILE" not in ledger_environment(Layout(Path()), school, create=create, environ=environ)
    del environ[missing]
    with pytest.raises(SettingsError, match=f"^{missing} "):
        ledger_environment(Layout(Path()), school, create=create, environ=environ)


def test_the_latch_of_postgresql_is_a_file_in_the_schools_folder() -> None:
    school = SchoolFile(origin=ORIGIN, code="1534", database="postgresql")
    env = ledger_environment(Layout(Path("var")), school, environ={"LETOPIS_POSTGRES_DSN": "dbname=x"})
    assert env["LETOPIS_LATCH_FILE"] == "var/ledger.latched"


def test_a_server_is_not_given_the_owner() -> None:
    school = SchoolFile(origin=ORIGIN, code="1534", database="postgresql")
    environ = {"LETOPIS_POSTGRES_DSN": "dbname=x", "LETOPIS_POSTGRES_OWNER_DSN": "dbname=owner"}
    assert "dbname=owner" not in ledger_environment(Layout(Path()), school, environ=environ).values()


def test_views_and_passphrase_come_from_the_environment() -> None:
    assert views_url(Layout(Path("var")), {}) == "sqlite:var/views"
    assert views_url(Layout(Path("var")), {"LETOPIS_VIEWS_DSN": "dbname=v"}) == "dbname=v"
    assert passphrase({}) is None
    assert passphrase({"LETOPIS_KEY_PASSPHRASE": "да"}) == "да".encode()


def test_the_cadence_is_what_the_environment_says() -> None:
    assert read_cadence({}) == Cadence(1_000, 60)
    given = {"LETOPIS_CHECKPOINT_ENTRIES": "7", "LETOPIS_CHECKPOINT_SECONDS": "5"}
    assert read_cadence(given) == Cadence(7, 5)


@pytest.mark.parametrize("text", ["0", "-1", "+1", "01", "1.5", "٣", "1_0", "x", " 1", "9" * 10])
def test_refuses_a_cadence_that_is_no_number(text: str) -> None:
    with pytest.raises(SettingsError, match="LETOPIS_CHECKPOINT_SECONDS"):
        read_cadence({"LETOPIS_CHECKPOINT_SECONDS": text})

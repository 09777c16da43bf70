"""What docs/operations.md tells an operator to type, on a database that has nothing yet."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from api.cli.app import run
from tests.conftest import Database


def test_an_empty_database_is_prepared_before_there_is_a_school(
    bare_postgres_database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LETOPIS_POSTGRES_OWNER_DSN", bare_postgres_database.superuser_dsn)
    for _ in range(2):
        assert run(["migrate", "--var", str(tmp_path / "1534")]) == 0
    assert "letopis_app" in capsys.readouterr().out
    assert not (tmp_path / "1534").exists()
    with psycopg.connect(bare_postgres_database.superuser_dsn) as connection:
        found = connection.execute(
            "SELECT to_regclass('letopis.heads'), to_regclass('vault.disclosures'), to_regclass('identity.tokens')"
        ).fetchone()
    assert found is not None
    assert all(found)


def test_without_a_school_or_an_owner_there_is_nothing_to_migrate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LETOPIS_POSTGRES_OWNER_DSN", raising=False)
    assert run(["migrate", "--var", str(tmp_path / "1534")]) == 2
    assert "letopis init" in capsys.readouterr().err

"""Settings for an application on a fresh real database of either kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

ORIGIN: Final = "letopis.example/school/test"
BACKENDS: Final = ("sqlite", "postgres")


def fresh_settings(
    backend: str, folder: Path, request: pytest.FixtureRequest, *, clock: str = "sample"
) -> dict[str, str]:
    """Name a log that does not exist yet; it is made when an application opens it."""
    settings = {
        "PERSISTENCE_MODULE": f"ledger.storage.{backend}",
        "LETOPIS_ORIGIN": ORIGIN,
        "LETOPIS_CLOCK": clock,
        "LETOPIS_CREATE": "y",
    }
    if backend == "sqlite":
        return {**settings, "LETOPIS_SQLITE_FILE": str(folder / "school.sqlite")}
    database: Any = request.getfixturevalue("postgres_database")
    return {
        **settings,
        "LETOPIS_POSTGRES_DSN": database.app_dsn,
        "LETOPIS_POSTGRES_OWNER_DSN": database.owner_dsn,
    }

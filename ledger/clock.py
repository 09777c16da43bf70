"""The server's clock and the time zones, which pure code is given and never asks for."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """Return the moment by this server's clock, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=64)
def find_zone(name: str) -> tzinfo | None:
    """Return a time zone of the IANA database, or None; `ZoneInfo` itself takes no path out of its folder.

    ``localtime`` and other names that mean something else on another computer are none.
    """
    if name.partition("/")[0] in ("localtime", "posix", "posixrules", "right"):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None

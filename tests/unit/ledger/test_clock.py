"""The server's clock and the time zones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.clock import find_zone, utc_now


def test_tells_the_moment_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= utc_now() <= datetime.now(UTC)
    assert utc_now().tzinfo is UTC


def test_finds_a_zone_by_its_iana_name() -> None:
    zone = find_zone("Asia/Kamchatka")
    assert zone is not None
    assert datetime(2026, 9, 1, 12, tzinfo=UTC).astimezone(zone).hour == 0


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/Nowhere", "../../etc/passwd", "/etc", "a\0b", "localtime", "x" * 5000]
)
def test_finds_nothing_under_other_names(name: str) -> None:
    assert find_zone(name) is None

"""The page's table of events' fields against the patterns of the verifier in Python, on entries' data that were changed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.access_logs import random_access_log
from tests.properties.test_journal_machine import FORMER, random_world
from tests.viewer_browser import OpenedPage, open_page
from verify import canonical
from verify.events import TYPES

# Between them these journals hold every type that is still made.
SEEDS = (200, 204, 205, 207, 215, 231)
CASES = 30_000
# Values at the bounds of what some field may be, and right behind them.
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 7, 8, 12, 13, 20, 21, 99, 100, 120, 121, 300, 301, 999, 1_000, 1_001, 99_999, 100_000),
    *(200, 201, 400, 401, 500, 501, 10**9, 10**9 + 1, 10**12, 10**15 - 1, 10**15, 2**53 - 1),
    *("", "x", "1", "5", "4/5", "6", "0", "na", "exempt", "2", "5/", "5/6", "absent", "ill", "year", "journal", "person", "keys"),
    *("2026-02-28", "2026-02-29", "2028-02-29", "1900-02-29", "2000-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-1-01"),
    *("02-29", "02-28", "12-31", "13-01", "2026-09", "2026-13", "00:00", "23:59", "24:00", "8:30", "2026-09-01T08:30"),
    *("2026-02-30T08:30", "2026-09-01T08:30:00.000000Z", "2026-09-01T08:30:00Z", "http://a", "https://a:1/ы", "https://", "a" * 43),
    *("A" * 43, "a" * 64, "A" * 64, "0" * 64, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000A"),
    *([], [1], [1, 1], [2, 1], [0], [100], ["a"], [None], {}, {"a": 1}, ["phone", "email"], ["email", "phone"], ["journal", "person"]),
    *("a-1/b.c", "-a", "/a/{b}", "/", "/a b", "letopis export", "letopis a b c d e", ["marks"], ["salary"], ["00000000-0000-0000-0000-000000000000"] * 64),
    *(["person", "journal"], ["A" * 43], ["A" * 43] * 2, ["csv", "verify.pyz"], ["verify.pyz", "csv"], ["ledger", "vault"], ["keys", "vault"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    opened = open_page(chromium, viewer_file)
    yield opened
    opened.page.close()


@cache
def patterns(name: str) -> dict[str, re.Pattern[bytes]]:
    return {field: re.compile(pattern) for field, pattern in TYPES[name].fields.items()}


def wrong_in_python(name: str, data: dict[str, Any]) -> list[list[str]]:
    """Each field that lacks, is too much or does not fit, with what was expected."""
    fields, found = patterns(name), []
    for field in sorted(fields.keys() | data.keys()):
        if field not in data:
            if field not in TYPES[name].optional:
                found.append([f"data.{field}", "a value"])
        elif field not in fields:
            found.append([f"data.{field}", "no such field"])
        elif not fields[field].fullmatch(canonical.render(data[field])):
            found.append([f"data.{field}", "a well-formed value"])
    return found


@cache
def said() -> dict[str, list[dict[str, Any]]]:
    """What entries of random journals and access logs have in their data, by type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for looked in random_access_log(2012, 300).entries:
        found.setdefault(looked["type"], []).append(looked["data"])
    for seed in SEEDS:
        for item in random_world(seed).log:
            kept = found.setdefault(f"{item.type}/1", [])
            if len(kept) < 200:
                kept.append(json.loads(json.dumps(item.data)))
    return found


def changed(value: Any, chance: random.Random) -> Any:
    """A value with something else somewhere in it."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        made = dict(value)
        name = chance.choice([*made, "more"])
        if chance.random() < 0.2:
            made.pop(name, None)
        else:
            made[name] = changed(made.get(name), chance)
        return made
    if isinstance(value, list) and value and chance.random() < 0.7:
        at = chance.randrange(len(value))
        made_list = [*value[:at], changed(value[at], chance), *value[at + 1 :]]
        return chance.choice((made_list, made_list, value * 2, value[::-1], value[:at]))
    if isinstance(value, str) and value and chance.random() < 0.3:
        at = chance.randrange(len(value))
        return value[:at] + chance.choice('0179aFzы/-: "\u2028') + value[at + chance.randrange(2) :]
    return chance.choice(VALUES)


def test_the_page_declares_every_event(page: OpenedPage) -> None:
    declared = page.page.evaluate(
        """() => Object.fromEntries([...Letopis.EVENTS].map(([name, { kind, fields }]) =>
             [name, [kind, fields.map((field) => [field.name, field.isOptional])]]))"""
    )
    assert declared == {
        name: [event.kind, [[field, field in event.optional] for field in event.fields]]
        for name, event in TYPES.items()
    }


def test_the_page_judges_fields_as_python_does(page: OpenedPage) -> None:
    chance = random.Random(2012)
    begun = [(name, data) for name, each in said().items() for data in each]
    by_type = sorted(said())
    cases = [*begun]
    while len(cases) < CASES:
        name = chance.choice(by_type)
        cases.append((name, changed(chance.choice(said()[name]), chance)))
    cases = [(name, data) for name, data in cases if isinstance(data, dict)]
    answers = json.loads(
        page.page.evaluate(
            """(sent) => JSON.stringify(JSON.parse(sent).map(([name, data]) => {
              const found = [];
              const fits = Letopis.dataFits(name, data, (code, expected, _found, field) => found.push([field, expected]));
              if (fits !== (found.length === 0)) throw new Error(name);
              return found;
            }))""",
            json.dumps(cases),
        )
    )
    accepted = 0
    for (name, data), answer in zip(cases, answers, strict=True):
        assert answer == wrong_in_python(name, data), (name, data)
        accepted += not answer
    assert min(accepted, len(cases) - accepted) > len(cases) // 20
    assert {name for name, _ in begun} >= TYPES.keys() - FORMER

"""The page's reading of the rules and the one in Python find the same in random journals, and in lies about them.

A lie changes one entry's data, people or stream, leaves an entry out or says it twice; what follows is chained again, so
that only rules can show it. Compared are code and place of every finding.
"""

from __future__ import annotations

import copy
import json
import random
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.properties.journal_oracle import Item
from tests.properties.test_journal_machine import World
from tests.properties.test_verify_journal import entries, world
from tests.unit.ledger.journal.small_school import uid
from tests.viewer_browser import OpenedPage, open_page
from verify.disclosures import Disclosures
from verify.findings import Place, Report
from verify.tables import Tables
from verify.tree import Edge
from verify.walk import LogWalk

SEEDS = range(200, 212)
LIES = 20
DAYS = ("2025-01-01", "2026-08-31", "2026-09-01", "2026-10-05", "2027-05-31", "2027-09-01")
_WALK = """async (sent) => {
  const bytes = Uint8Array.from(atob(sent), (mark) => mark.charCodeAt(0));
  const text = new TextDecoder("windows-1252").decode(bytes);
  const report = new Letopis.Report();
  const disclosures = new Letopis.Disclosures(report);
  const walk = new Letopis.LogWalk(report, new Letopis.Edge(), disclosures);
  walk.follow(new Letopis.Journal(disclosures, new Letopis.Report()), new Letopis.Rules(report, disclosures, walk));
  for (let from = 0, line = 1; from < bytes.length; line += 1) {
    const to = bytes.indexOf(10, from);
    walk.take(bytes, from, to, text, line, from);
    from = to + 1;
  }
  await walk.finish(null);
  return JSON.stringify([report.findings.map((each) => [each.code, each.place]), report.beyond, report.unchecked]);
}"""
# What `entries` makes anew, and from what.
MADE_ANEW = {"_sd", "root", "size", "time"}
Placed = tuple[list[tuple[str, str]], int]


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    opened = open_page(chromium, viewer_file)
    yield opened
    assert opened.said == []
    opened.page.close()


def on_the_page(page: OpenedPage, lines: list[bytes]) -> Placed:
    raw = b"".join(line + b"\n" for line in lines)
    findings, beyond, unchecked = json.loads(page.page.evaluate(_WALK, b64encode(raw).decode()))
    assert not unchecked
    return sorted((code, str(Place(**place))) for code, place in findings), beyond


def in_python(lines: list[bytes]) -> Placed:
    report = Report()
    walk = LogWalk(report, Edge(), Disclosures(report), Tables())
    walk.take("", 1, lines)
    walk.finish(None)
    return sorted((finding.code, str(finding.place)) for finding in report.findings), report.beyond


def other(value: Any, there: list[Any], chance: random.Random) -> Any:
    """Another value of a field: one that it has elsewhere in the log, or one of its kind."""
    if chance.random() < 0.5:
        return chance.choice(there)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(0, value + chance.choice((-7, -1, 1, 2, 70_000)))
    if isinstance(value, list):
        return chance.choice((value[::-1], value * 2, value[:-1], []))
    if isinstance(value, str) and len(value) == len(DAYS[0]):
        return chance.choice(DAYS)
    return chance.choice((uid(1), uid(50), uid(77), uid(101), uid(112), "", "other", "5", None))


def lie(made: World, chance: random.Random) -> list[Item]:
    """The world's log with a lie in it, and some of what followed."""
    log = made.log
    at = chance.randrange(1, len(log))
    item = log[at]
    told = [item]
    what = chance.choices(("field", "less", "people", "stream", "left out", "twice"), (70, 8, 10, 4, 4, 4))[0]
    data = copy.deepcopy(item.data)
    name = chance.choice(sorted(data))
    if what == "field":
        there = [one.data[name] for one in log if name in one.data]
        told = [item._replace(data=data | {name: other(data[name], there, chance)})]
    elif what == "less" and name not in MADE_ANEW:
        told = [item._replace(data={key: value for key, value in data.items() if key != name})]
    elif what == "people":
        behalf = chance.choice((None, None, chance.choice(log).actor))
        told = [item._replace(actor=chance.choice(log).actor, on_behalf_of=behalf)]
    elif what == "stream":
        kind = item.stream.partition("/")[0]
        told = [item._replace(stream=chance.choice([one.stream for one in log if one.stream.startswith(f"{kind}/")]))]
    elif what != "less":
        told = [] if what == "left out" else [item, item]
    return [*log[:at], *told, *log[at + 1 : at + 1 + chance.choice((0, 20, 400))]]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_page_finds_in_a_random_journal_and_in_lies_about_it_what_python_finds(page: OpenedPage, seed: int) -> None:
    made, chance = world(seed), random.Random(seed)
    assert on_the_page(page, entries(made, made.log)) == ([], 0)
    found: Counter[str] = Counter()
    for _ in range(LIES):
        told = lie(made, chance)
        lines = entries(made, told)
        expected = in_python(lines)
        assert on_the_page(page, lines) == expected, told[-1]
        found.update({code for code, _ in expected[0]})
    assert found


def test_a_period_that_ends_before_it_starts_stops_neither_of_them(page: OpenedPage) -> None:
    """Its marks are in a summary sheet that is handed over, which has no column for them."""
    log = world(204).log
    at = next(at for at, item in enumerate(log) if item.type == "period_defined")
    told = [*log[:at], log[at]._replace(data=log[at].data | {"ends_on": "2020-01-01"}), *log[at + 1 :]]
    assert any(item.type == "sheet_transferred" for item in told)
    expected = in_python(entries(world(204), told))
    assert "ends-before-start" in {code for code, _ in expected[0]}
    assert on_the_page(page, entries(world(204), told)) == expected

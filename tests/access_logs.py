"""Access logs made at random, and lies about them: for the verifiers' readings of access-log.md."""

from __future__ import annotations

import random
from typing import Any

from tests.verify_archive import Builder, Files, Key, manifested

LOG = "letopis.example/school/1534"
KINDS = ("absences", "contacts", "entries", "marks", "names", "reads", "work")
PURPOSES = ("view", "question", "export", "print", "check", "subject_request")
ROUTES = (
    "/students/{student}/page",
    "/classes/{class_group}/page",
    "letopis export --access-log",
    "letopis ask no-access",
)
OTHERS: tuple[Any, ...] = (
    *(None, True, 0, 1, 64, 10**15, "", "x", "school", "people", "Иванова", "letopis", "/", [], ["marks"], ["names", "marks"]),
    *("appeal-2026-114", "-1", "a" * 65, "/a b", "letopis a b c d e", "00000000-0000-0000-0000-000000000000", ["salary"], {}),
)  # fmt: skip


def random_access_log(seed: int, count: int = 40) -> Builder:
    """Its opening, looks, what was taken out and what was refused."""
    b = Builder(seed=seed, key=Key(LOG + "/access"))
    b.add("access", b.uuid(), "access_log_opened", log=LOG, name="Школа № 1534")
    people = sorted(b.uuid() for _ in range(70))
    for _ in range(count):
        b.begin()
        named = sorted(b.random.sample(people, b.random.choice((0, 1, 2, 64))))
        classes = sorted(b.random.sample(people, b.random.choice((0, 0, 1, 3))))
        what = b.random.choice(ROUTES)
        if b.random.random() < 0.2:
            b.add("refusal", b.command, "access_refused", classes=classes, people=named, reason="reach", what=what)
            continue
        scope = "classes" if classes else "people" if named else "school"
        look = {
            "as_of": b.random.randrange(900), "classes": classes, "people": named, "scope": scope, "what": what,
            "count": len(named) if scope == "people" else len(named) + b.random.randrange(30),
            "kinds": sorted(b.random.sample(KINDS, b.random.randrange(1, 5))), "purpose": b.random.choice(PURPOSES),
            "basis": b.random.choice((None, "order-14")), "operator": b.random.choice((None, 1000)),
        }  # fmt: skip
        if b.random.random() < 0.3:
            b.add("read", b.command, "personal_data_exported", form="csv", **look)
        else:
            b.add("read", b.command, "personal_data_read", **look)
    return b


def lie(b: Builder, chance: random.Random) -> None:
    """Change one entry, leave it out, or say it twice; indexes follow, as they do where who has the key tells the lie."""
    at = chance.randrange(len(b.entries))
    entry = b.entries[at]
    data = entry["data"]
    name = chance.choice(sorted(data))
    what = chance.choices(
        ("field", "less", "more", "stream", "type", "out", "twice", "again"), (50, 8, 4, 10, 6, 5, 8, 9)
    )[0]
    if what == "field":
        there = [one["data"][name] for one in b.entries if name in one["data"]]
        changed = [data[name][::-1], data[name] * 2, data[name][1:]] if isinstance(data[name], list) else []
        data[name] = chance.choice([*OTHERS, *changed, *changed, *chance.sample(there, min(9, len(there)))])
    elif what == "less":
        del data[name]
    elif what == "more":
        data[chance.choice(("form", "basis", "salary", "operator"))] = chance.choice(OTHERS)
    elif what == "stream":
        kind = chance.choice(("read", "refusal", "access", "lesson", "person"))
        entry["stream"] = chance.choice((chance.choice(b.entries)["stream"], f"{kind}/{entry['command']}"))
    elif what == "type":
        entry["type"] = chance.choice(
            [chance.choice(b.entries)["type"], "school_opened/1", "balloon_flown/1", "anchor/1"]
        )
    elif what == "out":
        del b.entries[at]
    else:
        place = at + 1 if what == "twice" else chance.randrange(at + 1, len(b.entries) + 1)
        version = chance.choice((entry["version"], entry["version"] + 1))
        b.entries.insert(place, {**entry, "version": version, "at": b.entries[place - 1]["at"]})
    for index, each in enumerate(b.entries):
        each["index"] = index


def sealed(b: Builder, start: int = 0, size: int | None = None) -> Files:
    """The archive of a range, which has no tables."""
    files = b.files(start, b.lines()[:size])
    return manifested({name: raw for name, raw in files.items() if not name.startswith("data/tables/")})

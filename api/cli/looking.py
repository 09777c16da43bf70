"""Looks from the command line: each command says what it shows, and it is recorded before it is shown (2.4.4).

Who looks is a user of the machine: in the role ``operator``, under an id made of the journal's origin and the user's
number. On SQLite the access log takes entries of several processes, so this works beside a running server.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec
import orjson

from api.schools import OpenSchool
from api.shown import EXTRACT_KINDS, SUBJECT_KINDS, Shown, whose_data
from ledger.access.events import Form, Kind, Look, Purpose
from ledger.wire.entry import Actor

SHOWS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "accounts list": ("names",),
    "accounts passkeys": ("names",),
    "backups": ("work",),
    "block list": ("disclosures",),
    "block show": ("contacts", "disclosures", "names", "notes"),
    "check-print": ("absences", "marks", "names", "results"),
    "deadlines": ("names", "work"),
    "erase list": ("disclosures",),
    "erasure-act": ("disclosures", "entries"),
    "export": ("absences", "certificates", "consents", "corrections", "entries", "guardians", "marks", "results"),
    "extract": EXTRACT_KINDS,
    "forecast": ("marks", "names"),
    "guardianship-letter": ("consents", "names"),
    "indicators": ("names", "work"),
    "lacks": ("absences", "marks", "names", "results"),
    "paper list": ("names", "work"),
    "people": ("names",),
    "portals": ("work",),
    "print": ("absences", "marks", "names", "results"),
    "prints": ("names", "work"),
    "backdated list": ("names", "work"),
    "backdated requests": ("names", "work"),
    "reopenings list": ("names", "work"),
    "reads": ("names", "reads"),
    "rebuild": ("absences", "marks", "results", "work"),
    "replay": ("absences", "corrections", "marks", "names", "notes", "results"),
    "retention": ("disclosures",),
    "sheet": ("names", "results"),
    "subject-access": SUBJECT_KINDS,
    "substitutions": ("names", "work"),
    "worklist": ("names", "work"),
    "workload": ("names", "work"),
}
"""Command -> kinds of fields that it shows; `ask` has them of each question."""

SHOWS_NOBODY: Final[Mapping[str, str]] = {
    "access anchor": "a size and a hash",
    "accounts close": "the number of an entry",
    "accounts found": "the number of an entry",
    "accounts grant": "the number of an entry",
    "accounts invite": "a code of an invitation",
    "accounts open": "the number of an entry",
    "accounts revoke": "the number of an entry",
    "accounts approve": "a code of an invitation",
    "accounts ask": "the number of an entry",
    "accounts refuse": "the number of an entry",
    "accounts reset": "the number of an entry",
    "accounts token": "a token",
    "archive hand-over": "the number of an entry",
    "audit": "findings about bytes and hashes",
    "backup": "where a copy was put, of which personal values are sealed",
    "bench": "times of made-up schools",
    "block end": "the number of a block",
    "block set": "the number of a block",
    "certify": "the number of a form",
    "checkpoint": "a signature over a hash",
    "demo": "a made-up school",
    "erase approve": "the number of an erasure",
    "erase carry-out": "numbers of erasures",
    "erase propose": "the number of an erasure",
    "erase refuse": "the number of an erasure",
    "freshness": "when the diary was brought up to date",
    "import": "what the given files say, to whoever gave them",
    "init": "sign-ins of a school that has nobody yet",
    "journals": "which classes' journals are closed",
    "migrate": "a log's name",
    "obligations": "what must be printed, by periods and classes",
    "paper approve": "the number of an entry",
    "paper destroyed": "the number of an entry",
    "paper hand-over": "the number of an entry",
    "paper move": "the number of an entry",
    "paper propose": "the id of a destruction",
    "paper refuse": "the number of an entry",
    "paper store": "the number of a paper and its term",
    "paper strike-off": "the number of an entry",
    "printouts register": "the number of a printout",
    "backdated approve": "the number of an entry",
    "backdated ask": "the number of an entry",
    "backdated refuse": "the number of an entry",
    "reopenings approve": "the number of an entry",
    "reopenings ask": "the number of an entry",
    "reopenings refuse": "the number of an entry",
    "restore": "where a school was restored",
    "restore-check": "whether a backup can be restored",
    "serve": "where it listens; what is asked over HTTP is recorded there",
    "vault rekey": "how many keys were wrapped anew",
    "vault sweep": "how many values no entry commits to",
    "viewer": "a page without data",
    "void-print": "the number of a form",
    "witness conflicts": "a witness's own log of other logs' checkpoints",
    "witness distrust": "a witness's own log of other logs' checkpoints",
    "witness init": "a witness's own log of other logs' checkpoints",
    "witness serve": "a witness's own log of other logs' checkpoints",
    "witness status": "a witness's own log of other logs' checkpoints",
    "witness trust": "a witness's own log of other logs' checkpoints",
    "witnesses": "which witnesses cosigned the log, and when",
}
"""Command -> why what it shows is nobody's data."""


def look(
    school: OpenSchool,
    command: str,
    found: object,
    *,
    kinds: tuple[Kind, ...] | None = None,
    purpose: Purpose = "view",
    form: Form | None = None,
    basis: str | None = None,
    classes: Collection[str] | None = None,
    people: Collection[str] | None = None,
    as_of: int | None = None,
) -> None:
    """Record that a command is about to show what it found; nothing is recorded where that is nobody's.

    Args:
        school: whose data.
        command: its name.
        found: what it shows, in which people are found by their ids.
        kinds: of fields; by default the command's.
        purpose: why.
        form: what is taken out.
        basis: code of the ground.
        classes: as `api.shown.Shown`.
        people: as `api.shown.Shown`.
        as_of: the position that it stands at; by default what `found` says, or all that is known.

    Raises:
        AccessLogUnavailable: it cannot be recorded: show nothing.
    """
    content = orjson.dumps(found, default=msgspec.to_builtins, option=orjson.OPT_NON_STR_KEYS)
    whose = whose_data(school, content, Shown(people=people, classes=classes))
    if whose is None:
        return
    user = os.getuid()
    position: Any = found.get("position") if isinstance(found, dict) else getattr(found, "position", None)
    recorded = Look(
        what=f"letopis {command}",
        purpose="export" if form == "csv" else purpose,
        kinds=SHOWS[command] if kinds is None else kinds,
        people=whose.people,
        classes=whose.classes,
        count=whose.number,
        as_of=next(one for one in (as_of, position, whose.position) if one is not None),
        form=form,
        basis=basis,
        operator=user,
    )
    school.access.log.record(recorded, operator_of(school.recorder.origin, user))


def operator_of(origin: str, user: int) -> Actor:
    """Who a user of the machine is in a school's access log."""
    return Actor(str(uuid5(NAMESPACE_URL, f"{origin}#{user}")), "operator")

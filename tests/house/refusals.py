"""What the rules of the ledger can say, read from the source; ``python -m tests.house.refusals`` brings the catalogue up
to date with it."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from babel.messages import Catalog, pofile

from api.auth import RIGHTS
from api.translation import WORD
from ledger.journal.vocabulary import MARK_WORDS, PersonKind

ROOT: Final = Path(__file__).resolve().parents[2]
CATALOGUE: Final = ROOT / "api" / "translation" / "locale" / "ru" / "LC_MESSAGES" / "letopis.po"

# Names that are put together where they are raised, with all that can be put in.
KINDS: Final = (
    *(
        "account",
        "archive",
        "backup",
        "bells",
        "class",
        "course",
        "excuse",
        "incident",
        "lesson",
        "period",
        "person",
        "plan",
    ),
    "portal",
    *("printout", "refresh", "remark", "results", "witness", "year"),
)
EVIDENCE: Final = ("verification", "archive", "handover", "timing", "printout")
_MADE_KINDS: Final = (
    *(kind for kind in KINDS if kind not in {"account", "bells", "portal", "results", "witness"}),
    *EVIDENCE,
    "freshness",
)
MADE: Final = {
    "'unknown_' + kind": {f"unknown_{kind}" for kind in KINDS},
    "f'{kind}_exists'": {f"{'class_group' if kind == 'class' else kind}_exists" for kind in _MADE_KINDS},
    "f'{what}_stands'": {f"{what}_stands" for what in ("absence", "lateness", "early_leave", "make_up", "mark")},
}


def calls(name: str) -> Iterator[ast.Call]:
    """Every call of a function of this name in the ledger."""
    for path in sorted((ROOT / "ledger").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield node


def refusals() -> set[tuple[str, str]]:
    """Every rule that can refuse, with each message that it can have."""
    return {(rule, message) for call in calls("Refused") for rule in _rules(call.args[0]) for message in _texts(call)}


def _rules(value: ast.expr) -> set[str]:
    match value:
        case ast.Constant(value=str(rule)):
            return {rule}
        case _:
            return MADE[ast.unparse(value)]


def _texts(call: ast.Call) -> set[str]:
    """The messages of a call: texts alone, for what is made at run time has no translation."""
    match call.args[1]:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id="message"):
            return MESSAGES[ast.unparse(call.args[0])]
        case _:
            raise AssertionError(f"line {call.lineno}: {ast.unparse(call.args[1])}")


MESSAGES: Final = {"'nothing_changes'": {"this value stands already", "this is annulled already"}}


_HEADER: Final = re.compile(r'"[A-Z][A-Za-z-]+: .*\\n"$')
_NEEDED: Final = re.compile('"(?:Language|Plural-Forms|MIME-Version|Content-Type|Content-Transfer-Encoding): ')


def read_catalogue() -> Catalog:
    """The catalogue as it is."""
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="ru", ignore_obsolete=True)


def wanted() -> set[tuple[str, str]]:
    """Context and text of all that must be in the catalogue."""
    return refusals() | {(WORD, word) for word in (*RIGHTS, *get_args(PersonKind), *MARK_WORDS)}


def write_catalogue(catalogue: Catalog) -> None:
    """Write it in the order of contexts, so that a change shows as what it is."""
    out = io.BytesIO()
    pofile.write_po(out, catalogue, width=120, ignore_obsolete=True)
    # Of the header what a reader of the file needs: no names, no moments.
    kept = (line for line in out.getvalue().decode().splitlines() if not _HEADER.match(line) or _NEEDED.match(line))
    CATALOGUE.write_text("\n".join(kept) + "\n", encoding="utf-8")


def main() -> None:
    """Add what is new without a translation, and drop what no rule says."""
    old = read_catalogue()
    new = Catalog(
        locale="ru", project="Letopis", copyright_holder="", fuzzy=False, header_comment="# Refusals in Russian."
    )
    for context, text in sorted(wanted()):
        known = old.get(text, context)
        new.add(text, known.string if known else "", context=context)
    write_catalogue(new)


if __name__ == "__main__":
    main()

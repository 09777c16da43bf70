"""The verifier's core is an evening's reading (docs/decisions/0010): format, chain, tree, signature, bag, and no rules."""

import ast
from pathlib import Path

VERIFY = Path(__file__).resolve().parents[2] / "verify"
CORE = (
    "archive", "bag", "canonical", "disclosures", "ed25519", "entry", "fragments", "layout", "log", "note", "roots", "seal",
    "signed", "source",
    "tree",
)  # fmt: skip
LINES_MAX = 2_000
# What the core hands entries and findings to, by the modules that lead the walk; the others import none of it.
LEADS = {
    "archive": {"archive_tables", "beside", "deadlines", "extract", "walk"},
    "entry": {"events"},
}
EVERYWHERE = {"findings"}


def imported(name: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse((VERIFY / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "verify":
            rest = node.module.partition(".")[2]
            found |= {rest} if rest else {alias.name for alias in node.names}
    return found


def test_the_core_is_an_evenings_reading() -> None:
    lines = {name: len((VERIFY / f"{name}.py").read_text(encoding="utf-8").splitlines()) for name in CORE}
    assert sum(lines.values()) <= LINES_MAX, lines


def test_the_core_knows_no_rule_of_a_school() -> None:
    for name in CORE:
        assert imported(name) - set(CORE) - EVERYWHERE <= LEADS.get(name, set()), name

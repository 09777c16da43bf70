"""Every code that an audit can find is in docs/audit-findings.md, in both languages, and no other is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Told to who appends or lifts the latch, never by an audit.
WRITERS = {"head_disagrees", "head_moved", "receipt_missing"}


def codes(paths: Iterable[Path], name: str) -> set[str]:
    """The constant first arguments of the calls of this function or method."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_the_page_lists_what_an_audit_can_find() -> None:
    audit = sorted((ROOT / "ledger/audit").glob("*.py"))
    storage = sorted((ROOT / "ledger/storage").rglob("*.py"))
    possible = codes(audit, "add") | codes([*audit, *storage], "LedgerDamaged") - WRITERS
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", (ROOT / "docs/audit-findings.md").read_text(), re.MULTILINE)
    assert [code for code, _, _ in rows] == sorted(possible)
    for _, russian, english in rows:
        assert re.search("[а-я]", russian)
        assert english.isascii()

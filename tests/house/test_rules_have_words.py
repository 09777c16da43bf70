"""Every rule that can refuse has Russian words, and no words are left of a rule that is gone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.words import CONTENT_RULES, RULES_RU
from ledger import errors

ROOT = Path(__file__).resolve().parents[2]
# Names that are put together where they are raised, with all that can be put in.
KINDS = (*("bells", "class", "course", "lesson", "period", "person", "plan", "refresh", "remark", "results", "year"),)
EVIDENCE = ("verification", "archive", "timing", "printout")
MADE_KINDS = (*(kind for kind in KINDS if kind not in {"bells", "results"}), *EVIDENCE)
MADE = {
    "'unknown_' + kind": {f"unknown_{kind}" for kind in KINDS},
    "f'{kind}_exists'": {f"{'class_group' if kind == 'class' else kind}_exists" for kind in MADE_KINDS},
    "f'{what}_stands'": {f"{what}_stands" for what in ("absence", "lateness", "early_leave", "mark")},
}


def _calls(name: str) -> Iterator[ast.Call]:
    for path in sorted((ROOT / "ledger").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield node


def _rules() -> set[str]:
    found: set[str] = set()
    for call in _calls("Refused"):
        first = call.args[0]
        if isinstance(first, ast.Constant):
            assert isinstance(first.value, str)
            found.add(first.value)
        else:
            found |= MADE[ast.unparse(first)]
    return found


def _clauses(value: ast.expr) -> set[str]:
    """What a `clause` can be where a rule refuses: texts, constants of the module or of `ledger.errors`."""
    match value:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _clauses(one) | _clauses(other)
        case ast.Name(id="clause"):
            # What `check_role` was told by those who call it.
            return {text for call in _calls("check_role") for text in _clauses(call.args[2])}
        case ast.Name(id="_CLAUSE"):
            return {"3.3"}
        case ast.Name(id=name):
            return {getattr(errors, name)}
    raise AssertionError(ast.unparse(value))


def test_every_refusal_says_where_its_rule_comes_from() -> None:
    regulation = {"1.1", "1.2", "1.3", "1.4", "1.6", "1.7", "2.1", "2.2.2", "2.2.4", "2.3.3", "2.3.4", "3.3"}
    found: set[str] = set()
    for path in sorted((ROOT / "ledger").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "_CLAUSE: Final" not in text or '_CLAUSE: Final = "3.3"' in text
    for call in _calls("Refused"):
        (clause,) = [word.value for word in call.keywords if word.arg == "clause"]
        found |= _clauses(clause)
    assert found == regulation | {errors.LOCAL_ACT, errors.LOG}


def test_every_rule_has_russian_words_and_every_words_a_rule() -> None:
    assert _rules() == set(RULES_RU)


def test_the_kinds_that_rules_are_made_of_are_those_in_the_source() -> None:
    found = set()
    for method, position in (("find", 1), ("settled", 1)):
        for call in _calls(method):
            if len(call.args) > 3 and isinstance(call.args[position], ast.Constant):
                found.add(call.args[position].value)  # type: ignore[attr-defined]
    assert found == set(KINDS)
    made = {ast.unparse(call.args[0]).removeprefix("stream") for call in _calls("check_new")}
    assert made == {""}


@pytest.mark.parametrize("rule", sorted(RULES_RU))
def test_words_are_russian_and_end_openly(rule: str) -> None:
    words = RULES_RU[rule]
    assert any("а" <= letter <= "я" for letter in words)
    assert not words.endswith(".")


def test_rules_of_content_are_rules() -> None:
    assert set(RULES_RU) >= CONTENT_RULES

"""Every rule that can refuse has Russian words, and no words are left of a rule that is gone."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from api.translation import in_russian
from api.words import CONTENT_RULES, WHO_RULES
from ledger import errors
from ledger.errors import LOG, Refused
from tests.house import refusals as refusals_module
from tests.house.refusals import CATALOGUE, KINDS, ROOT, calls, read_catalogue, refusals, wanted


def _clauses(value: ast.expr) -> set[str]:
    """What a `clause` can be where a rule refuses: texts, constants of the module or of `ledger.errors`."""
    match value:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _clauses(one) | _clauses(other)
        case ast.Name(id="clause"):
            # What `check_role` was told by those who call it, and by those who call what hands it on.
            told = (call.args[2] for name in ("check_role", "check_setup_role") for call in calls(name))
            return {text for said in told if ast.unparse(said) != "clause" for text in _clauses(said)}
        case ast.Name(id="_CLAUSE"):
            return {"3.3"}
        case ast.Name(id=name):
            return {getattr(errors, name)}
    raise AssertionError(ast.unparse(value))


def test_every_refusal_says_where_its_rule_comes_from() -> None:
    regulation = {
        "1.1",
        "1.2",
        "1.3",
        "1.4",
        "1.5",
        "1.6",
        "1.7",
        "2.1",
        "2.2.2",
        "2.2.3",
        "2.3.1",
        "2.2.4",
        "2.3.3",
        "2.3.4",
        "2.4",
        "2.4.1",
        "2.4.4",
        "3.1",
        "3.2",
        "3.3",
    }
    found: set[str] = set()
    for path in sorted((ROOT / "ledger").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "_CLAUSE: Final" not in text or '_CLAUSE: Final = "3.3"' in text
    for call in calls("Refused"):
        (clause,) = [word.value for word in call.keywords if word.arg == "clause"]
        found |= _clauses(clause)
    assert found == regulation | {errors.LOCAL_ACT, errors.LOG}


def test_the_catalogue_says_all_that_rules_can_say_and_nothing_else() -> None:
    catalogue = read_catalogue()
    found = {(message.context, message.id) for message in catalogue if message.id}
    assert found == wanted()


def test_the_catalogue_is_as_the_program_that_keeps_it_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "letopis.po"
    copy.write_bytes(CATALOGUE.read_bytes())
    monkeypatch.setattr(refusals_module, "CATALOGUE", copy)
    refusals_module.main()
    assert copy.read_bytes() == CATALOGUE.read_bytes()


def test_the_kinds_that_rules_are_made_of_are_those_in_the_source() -> None:
    found = set()
    for method, position in (("find", 1), ("settled", 1)):
        for call in calls(method):
            if len(call.args) > 3 and isinstance(call.args[position], ast.Constant):
                found.add(call.args[position].value)  # type: ignore[attr-defined]
    assert found == set(KINDS)
    made = {ast.unparse(call.args[0]).removeprefix("stream") for call in calls("check_new")}
    assert made == {""}


@pytest.mark.parametrize(
    ("english", "russian"),
    [(str(message.id), str(message.string)) for message in read_catalogue() if message.id],
)
def test_words_are_russian_with_values_that_there_are_and_end_openly(english: str, russian: str) -> None:
    assert any("а" <= letter <= "я" for letter in russian)
    assert not russian.endswith(".")
    assert _names(russian) <= _names(english)


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in read_catalogue() if message.id and message.fuzzy] == []


def test_a_refusal_is_said_in_both_languages_with_its_values() -> None:
    error = Refused("out_of_range", "not an integer from {least} to {most}", clause=LOG, least=1, most=5)
    assert (str(error), in_russian(error)) == ("not an integer from 1 to 5", "не целое число от 1 до 5")


def test_words_of_ours_are_said_in_russian_too() -> None:
    error = Refused("role_not_allowed", "only {roles} may do this", clause="1.3", roles=("administrator", "deputy"))
    assert str(error) == "only administrator or deputy may do this"
    assert in_russian(error).endswith("администратор или завуч")


def test_what_is_not_translated_is_said_in_english() -> None:
    assert in_russian(Refused("brand_new", "in English, {number}", clause=LOG, number=7)) == "in English, 7"


def test_rules_of_content_are_rules() -> None:
    assert {rule for rule, _ in refusals()} >= CONTENT_RULES


def test_rules_of_who_asks_are_rules_and_what_refuses_an_actor_is_one() -> None:
    assert {rule for rule, _ in refusals()} >= WHO_RULES
    of_actors = {
        call.args[0].value
        for call in calls("Refused")
        for word in call.keywords
        if word.arg == "where" and isinstance(word.value, ast.Constant) and str(word.value.value).startswith("actor.")
        if isinstance(call.args[0], ast.Constant)
    }
    assert len(of_actors) > 4
    assert of_actors <= WHO_RULES


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}

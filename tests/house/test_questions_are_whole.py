"""Every question of the inspector is whole: a line of the documents, an endpoint, a subcommand and a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from api.answering import describe
from api.app import create_app
from api.cli.app import app
from api.schools import Registry
from projections.questions import GROUPS, QUESTIONS, Question

ROOT = Path(__file__).resolve().parents[2]
PATHS = create_app(Registry([])).openapi()["paths"]
COMMANDS = typer.main.get_command(app).commands["ask"]  # type: ignore[attr-defined]
each = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)


def line_of(question: Question) -> str:
    """The question's line in the documents, which is made from its declaration."""
    names = ", ".join(f"`{parameter.name}`" + ("!" if parameter.is_needed else "") for parameter in question.parameters)
    return f"| {question.number} | `{question.slug}` | {question.title_en} | {names or '—'} | {question.limits_en} |"


def test_numbers_and_slugs_are_used_once_and_in_order() -> None:
    numbers = [question.number for question in QUESTIONS]
    assert numbers == sorted(set(numbers))
    assert len({question.slug for question in QUESTIONS}) == len(QUESTIONS)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", question.slug) for question in QUESTIONS)


def test_every_question_is_in_one_group_of_the_list_in_order() -> None:
    grouped = [number for _, _, numbers in GROUPS for number in numbers]
    assert sorted(grouped) == [question.number for question in QUESTIONS]
    assert all(list(numbers) == sorted(numbers) for _, _, numbers in GROUPS)


@each
def test_a_question_has_its_line_in_the_documents(question: Question) -> None:
    assert line_of(question) in (ROOT / "docs/questions.md").read_text(encoding="utf-8").splitlines()


def test_the_documents_list_no_question_that_cannot_be_asked() -> None:
    text = (ROOT / "docs/questions.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \d+ \| `([a-z-]+)`", text, re.MULTILINE) == [question.slug for question in QUESTIONS]


@each
def test_a_question_has_an_endpoint_that_describes_its_parameters(question: Question) -> None:
    described = {
        parameter["name"]: parameter.get("description", "")
        for parameter in PATHS[f"/v1/schools/{{school}}/questions/{question.slug}"]["get"]["parameters"]
        if parameter["in"] == "query"
    }
    expected = {parameter.name: describe(parameter) for parameter in question.parameters}
    assert {name: described[name] for name in expected} == expected
    assert described.keys() - expected.keys() == {"at", "cursor", "format", "limit"}


@each
def test_a_question_has_a_subcommand_that_describes_its_parameters(question: Question) -> None:
    command = COMMANDS.get_command(None, question.slug)
    assert command is not None
    helped = {option: parameter.help for parameter in command.params for option in parameter.opts}
    for parameter in question.parameters:
        assert helped[f"--{parameter.name.replace('_', '-')}"] == describe(parameter)
    assert {"--at", "--position", "--csv", "--json", "--var"} <= helped.keys()


@each
def test_a_question_has_a_test_written_by_hand(question: Question) -> None:
    files = sorted((ROOT / "tests/integration").glob("test_questions*.py"))
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    tests = re.findall(r"^def test_.*?(?=^def |^@|^[A-Z]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert [test for test in tests if f'"{question.slug}"' in test and "assert" in test]


@each
def test_a_question_says_all_in_both_languages_and_ends_its_rows_with_entries(question: Question) -> None:
    russian = [question.title_ru, question.limits_ru, *(parameter.words_ru for parameter in question.parameters)]
    english = [question.title_en, question.limits_en, *(parameter.words_en for parameter in question.parameters)]
    assert all(re.search("[а-я]", text) for text in russian)
    assert not any(re.search("[а-я]", text.replace("5А", "")) for text in english)
    assert question.columns[-1].kind == "entries"
    assert [column.name for column in question.columns].count("entries") == 1

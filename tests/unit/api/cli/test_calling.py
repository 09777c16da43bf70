"""A command that is made alone is the one that all of them together hold."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
import typer
from typer.main import get_command

from api.cli.app import app, run
from api.cli.calling import called

NAMES = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def help_of(program: object, *arguments: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        program([*arguments, "--help"], standalone_mode=False, prog_name="letopis")  # type: ignore[operator]
    return said.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_command_alone_says_of_itself_what_it_says_among_all(name: str) -> None:
    alone = called(app, [name])
    assert list(alone.commands) == [name]  # type: ignore[attr-defined]
    assert help_of(alone, name) == help_of(app, name) != ""


@pytest.mark.parametrize("arguments", [[], ["--help"], ["nothing"], ["--var", "checkpoint"]])
def test_where_no_command_is_named_there_are_all_of_them(arguments: list[str]) -> None:
    assert called(app, arguments) is app


def test_what_is_like_a_mistaken_command_is_said() -> None:
    complained = io.StringIO()
    with redirect_stderr(complained):
        assert run(["chekpoint"]) == 2
    assert "checkpoint" in complained.getvalue()


def test_the_application_keeps_its_commands() -> None:
    called(app, ["checkpoint"])
    assert sorted(get_command(app).commands) == NAMES  # type: ignore[attr-defined]
    assert isinstance(app, typer.Typer)

"""Every route of a school and every command says what it shows, or why it shows nobody's data (regulation 2.4.4)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi import APIRouter
from fastapi.routing import APIRoute

from api import access
from api.access import RECEIPT, declared_by, name_of
from api.answering import KINDS as QUESTION_KINDS
from api.app import school_routes
from api.cli.app import app
from api.cli.looking import SHOWS, SHOWS_NOBODY
from ledger.access.events import KINDS, Look
from projections.questions import QUESTIONS
from tests.http_rights import PUBLIC

COMMANDS = Path(__file__).parents[2] / "api" / "cli"


def commands() -> set[str]:
    """Every command with the words before it."""
    found: set[str] = set()

    def walk(group: Any, before: str) -> None:
        for name, command in group.commands.items():
            if getattr(command, "commands", None):
                walk(command, f"{before}{name} ")
            else:
                found.add(before + name)

    walk(typer.main.get_group(app), "")
    return found


def test_every_route_of_a_school_declares_what_its_answers_show() -> None:
    routes = school_routes()
    assert len(routes) > 150
    for route in routes:
        declared = declared_by(route)
        assert declared is not None, route.path
        assert bool(declared.kinds) != bool(declared.reason), route.path
        assert KINDS.issuperset(declared.kinds), route.path
        assert list(declared.kinds) == sorted(set(declared.kinds)), route.path


def test_every_look_has_a_name_that_the_access_log_takes() -> None:
    names = {name_of(route.path) for route in school_routes()} | {f"letopis {command}" for command in commands()}
    names |= {f"letopis ask {question.slug}" for question in QUESTIONS}
    for name in names:
        Look(name, "view", ("names",)).data()


@pytest.mark.clause("R09", breaks="api.access:check_declared")
def test_an_application_with_a_route_that_declares_nothing_is_not_made() -> None:
    router = APIRouter()

    @router.get("/secrets")
    def read_secrets() -> dict[str, str]:
        return {}

    with pytest.raises(ValueError, match="/secrets"):
        access.check_declared(route for route in router.routes if isinstance(route, APIRoute))


def test_who_is_not_signed_in_is_shown_nobodys_data() -> None:
    public = {route.path for route in school_routes() if route.path.startswith("/log/") and "entries" not in route.path}
    assert len(public) == len(PUBLIC)
    assert all(
        not declared.kinds for route in school_routes() if route.path in public and (declared := declared_by(route))
    )


def test_what_records_something_answers_with_a_receipt() -> None:
    writing = [route for route in school_routes() if declared_by(route) is RECEIPT]
    assert len(writing) > 60
    assert all(route.status_code == 201 for route in writing)


def test_every_question_says_which_kinds_of_fields_it_shows() -> None:
    assert QUESTION_KINDS.keys() == {question.slug for question in QUESTIONS}
    assert all(KINDS.issuperset(kinds) and kinds for kinds in QUESTION_KINDS.values())


def test_every_command_is_listed_with_what_it_shows_or_why_that_is_nobodys() -> None:
    assert not SHOWS.keys() & SHOWS_NOBODY.keys()
    assert SHOWS.keys() | SHOWS_NOBODY.keys() | {"ask"} == commands()


def test_every_command_that_shows_somebody_records_its_look() -> None:
    recorded = {
        call.args[1].value if isinstance(call.args[1], ast.Constant) else "ask"
        for path in COMMANDS.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "look"
    }
    assert recorded == SHOWS.keys() | {"ask"}


def test_no_command_asks_for_names_before_it_has_recorded_its_look() -> None:
    """Whoever calls for names is about to show them: a function that does so records first, or is listed here."""
    dressing = {"api/cli/proving.py:_ask", "api/cli/demonstration.py", "api/cli/replaying.py:format_page"}
    dressing |= {"api/cli/searching.py:run_people"}  # it searches by names, and records whom it found before it prints
    for path in sorted(COMMANDS.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            asking = [node.lineno for node in calls if ast.unparse(node.func) == "school.names"]
            looking = [node.lineno for node in calls if ast.unparse(node.func) == "look"]
            place = f"api/cli/{path.name}"
            if asking and not {place, f"{place}:{function.name}"} & dressing:
                assert looking, f"{place}:{function.name}"
                assert min(looking) < min(asking), f"{place}:{function.name}"

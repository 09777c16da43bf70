"""What the documents tell people to type exists: commands with their options, and targets of make."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import msgspec
import pytest
import typer.main

from api.app import create_app
from api.bodies import (
    NewArchiveHandOver,
    NewAssessmentRules,
    NewCancellation,
    NewCertificate,
    NewCheck,
    NewCorrection,
    NewCouncilDecision,
    NewLesson,
    NewPeriodMarks,
    NewRegulation,
    NewResponsible,
    NewSubstitutionPlan,
    Problem,
    Recorded,
)
from api.bodies.reopenings import NewReopeningRequest
from api.cli.app import app
from api.schools import Registry

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "README.ru.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
_TYPED = re.compile(r"^    (?:letopis|\.venv/bin/letopis) (.+)$|`letopis ([^`]+)`", re.MULTILINE)
_MADE = re.compile(r"^    make ([a-z-]+)|`make ([a-z-]+)`", re.MULTILINE)


def typed(page: str) -> list[list[str]]:
    """Command lines of a page, without their comments."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = ["".join(found) for found in _TYPED.findall(text)]
    return [shlex.split(line.partition(" #")[0].replace("…", " ")) for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_exists_with_its_options(page: str) -> None:
    for name, *arguments in typed(page):
        if name == "--help":
            continue
        assert name in COMMANDS, f"{page}: letopis {name}"
        command = COMMANDS[name]
        if hasattr(command, "get_command") and arguments and not arguments[0].startswith("-"):
            command = command.get_command(None, arguments[0])
            assert command is not None, f"{page}: letopis {name} {arguments[:1]}"
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        used = {argument.partition("=")[0] for argument in arguments if argument.startswith("-")}
        assert used <= known, f"{page}: letopis {name} {used - known}"


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_a_page_is_in_the_makefile(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {"".join(found) for found in _MADE.findall((ROOT / page).read_text(encoding="utf-8"))}
    assert named <= targets


def test_the_readmes_have_commands_to_check() -> None:
    assert len(typed("README.md")) >= 8
    assert len(typed("README.ru.md")) >= 5


def test_the_makefile_calls_commands_that_exist() -> None:
    for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines():
        if found := re.search(r"\$\(BIN\)/letopis ([a-z]+)(.*)", line):
            known = {option for parameter in COMMANDS[found[1]].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", found[2])) <= known


def test_the_routes_of_the_http_page_exist() -> None:
    document = create_app(Registry([])).openapi()
    shapes = {
        (method.upper(), re.compile(re.sub(r"\{place\}", ".+", re.sub(r"\{(?!place)\w+\}", "[^/]+", path))))
        for path, methods in document["paths"].items()
        for method in methods
    }
    text = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    named = re.findall(r"^    (GET|POST) (/\S+)", text, re.MULTILINE)
    assert len(named) >= 9
    for method, path in named:
        place = path.partition("?")[0]
        assert any(method == known and shape.fullmatch(place) for known, shape in shapes), f"{method} {path}"


def test_the_http_page_shows_bodies_that_are_bodies() -> None:
    text = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?<=\n\n)((?:    .*\n)+)", text)
    bodies = [msgspec.json.decode(block) for block in blocks if block.startswith("    {") and "…" not in block]
    shapes: tuple[type[object], ...] = (NewLesson, NewCorrection, NewRegulation, NewResponsible, Recorded, Problem)
    shapes += (
        NewAssessmentRules,
        NewPeriodMarks,
        NewCouncilDecision,
        NewCancellation,
        NewSubstitutionPlan,
        NewCertificate,
        NewCheck,
        NewReopeningRequest,
        NewArchiveHandOver,
    )
    for body in bodies:
        assert any(_fits(body, shape) for shape in shapes), body
    assert len(bodies) == 15


def _fits(body: object, shape: type[object]) -> bool:
    try:
        msgspec.convert(body, shape)
    except msgspec.ValidationError:
        return False
    return True

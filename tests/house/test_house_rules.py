"""The house's own rules, where a machine can hold them."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ledger.journal.events import EVENT_TYPES, TYPE_NAMES

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ledger", "projections", "exports", "verify", "api")
LINES_IN_A_MODULE = 500
LINES_IN_A_FUNCTION = 70
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "data", "misc"}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name.decode() for name in done.stdout.split(b"\0") if name]


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_the_events_prose_and_the_events_code_name_the_same_types() -> None:
    prose = (ROOT / "verify/spec/events.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+/\d+)`", prose))
    facts = ("lesson", "work", "make_up", "mark", "absence", "lateness", "early_leave", "homework")
    named |= {f"{fact}_{what}/1" for fact in facts for what in ("corrected", "annulled")}
    assert named == set(EVENT_TYPES)
    assert len(TYPE_NAMES) == len(EVENT_TYPES), "two types share a class"


def test_no_module_is_longer_than_five_hundred_lines() -> None:
    assert not {
        str(path.relative_to(ROOT)): count
        for path in modules()
        if (count := path.read_text(encoding="utf-8").count("\n")) > LINES_IN_A_MODULE
    }


def test_no_function_is_longer_than_a_screen() -> None:
    assert not [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in modules()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > LINES_IN_A_FUNCTION
    ]


def test_no_module_takes_the_day_of_greenwich_for_the_schools() -> None:
    """In the morning of Vladivostok it is yesterday there: `School.today` and `day_of` say which day it is."""
    greenwich = re.compile(r"now\((tz=)?UTC\)\.date\(|date\.today\(")
    of_an_entry = re.compile(r"\.at\[:10\]")
    found = {path.relative_to(ROOT): path.read_text("utf-8") for path in modules()}
    assert not [str(path) for path, text in found.items() if greenwich.search(text)]
    # A bag's date is of no place, and a person's own record gives moments in UTC.
    assert not [str(path) for path, text in found.items() if path.parts[0] != "exports" and of_an_entry.search(text)]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path for path in modules() if path.stem in VAGUE or path.parent.name in VAGUE]


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "contract.txt"])
def test_every_locked_dependency_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    pinned = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert len(pinned) > 20
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    assert not [block.split()[0] for block in blocks if re.match(r"[a-z0-9]", block) and "--hash=sha256:" not in block]


def test_every_locked_package_of_the_tests_provider_has_a_hash_and_no_address() -> None:
    lock = json.loads((ROOT / "tests/openid_provider/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert len(packages) > 20
    assert not [
        name for name, one in packages.items() if "resolved" in one or not one["integrity"].startswith("sha512-")
    ]


def test_the_repository_names_no_machine_and_no_registry() -> None:
    # Put together here, so that this file does not find itself.
    unwanted = re.compile(
        "|".join(["/" + "work/", "/" + "root/", "pypi" + r"\.org", "find-" + "links", "shar" + "ed/"])
    )
    found = []
    for path in tracked():
        if path.suffix == ".csv" or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in unwanted.finditer(text)]
    assert not [line for line in found if "emit-" + "find" not in line and not line.startswith("Makefile: find-")]


def test_no_text_holds_both_sides_of_a_merge() -> None:
    sides = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)
    assert not [path for path in tracked() if path.is_file() and sides.search(path.read_text("utf-8", "replace"))]


def test_every_decision_is_numbered_once_and_says_its_status() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        assert re.search(r"^(\*\*)?Status", path.read_text(encoding="utf-8"), re.MULTILINE), path.name


def test_no_property_is_judged_by_how_busy_the_machine_is() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check


def test_the_wall_of_storage_leaves_out_nobody_but_those_who_compose() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (wall,) = [contract for contract in contracts if contract["name"].startswith("Storage is reached")]
    found = [path for path in (ROOT / "api").iterdir() if path.name != "__pycache__"]
    inside = {f"api.{path.stem}" for path in found if path.suffix == ".py" or path.is_dir()}
    walled = {name for name in wall["source_modules"] if name.startswith("api.")}
    assert inside - walled == {"api.__init__", "api.app", "api.cli"}


def test_every_long_form_is_run_by_make() -> None:
    makefile = (ROOT / "Makefile").read_text()
    long = [line.split() for line in makefile.splitlines() if "$(PYTEST) -m" in line and "slow" in line]
    run = {word for words in long for word in words if word.startswith("tests/")}
    marked = [path for path in (ROOT / "tests").rglob("test_*.py") if f"@pytest.mark.{'slow'}" in path.read_text()]
    assert len(marked) >= 4
    for path in marked:
        names = {str(folder.relative_to(ROOT)) for folder in (path, *path.parents) if folder.is_relative_to(ROOT)}
        assert names & run, path


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    helped = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert phony - helped <= {"lint", "types", "walls"}
    done = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, check=True)
    assert all(f"make {target}" in done.stdout.decode() for target in helped)

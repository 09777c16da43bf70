"""The description's examples of what is read: the sample school's own answers, with the members that they have today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.access import declared_by
from api.app import create_app, school_routes
from api.schools import Registry
from api.whose import ids_in
from tests.contract_school import contract_school
from tests.house import answers

WRITTEN: dict[str, Any] = orjson.loads((Path(answers.__file__).parents[2] / "api" / "answers.json").read_bytes())
NOTHING_OF = {
    *(
        "/people/{guardian}/consents",
        "/people/{person}/refusals/{refusal}/letter",
        "/classes/{class_group}/sheet/notice",
    ),
    *("/blocks/{block}/values", "/people/{person}/data", "/openid/callback", "/accounts/{account}/tokens"),
}
"""What the sample school has nothing of, such as accounts, or answers to its holder alone."""
DUE_TODAY = "/deadlines/due"
"""Of what falls due until the end of today there is nothing on a day off."""
SIZE_MAX = 120_000


def test_each_answer_that_is_read_has_its_example() -> None:
    document = create_app(Registry([])).openapi()
    for below, _ in answers.paths():
        content = document["paths"][f"/v1/schools/{{school}}{below}"]["get"]["responses"]["200"]["content"]
        example = content["application/json"].get("example")
        assert (example is None) == (below in NOTHING_OF), below
        if isinstance(example, dict) and "position" in example:
            assert example["position"] >= 0
            assert isinstance(example.get("rows", []), list)
    assert len(json.dumps(WRITTEN, ensure_ascii=False)) < SIZE_MAX


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], set[str]]:
    """The sample school's answers, and the ids of everybody who is registered there."""
    folder = tmp_path_factory.mktemp("answers") / "var"
    with contract_school(folder, commands=answers.COMMANDS) as server:
        rows = server.school.read_views().select("SELECT p.person FROM {persons} p", {})
        return answers.answers(server), {person for (person,) in rows}


@pytest.fixture
def now(sample: tuple[dict[str, Any], set[str]]) -> dict[str, Any]:
    return sample[0]


def test_examples_have_the_members_that_answers_have_today(now: dict[str, Any]) -> None:
    """Where they differ: ``make answers``."""
    assert now.keys() == WRITTEN.keys()
    for below, answer in now.items():
        written = set(answers.members(WRITTEN[below]))
        if below == DUE_TODAY and not answer["lessons"]:
            written = {member for member in written if not member.startswith(".lessons[]")}
        assert set(answers.members(answer)) == written, below


def test_an_answer_that_is_said_to_be_nobodys_names_nobody(sample: tuple[dict[str, Any], set[str]]) -> None:
    """Else somebody is looked at, and no look is recorded: who did something for the school is an employee."""
    answered, people = sample
    read = [route for route in school_routes() if "GET" in (route.methods or ())]
    nobodys = {route.path for route in read if (one := declared_by(route)) is not None and not one.kinds}
    assert len(answered.keys() & nobodys) >= 8
    for below in answered.keys() & nobodys:
        assert not ids_in(orjson.dumps(answered[below])) & people, below

"""A client that a foreign program generates from the served description lives through a teacher's day."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import orjson

from projections.views.class_page import class_page
from tests.contract_school import CONTRACT, judge
from tests.http_class import DAY, SmallClass
from tests.http_school import Served, make_school, served

PROGRAM = Path(__file__).resolve().parents[1] / "contract_client_day.py"


def generated(server: Served, folder: Path) -> None:
    """The package `letopis_client` in a folder; whatever the generator could not understand is in `left_out`."""
    document = folder / "openapi.json"
    document.write_bytes(httpx.get(f"{server.base}/openapi.json", timeout=60).content)
    (folder / "settings.yml").write_text("post_hooks: []\n")
    command = [judge("openapi-python-client"), "generate", "--path", str(document), "--meta", "none"]
    command += ["--output-path", str(folder / "letopis_client"), "--config", str(folder / "settings.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.stem for path in (folder / "letopis_client" / "api").rglob("*.py")}
    named = {
        of["operationId"] for item in orjson.loads(document.read_bytes())["paths"].values() for of in item.values()
    }
    assert named <= made, named - made


def run_day(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [str(CONTRACT / "python"), str(PROGRAM)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_a_generated_client_lives_through_a_teachers_day(tmp_path: Path) -> None:
    judge("openapi-python-client")
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    with served(tmp_path / "school", tokens, actors) as server:
        school = SmallClass(server)
        generated(server, tmp_path)
        given = {"base": server.base, "token": server.tokens["teacher"], "school": "1534", "day": DAY}
        more = {"course": school.course, "class_group": school.group, "students": school.students}
        seen = run_day(tmp_path, given | more)
        views = server.school.read_views()
        found = orjson.loads(
            orjson.dumps(class_page(views, school.group, course=school.course, from_date=DAY, to_date=DAY))
        )
    assert (seen["me"]["role"], seen["me"]["account"]) == ("teacher", actors["teacher"])
    assert seen["made"][0] == seen["made"][1], "the same key, the same answer"
    assert (len(seen["before"]["rows"]), len(seen["after"]["rows"])) == (0, 1), seen["after"]
    assert seen["corrected"][0]["count"] == 1
    assert (seen["corrected"][1]["status"], seen["corrected"][1]["type"].rpartition("/")[2]) == (412, "stale")
    assert {name: seen["page"][name] for name in found} == found
    told = sorted((value["what"], value["value"]) for line in seen["page"]["lines"] for value in line["values"])
    assert told == [("absence", "absent"), ("mark", "4"), ("mark", "5")]
    assert seen["page"]["people"][school.students[0]] == "Иванова Имя"

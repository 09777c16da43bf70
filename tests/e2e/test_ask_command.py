"""`letopis ask` and `letopis replay` on a sample school: text, JSON, tables, and kind errors."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.journal.vocabulary import ROLE_WORDS
from tests.command_line import letopis, letopis_here
from tests.sample_folders import sample_folder


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ask") / "var"
    with sample_folder(folder, limit=1_500):
        pass
    return folder


def run(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return letopis_here(*arguments, "--var", str(var))


def answer(var: Path, *arguments: str) -> dict[str, Any]:
    done = run(var, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = orjson.loads(done.stdout)
    return content


def test_the_questions_are_listed_and_each_is_helped(var: Path) -> None:
    listed = letopis("ask")
    assert listed.returncode == 0
    assert "Записи и исправления / Records and corrections\n    1  cell-history " in listed.stdout
    assert all(len(line) <= 110 for line in listed.stdout.splitlines())
    assert len(orjson.loads(letopis("ask", "--json").stdout)["questions"]) >= 10
    helped = letopis("ask", "few-marks", "--help").stdout
    assert "--least" in helped
    text = " ".join(helped.split())
    assert "Что было известно в этот момент / what was known at this moment" in text
    assert "О каких днях речь, говорят --from и --to" in text
    replay = " ".join(letopis("replay", "--help").stdout.split())
    assert "past days as known now" in replay
    assert "what was known then" in replay


def test_an_answer_is_text_or_one_object_or_a_table(var: Path) -> None:
    content = answer(var, "ask", "homework", "--class", "5А", "--finding", "not_entered")
    assert content["slug"] == "homework"
    assert content["as_of"] is None
    assert content["known"]["position"] == content["position"] > 1_000
    first = content["rows"][0]
    assert first["class"] == "5А"
    text = run(var, "ask", "homework", "--class", "5А", "--finding", "not_entered").stdout
    assert f"entries known {content['position']}" in text
    assert f"[{first['entries'][0]}]" in text
    assert content["people"][first["teacher"]] in text
    assert f"задание не внесено {len(content['rows'])}" in text, "sums are named in Russian"
    done = run(var, "ask", "homework", "--class", "5А", "--finding", "not_entered", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == len(content["rows"])
    assert rows[0]["teacher_name (учитель, имя)"] == content["people"][first["teacher"]]


def test_a_past_position_is_answered_as_it_was_known_then(var: Path) -> None:
    now = answer(var, "ask", "few-marks", "--class", "5А")
    then = answer(var, "ask", "few-marks", "--class", "5А", "--position", "900")
    assert (then["position"], then["as_of"]) == (900, 900)
    assert then["rows"] != now["rows"]
    moment = then["known"]["at"]
    again = answer(var, "ask", "few-marks", "--class", "5А", "--at", moment)
    assert again["as_of"] == moment
    assert again["known"]["at"] == moment
    replayed = answer(var, "replay", "--view", "few-marks", "--class", "5А", "--position", "900")
    assert replayed == then
    two = run(var, "replay", "--view", "few-marks", "--class", "5А", "--position", "900", "--with", "least=1")
    assert two.returncode == 0, two.stderr


def test_other_views_are_replayed(var: Path) -> None:
    page = answer(var, "replay", "--class", "5А", "--position", "900")
    student = page["lines"][0]["student"]
    diary = answer(var, "replay", "--view", "student", "--student", student, "--position", "900")
    assert (diary["position"], diary["student"]) == (900, student)
    assert run(var, "replay", "--view", "student", "--student", student).stdout.startswith(diary["people"][student])
    day = page["columns"][0]["lesson"]["held_on"]
    cells = answer(var, "replay", "--view", "cell", "--student", student, "--with", f"on={day}", "--position", "900")
    assert cells["slug"] == "cell-history"
    orders = answer(var, "replay", "--view", "regulation")
    last = orders["responsible"][-1]
    told = run(var, "replay", "--view", "regulation").stdout
    assert f"№ {orders['versions'][-1]['order_number']} " in told
    assert f"№ {last['order_number']} ({last['order_date']})  [{last['entry']}]" in told, "who answers for the journal"
    assert answer(var, "replay", "--view", "regulation", "--position", "1")["versions"] == []


def test_what_changed_between_two_is_told_with_its_author(var: Path) -> None:
    content = answer(var, "replay", "--compare", "900", "1800", "--class", "5А")
    assert (content["first"]["position"], content["last"]["position"]) == (900, 1800)
    assert all(900 <= change["entry"] < 1800 for change in content["changes"])
    assert sum(content["totals"].values()) == len(content["changes"]) + len(content["registers"])
    assert content["changes"]
    assert all(900 <= change["entry"] < 1800 for change in content["registers"])
    text = run(var, "replay", "--compare", "900", "1800", "--class", "5А").stdout
    first = content["changes"][0]
    assert re.search(
        rf"\[{first['entry']}\].*{content['people'][first['actor']]} \({ROLE_WORDS[first['role']]}\)", text
    )


def test_what_was_set_up_is_told_too_and_nothing_as_json(var: Path) -> None:
    content = answer(var, "replay", "--compare", "0", "900", "--class", "5А")
    told = [(one["what"], one["class_name"]) for one in content["registers"]]
    assert {("class", "5А"), ("course", "5А"), ("assignment", "5А"), ("enrollment", "5А"), ("timetable", "5А")} <= set(
        told
    )
    text = run(var, "replay", "--compare", "0", "900", "--class", "5А").stdout
    assert re.search(r"\[\d+\].* 5А .*учитель предмета  внесено", text)
    assert "{" not in run(var, "ask", "corrections").stdout + text, "what is kept as JSON is said field by field"


WRONG = {
    "no such question": (("ask", "horoscope"), "horoscope"),
    "a Latin letter": (("ask", "corrections", "--class", "5A"), "--class"),
    "not a choice": (("ask", "corrections", "--timing", "late"), "same_day, before_close, reopened, after_close"),
    "nothing needed is left out": (("ask", "student-extract"), "--student"),
    "a name with two words": (("ask", "corrections", "--later-reasons", "maybe"), "--later-reasons: "),
    "two moments": (("ask", "corrections", "--at", "2026-11-01T12:00:00Z", "--position", "1"), "--position"),
    "a table and an object": (("ask", "corrections", "--csv", "--json"), "--csv"),
    "no such view": (("replay", "--view", "dream"), "student-extract"),
    "not of this view": (("replay", "--view", "student", "--class", "5А"), "--student"),
    "not of this question": (("replay", "--view", "availability", "--class", "5А"), "availability"),
    "no value": (("replay", "--view", "few-marks", "--with", "least"), "--with"),
    "the later one first": (("replay", "--compare", "9", "8"), "--compare"),
    "neither a moment nor a position": (("replay", "--compare", "вчера", "8"), "2026-11-01T12:00:00Z"),
    "compared as of": (("replay", "--compare", "1", "8", "--at", "2026-11-01T12:00:00Z"), "--at"),
    "a period of no other rules": (("replay", "--period", "quarter-1"), "--what-if"),
    "no file of other rules": (("replay", "--what-if", "none.toml", "--period", "quarter-1"), "none.toml"),
    "no class to compare": (("replay", "--compare", "900", "1800", "--class", "99Я"), "--class"),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_what_is_wrong_is_said_with_what_is_allowed(var: Path, name: str) -> None:
    arguments, words = WRONG[name]
    done = run(var, *arguments)
    assert done.returncode == 2, (name, done.stderr)
    assert words in done.stderr, name


def test_indicators_are_weighed_by_the_schools_own_formula(var: Path, tmp_path: Path) -> None:
    plain = answer(var, "indicators")
    given = {row["teacher"]: row["count"] for row in plain["rows"] if row["indicator"] == "lessons.given"}
    formula = tmp_path / "formula.toml"
    formula.write_text('title = "Приказ № 12"\n[count]\n"lessons.given" = 0.5\n', encoding="utf-8")
    weighed = answer(var, "indicators", "--formula", str(formula))
    assert weighed["formula"] == "Приказ № 12"
    assert {score["teacher"]: float(score["sum"]) for score in weighed["scores"]} == {
        teacher: count / 2 for teacher, count in given.items()
    }
    text = run(var, "indicators", "--formula", str(formula)).stdout
    assert "уроки: дано" in text
    rows = list(
        csv.DictReader(
            io.StringIO(run(var, "indicators", "--formula", str(formula), "--csv").stdout.removeprefix("\ufeff")),
            delimiter=";",
        )
    )
    assert [row["indicator (показатель)"] for row in rows[:2]] == ["уроки: дано", "сумма"]
    formula.write_text('title = "Приказ № 12"\n[count]\n"lessons" = 0.5\n', encoding="utf-8")
    refused = run(var, "indicators", "--formula", str(formula))
    assert refused.returncode == 2
    assert "lessons.given" in refused.stderr


def test_a_forecast_is_text_one_object_or_a_table(var: Path) -> None:
    content = answer(var, "forecast", "--class", "5А", "--on", "2026-09-10")
    row = next(row for row in content["rows"] if row["needed"])
    assert (row["class_name"], row["period_kind"]) == ("5А", "quarter")
    text = run(var, "forecast", "--class", "5А", "--on", "2026-09-10", "--student", row["student"]).stdout
    assert content["people"][row["student"]] in text
    assert f"до «{row['needed'][0]['value']}»" in text
    done = run(var, "forecast", "--class", "5А", "--on", "2026-09-10", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == len(content["rows"])
    for wrong in (("--class", "5Ъ"), ("--on", "2026-02-30"), ("--student", "x"), ("--csv", "--json")):
        assert run(var, "forecast", *wrong).returncode == 2


def test_hours_are_text_one_object_or_a_table(var: Path) -> None:
    content = answer(var, "workload", "--by", "week")
    assert content["rows"][0]["given"] >= content["rows"][0]["own"]
    assert "дано / given" in run(var, "workload").stdout
    assert "проведено / held" in run(var, "workload", "--class", "5А").stdout
    done = run(var, "workload", "--by", "week", "--csv")
    assert len(done.stdout.splitlines()) == len(content["rows"]) + 1
    for wrong in (("--by", "day"), ("--teacher", "x"), ("--class", "5Ъ"), ("--csv", "--json")):
        assert run(var, "workload", *wrong).returncode == 2

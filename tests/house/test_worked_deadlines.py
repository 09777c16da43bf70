"""Each rule on deadlines has cases that people worked out, with their reasons in both languages."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

from ledger.journal.deadlines.verdict import Rule

FOLDER = Path(__file__).resolve().parents[1] / "worked" / "deadlines"
CASES_AT_LEAST = 5


def test_each_rule_has_a_file_with_at_least_five_reasoned_cases() -> None:
    found = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")}
    assert set(found) == {*get_args(Rule), "completeness", "excuses", "planned_lesson"}
    for name, content in found.items():
        assert content["rule"] == name
        assert len(content["case"]) >= CASES_AT_LEAST, name
        assert len({case["en"] for case in content["case"]}) == len(content["case"]), name
        for case in content["case"]:
            assert all(case[field].strip() for field in ("ru", "en", "why_ru", "why_en", "zone")), case["en"]

"""Findings: bounded, printable, documented."""

import json
from pathlib import Path

import pytest

from verify.findings import FINDINGS, FINDINGS_MAX, FINDINGS_MAX_PER_CODE, Place, Report, Verdict, shown
from verify.report import codes_page, to_json, to_text
from verify.unchecked import UNCHECKED

ROOT = Path(__file__).parents[3]


def test_collects_a_bounded_number_and_counts_the_rest() -> None:
    report = Report()
    for code in FINDINGS:
        for number in range(150):
            report.add(code, Place(entry=number))
    assert len(report.findings) == FINDINGS_MAX
    assert len(report.findings) + report.beyond == 150 * len(FINDINGS)
    assert sum(finding.code == "index-gap" for finding in report.findings) <= FINDINGS_MAX_PER_CODE


def test_refuses_a_code_that_is_not_documented() -> None:
    with pytest.raises(KeyError):
        Report().add("no-such-code", Place())
    with pytest.raises(KeyError):
        Report().skip("no-such-code", "")


def test_prints_hostile_text_on_one_line_without_control_characters() -> None:
    assert shown("a\x1b[2J\nb\u202e") == "a\\x1b[2J\\nb\\u202e"
    assert shown(b"\xff\x00") == "\\xff\\x00"
    assert len(shown("x" * 10_000)) < 200


def test_report_shows_hostile_names_harmlessly() -> None:
    report = Report()
    report.add("name-unsafe", Place("data/\x1b[31m\nVERIFIED"), "", "")
    report.facts["school"] = "\x1b[2J"
    text = to_text(report)
    assert "\x1b" not in text
    assert "\nVERIFIED" not in text


def test_verdict_is_never_verified_while_something_was_not_checked() -> None:
    report = Report()
    verdicts = [report.verdict]
    report.skip("no-key", "")
    verdicts.append(report.verdict)
    report.add("index-gap", Place())
    verdicts.append(report.verdict)
    assert verdicts == [Verdict.VERIFIED, Verdict.INCOMPLETE, Verdict.FINDING]


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.VERIFIED, 0), (Verdict.FINDING, 1), (Verdict.INCOMPLETE, 3)])
def test_exit_codes_are_those_of_the_format(verdict: Verdict, code: int) -> None:
    assert verdict.exit_code == code


def test_every_code_has_its_meaning_in_russian_and_english() -> None:
    for russian, english in [*FINDINGS.values(), *UNCHECKED.values()]:
        assert any("а" <= c <= "я" for c in russian)
        assert english.isascii()
        assert russian.endswith(".")
        assert english.endswith(".")


def test_the_page_of_codes_is_the_programs_own() -> None:
    assert (ROOT / "docs/findings.md").read_text() == codes_page()


def test_report_in_json_says_everything_a_program_needs() -> None:
    report = Report()
    report.add("prev-mismatch", Place("f", 2, 1, 7, "prev"), "a", "b")
    report.skip("no-key", "x")
    parsed = json.loads(to_json(report))
    assert parsed["verdict"] == "finding"
    assert parsed["findings"][0]["code"] == "prev-mismatch"
    assert (parsed["findings"][0]["line"], parsed["findings"][0]["entry"], parsed["findings"][0]["offset"]) == (2, 1, 7)
    assert parsed["unchecked"][0]["code"] == "no-key"


@pytest.mark.parametrize(("language", "word"), [("ru", "ПОДТВЕРЖДЕНО"), ("en", "VERIFIED")])
def test_text_is_in_the_language_asked_for(language: str, word: str) -> None:
    text = to_text(Report(), language)
    assert word in text
    assert ("VERIFIED" in text) == (language == "en")

"""An access log beside the journal that anchors it."""

from __future__ import annotations

from pathlib import Path

from tests.verify_anchor_forgeries import access_log, compared, journal_that_anchors


def test_finds_nothing_where_the_access_log_continues_what_the_journal_says(tmp_path: Path) -> None:
    journal = journal_that_anchors((2, 6))
    report = compared(access_log(journal, 7), journal, tmp_path)
    assert (report.findings, report.unchecked, report.checked["anchors"]) == ([], [], 2)

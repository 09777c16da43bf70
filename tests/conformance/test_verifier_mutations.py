"""Every named lie and accident gives its findings; every code that is documented is given by one of them."""

from pathlib import Path

import pytest

import tests.verify_account_forgeries
import tests.verify_anchor_forgeries
import tests.verify_author_forgeries
import tests.verify_backdating_forgeries
import tests.verify_backup_forgeries
import tests.verify_bag_mutations
import tests.verify_blocking_forgeries
import tests.verify_control_forgeries
import tests.verify_copy_mutations
import tests.verify_deadline_mutations
import tests.verify_earlier_mutations
import tests.verify_erasure_forgeries
import tests.verify_excuse_forgeries
import tests.verify_extract_forgeries
import tests.verify_forgeries
import tests.verify_homework_forgeries
import tests.verify_journal_forgeries
import tests.verify_pair_mutations
import tests.verify_paper_forgeries
import tests.verify_people_forgeries
import tests.verify_print_forgeries
import tests.verify_reopening_forgeries
import tests.verify_seal_mutations
import tests.verify_service_forgeries
import tests.verify_substitution_plan_forgeries
import tests.verify_witness_forgeries
import tests.verify_zip_mutations  # noqa: F401  (their mutations join the others)
from tests.verify_archive import manifested, sample, write_folder, write_zip
from tests.verify_backdating_forgeries import backdated
from tests.verify_final_forgeries import over_years
from tests.verify_journal_forgeries import finished
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from tests.verify_reopening_forgeries import asked
from tests.verify_results import graded
from tests.verify_seal_mutations import whole
from tests.verify_weight_forgeries import weighed
from verify.archive import verify_archive
from verify.findings import FINDINGS, Verdict
from verify.report import to_json, to_text


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_gives_exactly_these_findings(mutation: Mutation, tmp_path: Path) -> None:
    report = mutation.run(tmp_path)
    assert {finding.code for finding in report.findings} == mutation.codes, to_text(report)
    assert to_json(report)


def test_every_code_is_given_by_a_mutation() -> None:
    assert set(FINDINGS) == {code for mutation in MUTATIONS for code in mutation.codes}


def test_names_of_mutations_are_their_own() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names)) >= 40


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_verifies_what_nobody_changed(write: object, tmp_path: Path) -> None:
    builder = sample().builder
    path = (
        write_zip(builder.files(), tmp_path / "a.zip")
        if write is write_zip
        else write_folder(builder.files(), tmp_path / "bag")
    )
    report = verify_archive(path, pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    assert report.facts["entries"] == len(builder.entries)


def test_verifies_a_signed_and_described_archive_and_tells_what_it_did_not_compare(tmp_path: Path) -> None:
    files = whole()
    report = verify_archive(write_folder(files, tmp_path / "plain"), pinned(sample().builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    assert report.facts["sealed_by"] == sample().builder.key.name
    assert not {"pdf", "html"} & set(report.by_manifest)
    with_more = manifested(files | {"data/documents/a.pdf": b"?", "data/documents/index.html": b"?"})
    report = verify_archive(write_folder(with_more, tmp_path / "more"), pinned(sample().builder))
    assert report.verdict is Verdict.VERIFIED, "taken away, signatures leave an archive unsigned"
    assert (report.by_manifest["pdf"], report.by_manifest["html"]) == (1, 1)
    assert "sealed_by" not in report.facts


def test_verifies_results_as_they_were_worked_by_hand(tmp_path: Path) -> None:
    builder = graded().b
    report = verify_archive(write_folder(builder.files(), tmp_path / "bag"), pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)


def test_verifies_marks_that_weigh_what_the_rules_say_of_their_works(tmp_path: Path) -> None:
    builder = weighed().b
    report = verify_archive(write_folder(builder.files(), tmp_path / "bag"), pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)


def test_verifies_final_marks_over_two_years_as_they_were_worked_by_hand(tmp_path: Path) -> None:
    builder = over_years().b
    report = verify_archive(write_folder(builder.files(), tmp_path / "bag"), pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)


def test_verifies_a_closed_journal_and_its_sheet_as_they_were_worked_by_hand(tmp_path: Path) -> None:
    builder = finished().b
    report = verify_archive(write_folder(builder.files(), tmp_path / "bag"), pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)


def test_verifies_what_two_people_opened_again(tmp_path: Path) -> None:
    builder = asked().b
    report = verify_archive(write_folder(builder.files(), tmp_path / "bag"), pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    steps = [entry["type"] for entry in builder.entries if "_reopening_" in entry["type"]]
    assert len(steps) == 8
    for start in range(len(builder.entries) - 12, len(builder.entries)):
        report = verify_archive(write_folder(builder.files(start), tmp_path / f"from{start}"), pinned(builder))
        assert (start, report.findings) == (start, [])


def test_verifies_what_two_people_back_dated(tmp_path: Path) -> None:
    builder = backdated().b
    report = verify_archive(write_folder(builder.files(), tmp_path / "bag"), pinned(builder))
    assert report.verdict is Verdict.VERIFIED, to_text(report)
    for start in range(len(builder.entries) - 18, len(builder.entries)):
        report = verify_archive(write_folder(builder.files(start), tmp_path / f"from{start}"), pinned(builder))
        assert (start, report.findings) == (start, [])


def test_finds_nothing_in_a_range_that_lacks_what_its_entries_rest_on(tmp_path: Path) -> None:
    """Of facts that are corrected again and again, and of results, whichever entry is the first that is there."""
    builder = finished().b
    for start in range(1, len(builder.entries)):
        report = verify_archive(write_folder(builder.files(start), tmp_path / f"from{start}"), pinned(builder))
        assert (start, report.findings) == (start, [])

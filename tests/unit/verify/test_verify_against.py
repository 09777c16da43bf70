"""Two archives of one school, or an archive and its running log: the same history, one that goes on, or a fork."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify_archive import SAMPLE_SIZE, Builder, Files, Key, sample, write_folder, write_zip
from tests.verify_mutations import served, serving
from tests.verify_pair_mutations import changed, compared, folder, longer, otherwise, until
from verify.__main__ import main
from verify.findings import Report

CUT = 40


def relation(report: Report) -> tuple[object, list[str]]:
    return report.facts.get("relation"), [finding.code for finding in report.findings]


def test_an_archive_is_the_same_history_as_its_copy_in_a_zip(tmp_path: Path) -> None:
    builder = sample().builder
    report = compared(folder(builder, tmp_path / "a"), write_zip(builder.files(), tmp_path / "b.zip"))
    assert relation(report) == ("same", [])
    assert report.verdict.value == "verified"
    assert report.facts["common"] == SAMPLE_SIZE


@pytest.mark.parametrize("quick", [False, True])
def test_the_larger_archive_continues_the_smaller(quick: bool, tmp_path: Path) -> None:
    first, second = folder(sample().builder, tmp_path / "a"), folder(longer(), tmp_path / "b")
    assert relation(compared(first, second, quick=quick)) == ("continued", [])
    turned = compared(second, first, quick=quick)
    assert relation(turned) == ("continues", [])
    assert turned.facts["common"] == SAMPLE_SIZE
    assert turned.verdict.value == ("incomplete" if quick else "verified")
    assert [item.code for item in turned.unchecked] == (["quick"] if quick else [])


@pytest.mark.parametrize("start", [SAMPLE_SIZE, SAMPLE_SIZE - 1, CUT])
def test_a_range_continues_the_archive_that_ends_where_it_begins_or_later(start: int, tmp_path: Path) -> None:
    first, second = folder(sample().builder, tmp_path / "a"), folder(longer(), tmp_path / "b", start)
    assert relation(compared(first, second)) == ("continued", [])
    assert relation(compared(second, first)) == ("continues", [])


def test_two_ranges_are_compared_where_both_have_entries(tmp_path: Path) -> None:
    first, second = folder(longer(), tmp_path / "a", 20), folder(longer(), tmp_path / "b", CUT)
    assert relation(compared(first, second)) == ("same", [])


def test_what_lies_between_two_archives_is_not_proved(tmp_path: Path) -> None:
    first = write_folder(until(longer(), CUT), tmp_path / "a")
    report = compared(first, folder(longer(), tmp_path / "b", CUT + 1), quick=True)
    assert relation(report) == (None, [])
    assert [item.code for item in report.unchecked] == ["quick", "gap-between"]


def test_a_fork_names_both_heads_and_the_first_entry_that_differs(tmp_path: Path) -> None:
    first, second = folder(longer(), tmp_path / "a"), folder(otherwise(), tmp_path / "b")
    report = compared(first, second)
    assert relation(report) == ("fork", ["fork"])
    (finding,) = report.findings
    assert finding.place.entry == SAMPLE_SIZE
    assert finding.expected.startswith(f"{SAMPLE_SIZE + 1} ")
    assert finding.found.startswith(f"{SAMPLE_SIZE + 2} ")
    assert finding.expected.split()[1] == report.parts[0].facts["root"]
    assert [part.verdict.value for part in report.parts] == ["verified", "verified"]
    assert "доказательство" in finding.meaning[0]


def test_a_range_that_begins_at_another_root_is_a_fork(tmp_path: Path) -> None:
    first, second = folder(longer(), tmp_path / "a"), folder(otherwise(), tmp_path / "b", SAMPLE_SIZE + 1)
    report = compared(first, second)
    assert relation(report) == ("fork", ["fork"])
    assert report.findings[0].place.entry is None


def test_a_changed_archive_is_no_fork_for_its_signature_is_of_other_entries(tmp_path: Path) -> None:
    first = folder(sample().builder, tmp_path / "a")
    second = write_folder(changed(sample().builder.files()), tmp_path / "b")
    report = compared(first, second, quick=True)
    assert report.facts["relation"] == "differ"
    assert sorted(finding.code for finding in report.findings) == ["histories-differ", "root-mismatch"]


def test_without_a_key_nothing_shows_that_the_school_signed_both(tmp_path: Path) -> None:
    first, second = folder(longer(), tmp_path / "a"), folder(otherwise(), tmp_path / "b")
    assert main([str(first), "--against", str(second), "--quick"]) == 1


def test_another_schools_archive_continues_nothing(tmp_path: Path) -> None:
    other = Builder(key=Key("letopis.example/school/2"))
    other.school()
    report = compared(folder(sample().builder, tmp_path / "a"), folder(other, tmp_path / "b"))
    assert relation(report) == (None, ["other-log"])


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.write_bytes(b"PK")])
def test_something_that_is_no_archive_is_compared_with_nothing(make: Callable[[Path], object], tmp_path: Path) -> None:
    make(tmp_path / "b")
    report = compared(folder(sample().builder, tmp_path / "a"), tmp_path / "b")
    assert relation(report) == (None, [])
    assert report.verdict.value == "finding"
    assert [item.code for item in report.unchecked] == ["nothing-to-compare"]


def against_url(archive: Path, live: Builder, *options: str, paths: Files | None = None) -> int:
    with serving(paths or served(live)) as url:
        return main([str(archive), "--against-url", url, "--key", live.key.vkey, "--json", *options])


@pytest.mark.parametrize(
    ("live", "code", "relation_", "finding"),
    [
        (sample().builder, 0, "same", None),
        (longer(), 0, "continued", None),
        (otherwise(), 0, "continued", None),
    ],
)
def test_the_running_log_continues_the_archive(
    live: Builder, code: int, relation_: str, finding: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert against_url(folder(sample().builder, tmp_path / "a"), live) == code
    assert json.loads(capsys.readouterr().out)["facts"]["relation"] == relation_
    assert finding is None


@pytest.mark.parametrize(
    ("archived", "live", "codes"),
    [
        (longer(), sample().builder, ["log-behind-archive"]),
        (longer(), otherwise(), ["fork"]),
        (otherwise(), longer(), ["fork"]),
    ],
)
def test_a_running_log_that_lost_or_changed_entries_is_found(
    archived: Builder, live: Builder, codes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert against_url(folder(archived, tmp_path / "a"), live, "--quick") == 1
    assert [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]] == codes


def test_a_range_is_compared_with_the_running_log(tmp_path: Path) -> None:
    assert against_url(folder(longer(), tmp_path / "a", CUT), longer(), "--quick") == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda paths: paths.pop(f"tile/0/000.p/{SAMPLE_SIZE % 256}", None) or paths.pop("tile/0/000"), 1),
        (lambda paths: paths.update({"checkpoint": b"x"}), 1),
        (lambda paths: paths.pop("checkpoint"), 1),
    ],
)
def test_answers_that_are_no_log_are_found(
    change: Callable[[Files], object], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = served(sample().builder)
    change(paths)
    archive = folder(sample().builder, tmp_path / "a")
    assert against_url(archive, sample().builder, "--quick", paths=paths) == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_server_that_is_not_there_leaves_the_comparison_open(tmp_path: Path) -> None:
    archive = folder(sample().builder, tmp_path / "a")
    options = ["--against-url", "http://127.0.0.1:9/log", "--key", sample().builder.key.vkey]
    assert main([str(archive), *options]) == 3


@pytest.mark.parametrize("options", [["--quick"], ["--against", "no-such"], ["--against-url", "ftp://x"]])
def test_wrong_usage_ends_with_2(options: list[str], tmp_path: Path) -> None:
    assert main([str(folder(sample().builder, tmp_path / "a")), *options]) == 2


def test_one_thing_is_compared_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--against", ".", "--against-url", "http://x"]) == 2
    assert capsys.readouterr().err.startswith("verify: команда записана неверно, см. --help / ")

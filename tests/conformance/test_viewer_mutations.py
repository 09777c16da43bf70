"""The page's verifier and the one in Python, which share no line, find the same in every archive of the corpora.

Compared are the codes that the page claims (docs/archive.md). What a mutation must give is asked of the verifier in Python
elsewhere (test_verifier_mutations.py), so here only the archive is made, and the page judges it. Of mutations that are
none of the page's business one in eight shows that it stays silent.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import tests.conformance.test_verifier_mutations  # (all mutations register themselves)
import tests.verify_extract_forgeries
import tests.verify_pair_mutations
from tests.verify_archive import sample, write_folder
from tests.verify_backdating_forgeries import backdated
from tests.verify_extract_forgeries import extract_of, graded_extract
from tests.verify_extracts import Extract, of_one_result
from tests.verify_final_forgeries import over_years
from tests.verify_journal_forgeries import finished
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from tests.verify_reopening_forgeries import asked
from tests.verify_results import graded
from tests.verify_weight_forgeries import weighed
from tests.viewer_browser import OpenedPage, page_of_bytes
from verify.against import compare_archives
from verify.archive import Pinned, verify_archive
from verify.deadlines import Deadlines
from verify.disclosures import NAMES, NAMES_BY_TYPE
from verify.earlier import Earlier
from verify.extract_against import verify_against
from verify.extract_findings import LIMITS
from verify.findings import FINDINGS, Place, Report
from verify.unchecked import UNCHECKED

PAGE = (Path(__file__).parents[2] / "docs" / "archive.md").read_text(encoding="utf-8")
CODE = r"`([a-z]+(?:-[a-z]+)*)`"
SAID = PAGE.partition("| codes |")[2].partition("| not checked |")[0]
OF_EXTRACTS = set(re.findall(CODE, SAID.partition("| of [an extract]")[2]))
CLAIMED = set(re.findall(CODE, SAID.partition("| of [an extract]")[0]))
OF_ARCHIVES = [mutation for mutation in MUTATIONS if not mutation.name.startswith(("extract_", "beside_"))]
BESIDE = [mutation for mutation in MUTATIONS if mutation.name.startswith("beside_")]
EXTRACTS = [mutation for mutation in MUTATIONS if mutation.name.startswith("extract_")]
OTHERS = [mutation for mutation in OF_ARCHIVES if not mutation.codes & CLAIMED]
COMPARED = [mutation for mutation in OF_ARCHIVES if mutation.codes & CLAIMED] + OTHERS[::8]

# Where the two differ in what they find, and why.
APART = {
    # An entry that is there twice: each verifier lets what corrects it stand for another of the two.
    "inserted_entry": {
        *(
            "index-gap",
            "prev-mismatch",
            "version-gap",
            "size-mismatch",
            "recorded-twice",
            "at-backwards",
            "table-row-missing",
        ),
        "table-cell",
    },
    # Deeper than a folder may be there are only folders, and a browser hands over files.
    "folders_too_deep": set(),
    # What is no plain file a browser does not hand over: of a link it lacks the file.
    "link_to_a_file": {"manifest-missing", "bag-oxum", "table-missing"},
    "link_to_a_folder": set(),
    "named_pipe": set(),
    # The page takes no earlier checkpoint.
    "old_checkpoint_signed_by_another_key": set(),
}


def extract_of_the_sample(scope: str) -> Extract:
    return extract_of(sample(), scope)


def extract_with_results(scope: str) -> Extract:
    if scope == "entries":
        b = graded().b
        return of_one_result(b, next(e["index"] for e in b.entries if e["type"] == "period_mark_recorded/1"))
    return graded_extract(scope)[1]


class Judged:
    """What `verify_archive` would have been asked, instead of its answer."""

    def __init__(self) -> None:
        self.asked: list[tuple[Path, Pinned]] = []
        self.compared: list[tuple[Path, Path, Pinned]] = []

    def __call__(self, path: Path, by: Pinned, **_also: object) -> Report:
        self.asked.append((path, by))
        return Report()

    def compare(self, first: Path, second: Path, by: Pinned, **_also: object) -> Report:
        """What `compare_archives` would have been asked."""
        self.compared.append((first, second, by))
        return Report()


@pytest.fixture(scope="module")
def judged() -> Iterator[Judged]:
    """Every module that makes mutations asks this instead of the verifier."""
    judged = Judged()
    with pytest.MonkeyPatch.context() as patched:
        for name, module in list(sys.modules.items()):
            if name.startswith("tests.verify_") and getattr(module, "verify_archive", None) is verify_archive:
                patched.setattr(module, "verify_archive", judged)
        patched.setattr(tests.verify_pair_mutations, "compare_archives", judged.compare)
        patched.setattr(tests.verify_extract_forgeries, "verify_against", judged.compare)
        yield judged


@pytest.fixture(scope="module")
def page(chromium: Browser, viewer_file: Path) -> Iterator[OpenedPage]:
    with page_of_bytes(chromium, viewer_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def claimed(page: OpenedPage) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = page.page.evaluate("Letopis.CLAIMED")
    return codes


def archive_at(path: Path) -> dict[str, bytes] | bytes:
    """What a browser hands over of what was picked."""
    return path.read_bytes() if path.is_file() else files_of(path)


def files_of(folder: Path) -> dict[str, bytes]:
    """What a browser hands over of a folder: plain files."""
    plain = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in plain}


Placed = list[tuple[str, str]]
"""Findings by code and place; what was expected and found each verifier says in its own words."""


def on_the_page(answer: dict[str, Any]) -> Placed:
    return sorted((each["code"], str(Place(**each["place"]))) for each in answer["findings"])


def in_python(report: Report, claimed: set[str] = CLAIMED) -> Placed:
    """What the verifier in Python finds, of the codes that the page claims; at which byte a JSON breaks it alone says."""
    placed = (
        (each.code, replace(each.place, offset=None) if each.code == "entry-not-json" else each.place)
        for each in report.findings
    )
    return sorted((code, str(place)) for code, place in placed if code in claimed)


@pytest.mark.parametrize("mutation", COMPARED, ids=lambda mutation: mutation.name)
def test_finds_what_the_verifier_in_python_finds(
    mutation: Mutation, judged: Judged, page: OpenedPage, tmp_path: Path
) -> None:
    judged.asked.clear()
    judged.compared.clear()
    mutation.run(tmp_path)
    for first, second, by in judged.compared:
        answer = page.compare({path.name: archive_at(path) for path in (first, second)}, by.key)
        assert on_the_page(answer) == in_python(compare_archives(first, second, by))
        return
    if not judged.asked or not (judged.asked[0][0].is_dir() or judged.asked[0][0].is_file()):
        pytest.skip("no archive")
    path, by = judged.asked[0]
    earlier = by.earlier.paths if isinstance(by.earlier, Earlier) else ()
    answer = page.verify(archive_at(path), by.key, path.name, {one.name: archive_at(one) for one in earlier})
    if mutation.name not in APART:
        assert on_the_page(answer) == in_python(verify_archive(path, by, deadlines=Deadlines()))
    codes = {finding["code"] for finding in answer["findings"]}
    assert codes == APART.get(mutation.name, mutation.codes & CLAIMED), answer["findings"]
    assert answer["verdict"] == "finding" or not codes


@pytest.mark.parametrize("mutation", EXTRACTS, ids=lambda mutation: mutation.name)
def test_finds_in_an_extract_what_the_verifier_in_python_finds(
    mutation: Mutation, judged: Judged, page: OpenedPage, tmp_path: Path
) -> None:
    judged.asked.clear()
    mutation.run(tmp_path)
    ((path, by),) = judged.asked
    answer = page.verify(archive_at(path), by.key, path.name)
    report = verify_archive(path, by)
    assert on_the_page(answer) == in_python(report, CLAIMED | OF_EXTRACTS)
    assert {code for code, _ in on_the_page(answer)} == mutation.codes, report.findings
    assert [(limit["code"], limit["detail"]) for limit in answer["limits"]] == [
        (limit.code, limit.detail) for limit in report.limits
    ]


@pytest.mark.parametrize("mutation", BESIDE, ids=lambda mutation: mutation.name)
def test_finds_beside_an_archive_what_the_verifier_in_python_finds(
    mutation: Mutation, judged: Judged, page: OpenedPage, tmp_path: Path
) -> None:
    judged.compared.clear()
    mutation.run(tmp_path)
    ((extract, archive, by),) = judged.compared
    answer = page.compare({path.name: archive_at(path) for path in (extract, archive)}, by.key)
    assert on_the_page(answer) == in_python(verify_against(extract, archive, by), CLAIMED | OF_EXTRACTS)
    assert {code for code, _ in on_the_page(answer)} == mutation.codes


def test_an_archive_shows_that_the_streams_of_an_extract_end(page: OpenedPage) -> None:
    extract = extract_of_the_sample("student")
    pair = {"extract": extract.files(), "archive": extract.b.files()}
    for both in (pair, dict(reversed(pair.items()))):
        answer = page.compare(dict(both), pinned(extract.b).key)
        assert (answer["verdict"], answer["findings"], answer["unchecked"]) == ("verified", [], [])
        assert "extract-ends" not in {limit["code"] for limit in answer["limits"]}
        assert answer["facts"]["against"] == len(extract.lines)
    answer = page.compare({"extract": extract.files(), "archive": extract.b.files(start=33)}, pinned(extract.b).key)
    assert answer["verdict"] == "incomplete"


@pytest.mark.parametrize("scope", ["class", "student", "entries"])
@pytest.mark.parametrize("make", [extract_of_the_sample, extract_with_results])
def test_verifies_an_extract_that_nobody_changed(make: Any, scope: str, page: OpenedPage) -> None:
    extract = make(scope)
    answer = page.verify(extract.files(), pinned(extract.b).key)
    assert (answer["verdict"], answer["findings"], answer["unchecked"]) == ("verified", [], [])
    assert answer["facts"]["entries"] == len(extract.indexes)
    assert "extract-part" in {limit["code"] for limit in answer["limits"]}


@pytest.mark.parametrize(
    "make", [sample, graded, weighed, over_years, finished, asked, backdated], ids=lambda make: make.__name__
)
def test_verifies_what_nobody_changed(make: Any, page: OpenedPage) -> None:
    builder = getattr(made := make(), "builder", None) or made.b
    key = pinned(builder).key
    answer = page.verify(builder.files(), key)
    assert (answer["verdict"], answer["findings"], answer["unchecked"]) == ("verified", [], [])
    assert answer["facts"]["entries"] == len(builder.entries)


def test_reads_the_register_of_paper_as_a_form(page: OpenedPage, tmp_path: Path) -> None:
    builder = sample().builder
    builder.issue("papers")
    files, by = builder.files(), pinned(builder)
    assert verify_archive(write_folder(files, tmp_path / "archive"), by).findings == []
    answer = page.verify(files, by.key)
    assert (answer["verdict"], answer["findings"]) == ("verified", [])


PAUSES = """async (sent) => {
  const [picked, key, rounds, slow] = JSON.parse(sent);
  const { setTimeout } = window;
  const seen = { pauses: 0 };
  let left = slow;
  const read = () => { for (const until = performance.now() + 41; left && performance.now() < until; ); left -= left && 1; };
  window.setTimeout = (...given) => (seen.pauses++, setTimeout(...given));
  const begun = performance.now();
  for (let at = 0; at < rounds; at++) await Letopis.verifyArchive(asPicked(picked), asKey(key), read, []);
  window.setTimeout = setTimeout;
  return { ...seen, ms: performance.now() - begun };
}"""
"""Verifies an archive so many times, and takes long over the first pieces that are read."""


def test_pauses_to_draw_itself_by_the_time_and_not_by_the_file(page: OpenedPage) -> None:
    """A browser makes a pause last 4 ms: one for each of an archive's many small files was nine tenths of the wait."""
    builder = sample().builder
    files, key = builder.files(), pinned(builder).key
    assert len(files) > 40
    page.verify(files, key)
    assert key is not None
    sent = [page._picked(files, "bag"), [key.name, key.key_id.hex(), key.public_key.hex()]]
    seen = page.page.evaluate(PAUSES, json.dumps([*sent, 20, 0]))
    assert seen["pauses"] <= seen["ms"] / 40
    assert page.page.evaluate(PAUSES, json.dumps([*sent, 1, 3]))["pauses"] >= 3


def test_never_verifies_without_a_key(page: OpenedPage) -> None:
    answer = page.verify(sample().builder.files(), None)
    assert (answer["verdict"], [item["code"] for item in answer["unchecked"]]) == ("incomplete", ["no-key"])


def test_never_verifies_a_range_that_begins_later(page: OpenedPage) -> None:
    builder = sample().builder
    for start, tables in ((1, False), (2, True), (7, False), (32, False), (33, True)):
        answer = page.verify(builder.files(start, tables=tables), pinned(builder).key)
        assert (start, answer["findings"], answer["facts"]["rows"] > 0) == (start, [], tables)
        unchecked = ["before-range", *(["tables-by-form"] if tables else [])]
        assert (answer["verdict"], [item["code"] for item in answer["unchecked"]]) == ("incomplete", unchecked)


def test_finds_nothing_in_a_range_that_lacks_what_its_entries_rest_on(page: OpenedPage) -> None:
    builder = finished().b
    for start in range(1, len(builder.entries), 9):
        answer = page.verify(builder.files(start), pinned(builder).key)
        assert (start, answer["findings"], answer["verdict"]) == (start, [], "incomplete")


def test_an_entry_of_an_unknown_type_in_an_extract_is_incomplete(page: OpenedPage) -> None:
    b = sample().builder
    b.add("lesson", b.uuid(), "balloon_flown", student=b.uuid())
    extract = Extract(b, "entries", "", [0, len(b.entries) - 1])
    answer = page.verify(extract.files(), pinned(b).key)
    assert (answer["verdict"], [item["code"] for item in answer["unchecked"]]) == ("incomplete", ["unknown-type"])


def test_never_verifies_an_extract_without_a_key(page: OpenedPage) -> None:
    extract = extract_of(sample(), "entries")
    answer = page.verify(extract.files(), None)
    assert (answer["verdict"], [item["code"] for item in answer["unchecked"]]) == ("incomplete", ["no-key"])


def test_says_codes_as_the_list_of_findings_does(page: OpenedPage, claimed: dict[str, list[str]]) -> None:
    of_extracts = page.page.evaluate("Letopis.CLAIMED_OF_EXTRACTS")
    same = {code: (list(FINDINGS[code]), meaning) for code, meaning in (claimed | of_extracts).items()}
    assert all(listed == said for listed, said in same.values()), same
    assert {code: list(LIMITS[code]) for code in LIMITS} == page.page.evaluate("Letopis.LIMITS")
    unchecked = page.page.evaluate("Object.keys(Letopis.UNCHECKED)")
    assert set(unchecked) - {"no-crypto", "entry-unread"} <= UNCHECKED.keys()


def test_knows_what_entries_disclose(page: OpenedPage) -> None:
    assert set(page.page.evaluate("[...Letopis.DISCLOSED_NAMES]")) == NAMES
    by_type = {name.encode(): set(names) for name, names in page.page.evaluate("Letopis.NAMES_OF").items()}
    assert by_type == NAMES_BY_TYPE


def test_claims_what_its_documentation_says(page: OpenedPage, claimed: dict[str, list[str]]) -> None:
    assert claimed.keys() == CLAIMED
    assert set(page.page.evaluate("Object.keys(Letopis.CLAIMED_OF_EXTRACTS)")) == OF_EXTRACTS


def test_every_claimed_code_is_given_by_a_mutation(claimed: dict[str, list[str]]) -> None:
    assert claimed.keys() <= {code for mutation in MUTATIONS for code in mutation.codes}
    assert {code for mutation in (*EXTRACTS, *BESIDE) for code in mutation.codes} >= OF_EXTRACTS

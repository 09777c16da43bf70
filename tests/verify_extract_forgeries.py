"""Lies about extracts (log-format.md section 7a), each with the codes of the findings that it must give."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.verify_archive import Files, Sample, canonical, manifested, sample, write_folder
from tests.verify_extracts import Extract, of_class, of_student
from tests.verify_mutations import MUTATIONS, Mutation, pinned
from tests.verify_results import (
    Graded,
    bad_mark_left_out,
    computed_mark_that_is_better,
    entry_that_a_correction_replaced,
    graded,
    mark_recorded_just_before,
    rules_that_are_none,
    rules_that_others_replaced,
    sum_that_is_greater,
    weight_that_is_less,
)
from verify.archive import verify_archive
from verify.extract_against import verify_against
from verify.findings import Report

CLAIM = "data/extract.json"
ENTRIES, PROOF = "data/log/entries.jsonl", "data/log/proof"
DISCLOSURES = "data/log/disclosures.jsonl"
MARKS = "data/tables/marks.csv"


def extract_of(school: Sample, scope: str) -> Extract:
    b = school.builder
    if scope == "class":
        return Extract(b, scope, school.group, of_class(b.entries, school.group))
    if scope == "student":
        return Extract(b, scope, school.students[0], of_student(b.entries, school.students[0]))
    named = next(entry["index"] for entry in b.entries if entry["type"] == "person_registered/1")
    return Extract(b, scope, "", [0, 1, named - 1, named, len(b.entries) - 1])


def judge(extract: Extract, files: Files, folder: Path) -> Report:
    return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(extract.b))


def forged(scope: str, *codes: str) -> Callable[[Callable[[Extract], None]], object]:
    """Register a lie that is told before an extract is sealed."""

    def register(change: Callable[[Extract], None]) -> object:
        def run(folder: Path) -> Report:
            extract = extract_of(sample(), scope)
            change(extract)
            return judge(extract, extract.files(), folder)

        MUTATIONS.append(Mutation(f"extract_{change.__name__}", frozenset(codes), run))
        return change

    return register


def tampered(scope: str, *codes: str) -> Callable[[Callable[[Files], None]], object]:
    """Register a change of an extract's files, with manifests made again."""

    def register(change: Callable[[Files], None]) -> object:
        def run(folder: Path) -> Report:
            extract = extract_of(sample(), scope)
            files = extract.files()
            change(files)
            return judge(extract, files, folder)

        MUTATIONS.append(Mutation(f"extract_{change.__name__}", frozenset(codes), run))
        return change

    return register


def chosen(extract: Extract, indexes: list[int]) -> None:
    """Seal the extract anew over other entries, honestly as to proof and count."""
    again = Extract(extract.b, extract.scope, extract.of, sorted(indexes))
    extract.indexes, extract.proof, extract.disclosed = again.indexes, again.proof, again.disclosed
    extract.claim["entries"] = len(again.indexes)


def last_of(extract: Extract, event: str, **data: Any) -> int:
    return next(
        int(entry["index"])
        for entry in reversed(extract.b.entries)
        if entry["type"] == event and data.items() <= entry["data"].items()
    )


# The proof.


@tampered("student", "proof-mismatch")
def hash_changed(files: Files) -> None:
    files[PROOF] = files[PROOF].translate(bytes.maketrans(b"0", b"1"))


@tampered("student", "proof-malformed")
def hash_missing(files: Files) -> None:
    files[PROOF] = files[PROOF].partition(b"\n")[2]


@tampered("entries", "proof-malformed")
def hash_too_many(files: Files) -> None:
    files[PROOF] += files[PROOF][:65]


@tampered("entries", "proof-malformed")
def huge_proof(files: Files) -> None:
    files[PROOF] = b"0" * 64 * 30_000 + b"\n"


@tampered("entries", "bag-file-missing")
def no_proof(files: Files) -> None:
    del files[PROOF]


@tampered("entries", "bag-file-missing", "extract-claim", "disclosure-not-committed")
def no_entries(files: Files) -> None:
    del files[ENTRIES]


@forged("entries", "proof-mismatch")
def another_entry_at_its_place(extract: Extract) -> None:
    index = extract.indexes[2]
    entry = json.loads(extract.lines[index])
    entry["command"] = extract.b.uuid()
    extract.lines[index] = canonical(entry)
    # The next one names it: the chain inside the extract is broken too, unless that is left out.
    extract.indexes.remove(index + 1)
    chosen(extract, extract.indexes)
    extract.lines[index] = canonical(entry)


@forged("student", "prev-mismatch", "proof-mismatch")
def mark_changed_and_shown_as_it_was_not(extract: Extract) -> None:
    index = next(
        index
        for index in extract.indexes
        if extract.b.entries[index]["type"] == "mark_recorded/1" and index + 1 in extract.indexes
    )
    entry = json.loads(extract.lines[index])
    entry["actor"]["role"] = "deputy"
    extract.lines[index] = canonical(entry)


@tampered("entries", "extract-order", "extract-claim")
def entries_swapped(files: Files) -> None:
    first, second, *rest = files[ENTRIES].splitlines(keepends=True)
    files[ENTRIES] = b"".join([second, first, *rest])


@tampered("entries", "extract-order", "extract-claim")
def entry_twice(files: Files) -> None:
    first, *rest = files[ENTRIES].splitlines(keepends=True)
    files[ENTRIES] = b"".join([first, first, *rest])


@tampered("entries", "extract-order", "extract-claim")
def index_beyond_the_tree(files: Files) -> None:
    last = json.loads(files[ENTRIES].splitlines()[-1])
    last["index"] += 1
    files[ENTRIES] += canonical(last) + b"\n"


@tampered("entries", "entry-not-json", "proof-malformed")
def entry_broken(files: Files) -> None:
    *rest, last = files[ENTRIES].splitlines(keepends=True)
    files[ENTRIES] = b"".join([*rest, last[:50] + b"\n"])


# What it says of itself.


@forged("entries", "extract-claim")
def another_size(extract: Extract) -> None:
    extract.claim["size"] += 1


@forged("student", "extract-claim")
def another_origin(extract: Extract) -> None:
    extract.claim["origin"] = "letopis.example/school/1"


@forged("entries", "extract-claim")
def fewer_entries_than_it_says(extract: Extract) -> None:
    extract.claim["entries"] += 1


@forged("entries", "extract-claim")
def nothing_opens_the_school(extract: Extract) -> None:
    chosen(extract, extract.indexes[1:])


@forged("entries", "extract-claim", "extract-incomplete")
def single_entries_claim_a_stream(extract: Extract) -> None:
    extract.claim["complete"] = [["lesson/" + extract.b.uuid(), 1, 1]]


@tampered("entries", "extract-malformed")
def claim_not_canonical(files: Files) -> None:
    files[CLAIM] = files[CLAIM].replace(b",", b", ", 1)


@tampered("class", "extract-malformed")
def claim_not_json(files: Files) -> None:
    files[CLAIM] = b"{" * 100 + b"\n"


@tampered("class", "extract-malformed")
def claim_with_another_field(files: Files) -> None:
    files[CLAIM] = files[CLAIM].replace(b'{"complete"', b'{"all":true,"complete"')


@forged("student", "extract-malformed")
def claim_with_a_stream_twice(extract: Extract) -> None:
    extract.claim["complete"].insert(0, extract.claim["complete"][0])


@tampered("entries", "bag-info")
def info_of_another_student(files: Files) -> None:
    files["bag-info.txt"] = files["bag-info.txt"].replace(b"Letopis-Extract: entries", b"Letopis-Extract: class")


@tampered("entries", "bag-file-unexpected")
def file_of_an_archive(files: Files) -> None:
    files["data/log/entries-000000000000.jsonl"] = b""


@tampered("entries", "table-unexpected")
def tables_of_single_entries(files: Files) -> None:
    files[MARKS] = b"\xef\xbb\xbf"


# How much it claims.


@forged("class", "extract-incomplete")
def claims_more_versions(extract: Extract) -> None:
    extract.claim["complete"][0][1] += 1


@forged("class", "extract-incomplete")
def does_not_say_that_a_stream_is_whole(extract: Extract) -> None:
    extract.claim["complete"] = [end for end in extract.claim["complete"] if not end[0].startswith("control/")]


@forged("class", "extract-incomplete")
def leaves_an_entry_of_a_stream_out(extract: Extract) -> None:
    chosen(
        extract, [i for i in extract.indexes if i != last_of(extract, "control_check_recorded/1", held_on="2026-09-30")]
    )


@forged("class", "extract-incomplete")
def leaves_a_lessons_last_entry_out(extract: Extract) -> None:
    """Whoever claims less of a lesson than a closing commits to is found."""
    closing = extract.closings[max(extract.closings)]
    _, stream, version, index = next(leaf for leaf in closing["leaves"] if leaf[2] > 1 and _is_last(extract, leaf))
    ends = {end[0]: end for end in extract.claim["complete"]}
    before = max(e["index"] for e in extract.b.entries if e["stream"] == stream and e["version"] == version - 1)
    ends[stream][1:] = [version - 1, before]
    chosen(extract, [i for i in extract.indexes if i != index])


def _is_last(extract: Extract, closed: list[Any]) -> bool:
    """Whether a lesson has nothing behind what a closing commits to, and ends with what no table shows."""
    _, stream, version, index = closed
    later = any(e["stream"] == stream and e["version"] > version for e in extract.b.entries)
    return not later and extract.b.entries[index]["type"] in (
        "homework_assigned/1",
        "work_recorded/1",
        "attendance_taken/1",
        "homework_corrected/1",
        "lesson_corrected/1",
        "substitution_recorded/1",
        "substitution_corrected/1",
    )


@forged("class", "closing-mismatch")
def closing_without_a_lesson_of_the_class(extract: Extract) -> None:
    """A lesson that is here is passed over in the closing's proof, which is right otherwise."""
    index = max(extract.closings)
    whole = extract.closing
    stream = extract.closings[index]["leaves"][0][1]
    hidden = [i for i in extract.indexes if extract.b.entries[i]["stream"] != stream]
    kept, extract.indexes = extract.indexes, hidden
    extract.closings[index] = whole(index)
    extract.indexes = kept


@forged("class", "closing-mismatch")
def closing_with_another_end(extract: Extract) -> None:
    closing = extract.closings[max(extract.closings)]
    leaf = next(leaf for leaf in closing["leaves"] if leaf[2] > 1)
    leaf[2] -= 1


@forged("class", "proof-malformed")
def closing_with_a_hash_too_many(extract: Extract) -> None:
    extract.closings[max(extract.closings)]["hashes"].append("00" * 32)


@forged("class", "closing-mismatch")
def closing_with_a_leaf_beyond(extract: Extract) -> None:
    extract.closings[max(extract.closings)]["leaves"][-1][0] += 1_000


@forged("class", "extract-malformed")
def closing_out_of_order(extract: Extract) -> None:
    extract.closings[max(extract.closings)]["leaves"].reverse()


@forged("class", "bag-file-missing")
def closing_without_its_file(extract: Extract) -> None:
    del extract.closings[max(extract.closings)]


@forged("student", "bag-file-unexpected")
def closing_of_a_student(extract: Extract) -> None:
    extract.closings[5] = {"hashes": [], "leaves": []}


# Whom and what it is of.


@forged("student", "extract-scope", "table-cell")
def mark_of_a_classmate(extract: Extract) -> None:
    """The mark is proven to be in the log, and is nobody's business; without the classmate's name and corrections."""
    chosen(extract, [*extract.indexes, next(i for i, e in enumerate(extract.b.entries) if _is_anothers(extract, e))])


def _is_anothers(extract: Extract, entry: dict[str, Any]) -> bool:
    return bool(entry["type"] == "mark_recorded/1" and entry["data"]["student"] != extract.of)


@forged("student", "extract-scope")
def classmate_disclosed(extract: Extract) -> None:
    other = next(
        e["index"]
        for e in extract.b.entries
        if e["type"] == "person_registered/1" and e["data"]["kind"] == "student" and extract.of not in e["stream"]
    )
    chosen(extract, [*extract.indexes, other])


@forged("student", "extract-scope", "extract-incomplete")
def certificate_of_a_classmate(extract: Extract) -> None:
    other = next(
        e["index"]
        for e in extract.b.entries
        if e["stream"].startswith("certificate/") and extract.of not in e["stream"]
    )
    chosen(extract, [*extract.indexes, other])


@forged("class", "extract-scope")
def duty_in_a_class(extract: Extract) -> None:
    stream = next(e["stream"] for e in extract.b.entries if e["type"] == "duty_assigned/1")
    chosen(extract, [*extract.indexes, *(e["index"] for e in extract.b.entries if e["stream"] == stream)])
    extract.claim["complete"] = sorted([*extract.claim["complete"], *_ends(extract, stream)])


def _ends(extract: Extract, stream: str) -> list[list[Any]]:
    return [[stream, e["version"], e["index"]] for e in extract.b.entries if e["stream"] == stream][-1:]


@forged("class", "extract-scope")
def guardian_in_a_class(extract: Extract) -> None:
    consent = next(e["index"] for e in extract.b.entries if e["type"] == "delivery_consent_given/1")
    chosen(extract, [*extract.indexes, consent])


@tampered("student", "disclosure-not-committed")
def disclosure_of_an_entry_that_is_not_here(files: Files) -> None:
    lines = files[DISCLOSURES].splitlines()
    value = json.loads(lines[0])
    value["index"] = 10**9
    files[DISCLOSURES] = b"\n".join([*lines[1:], canonical(value)]) + b"\n"


# Tables.


@tampered("student", "table-cell")
def mark_in_the_table_alone(files: Files) -> None:
    assert b";4;" in files[MARKS]
    files[MARKS] = files[MARKS].replace(b";4;", b";5;", 1)


@tampered("class", "table-missing")
def no_table(files: Files) -> None:
    del files[MARKS]


@tampered("class", "table-row-extra")
def row_of_an_entry_that_is_not_here(files: Files) -> None:
    head, *rows = files[MARKS].split(b"\r\n")
    files[MARKS] = b"\r\n".join([head, b"1" + rows[0][rows[0].index(b";") :], *rows])


@tampered("class", "table-bytes")
def row_in_quotes_that_it_needs_not(files: Files) -> None:
    head, first, rest = files[MARKS].split(b"\r\n", 2)
    index, _, cells = first.partition(b";")
    files[MARKS] = b"\r\n".join([head, b'"%b";%b' % (index, cells), rest])


# Beside an archive.


def beside(*codes: str) -> Callable[[Callable[[Extract], Files | None]], object]:
    """Register a difference between an extract and the archive it is compared with; returns the archive's files."""

    def register(change: Callable[[Extract], Files | None]) -> object:
        def run(folder: Path) -> Report:
            extract = extract_of(sample(), "student")
            files = change(extract) or extract.b.files()
            archive = write_folder(files, folder / "archive")
            return verify_against(write_folder(extract.files(), folder / "bag"), archive, pinned(extract.b))

        MUTATIONS.append(Mutation(f"beside_{change.__name__}", frozenset(codes), run))
        return change

    return register


@beside("against-differs", "old-root-mismatch")
def another_history(extract: Extract) -> Files:
    forked = sample().builder
    index = extract.indexes[-1]
    forked.entries[index]["command"] = forked.uuid()
    return forked.files()


@beside("extract-incomplete")
def a_stream_goes_on(extract: Extract) -> None:
    """The extract claims less than the log has: by itself it cannot be told."""
    ends = {end[0]: end for end in extract.claim["complete"]}
    stream = f"person/{extract.of}"
    versions = [e["index"] for e in extract.b.entries if e["stream"] == stream]
    ends[stream][1:] = [len(versions) - 1, versions[-2]]
    chosen(extract, [index for index in extract.indexes if index != versions[-1]])


# Results and what they were computed from.


def graded_extract(scope: str, student: int = 1) -> tuple[Graded, Extract]:
    """Of the graded school's class, or of Maria: her quarter's, year's and final mark, her examination."""
    g = graded()
    of = g.school.group if scope == "class" else g.school.students[student]
    choose = of_class if scope == "class" else of_student
    return g, Extract(g.b, scope, of, choose(g.b.entries, of))


def results_forged(scope: str, *codes: str) -> Callable[[Callable[[Files], None]], object]:
    """Register a change of the files of an extract with results, with manifests made again."""

    def register(change: Callable[[Files], None]) -> object:
        def run(folder: Path) -> Report:
            _, extract = graded_extract(scope)
            files = extract.files()
            change(files)
            return judge(extract, files, folder)

        MUTATIONS.append(Mutation(f"extract_{change.__name__}", frozenset(codes), run))
        return change

    return register


def _other(files: Files, name: str, old: bytes, new: bytes) -> None:
    file = f"data/tables/{name}.csv"
    assert old in files[file], files[file].decode()
    files[file] = files[file].replace(old, new, 1)


@results_forged("student", "table-cell")
def a_better_result(files: Files) -> None:
    _other(files, "results", b";9;2;", b";10;2;")


@results_forged("class", "table-cell")
def another_reason_of_a_correction(files: Files) -> None:
    _other(files, "result_corrections", "апелляция".encode(), "описка".encode())


@results_forged("class", "table-missing")
def results_without_their_corrections(files: Files) -> None:
    del files["data/tables/result_corrections.csv"]


@results_forged("student", "table-row-missing")
def a_result_left_out_of_its_table(files: Files) -> None:
    head, *rows = files["data/tables/results.csv"].split(b"\r\n")
    files["data/tables/results.csv"] = b"\r\n".join([head, *rows[1:]])


def inputs_forged(name: str, scope: str, inputs: Callable[[Graded], list[int]]) -> None:
    """Register a final mark of Maria that says it was computed from other entries, sealed and signed as if it were right."""

    def run(folder: Path) -> Report:
        g = graded()
        final = next(e for e in g.b.entries if e["type"] == "final_mark_recorded/1" and len(e["data"]["inputs"]) == 2)
        listed = sorted(inputs(g))
        final["data"]["inputs"] = listed
        g.rows[final["index"]][12] = " ".join(map(str, listed))
        of = g.school.group if scope == "class" else g.school.students[1]
        extract = Extract(g.b, scope, of, (of_class if scope == "class" else of_student)(g.b.entries, of))
        return judge(extract, extract.files(), folder)

    MUTATIONS.append(Mutation(f"extract_{name}", frozenset({"result-inputs"}), run))


inputs_forged("inputs_of_another_student", "class", lambda g: [g.marks[0]])
inputs_forged("inputs_that_are_no_marks", "class", lambda g: [g.rule])
inputs_forged("inputs_that_are_not_there", "student", lambda g: [g.marks[0]])


def recounted(change: Callable[[Graded], None], code: str, scope: str, student: int = 0) -> None:
    """Register what happened otherwise, signed as if it were right, of which an extract is made: it computes again."""

    def run(folder: Path) -> Report:
        g = graded()
        change(g)
        of = g.school.group if scope == "class" else g.school.students[student]
        extract = Extract(g.b, scope, of, (of_class if scope == "class" else of_student)(g.b.entries, of))
        return judge(extract, extract.files(), folder)

    MUTATIONS.append(Mutation(f"extract_of_a_{scope}_with_{change.__name__}", frozenset({code}), run))


for of_what in ("class", "student"):
    recounted(computed_mark_that_is_better, "result-computed", of_what)
    recounted(sum_that_is_greater, "result-computed", of_what)
    recounted(weight_that_is_less, "result-computed", of_what, 1)
    recounted(bad_mark_left_out, "result-inputs", of_what)
    recounted(entry_that_a_correction_replaced, "result-inputs", of_what, 1)
    recounted(mark_recorded_just_before, "result-inputs", of_what, 4)
    recounted(rules_that_others_replaced, "result-rule", of_what, 4)
    recounted(rules_that_are_none, "result-rule", of_what, 4)


# What is blocked.


def blocked(change: Callable[[Sample], None], *codes: str) -> None:
    """Register a log in which values of the first student are blocked, of which an extract is made."""

    def run(folder: Path) -> Report:
        school = sample()
        change(school)
        extract = extract_of(school, "student")
        return judge(extract, extract.files(), folder)

    MUTATIONS.append(Mutation(f"extract_{change.__name__}", frozenset(codes), run))


def that_discloses_a_blocked_name(school: Sample) -> None:
    school.builder.block(school.students[0], fields=["family_name"])


def that_discloses_something_of_whom_all_is_blocked(school: Sample) -> None:
    school.builder.block(school.students[0])


def that_discloses_what_only_one_of_two_blocks_let_go(school: Sample) -> None:
    one = school.builder.block(school.students[0])
    school.builder.block(school.students[0])
    school.builder.unblock(one)


for story in (
    that_discloses_a_blocked_name,
    that_discloses_something_of_whom_all_is_blocked,
    that_discloses_what_only_one_of_two_blocks_let_go,
):
    blocked(story, "blocked-disclosed")


@forged("student", "extract-scope")
def block_of_another(extract: Extract) -> None:
    chosen(extract, [*extract.indexes, last_of(extract, "personal_data_blocked/1")])


@forged("class", "extract-scope", "extract-incomplete")
def block_in_a_class(extract: Extract) -> None:
    chosen(extract, [*extract.indexes, last_of(extract, "personal_data_blocked/1")])


# What is corrected.


def corrected(change: Callable[[dict[str, Any], Sample], None], *codes: str) -> None:
    """Register a log with a mark's correction that is wrong, signed as if it were right, of which an extract is made."""

    def run(folder: Path) -> Report:
        school = sample()
        change(next(e for e in school.builder.entries if e["type"] == "mark_corrected/1"), school)
        extract = extract_of(school, "class")
        return judge(extract, extract.files(), folder)

    MUTATIONS.append(Mutation(f"extract_{change.__name__}", frozenset(codes), run))


def of_a_value_that_did_not_stand(entry: dict[str, Any], _school: Sample) -> None:
    entry["data"]["old"] = "exempt"


def that_cites_no_mark(entry: dict[str, Any], school: Sample) -> None:
    entry["data"]["corrects"] = next(e["index"] for e in school.builder.entries if e["type"] == "lesson_recorded/1")


corrected(of_a_value_that_did_not_stand, "correction-old-value")
corrected(that_cites_no_mark, "correction-cites-nothing", "table-cell")

"""Named lies and accidents, each with the codes of the findings that it must give: no more and no fewer."""

import base64
import io
import os
import stat
import struct
import threading
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.verify_archive import (
    FIRST_TILE,
    SAMPLE_SIZE,
    Builder,
    Files,
    Key,
    Sample,
    canonical,
    edge,
    inclusion,
    leaf,
    manifested,
    root,
    sample,
    write_folder,
    write_zip,
)
from verify.archive import Pinned, verify_archive
from verify.findings import Report
from verify.note import VerifierKey, parse_checkpoint, parse_vkey
from verify.proof import verify_proof
from verify.tiles import Server, tile_path, verify_server

ENTRIES = "data/log/entries-000000000000.jsonl"
CHECKPOINT = "data/log/checkpoint"
DISCLOSURES = "data/log/disclosures.jsonl"
MARKS = "data/tables/marks.csv"


@dataclass(frozen=True)
class Mutation:
    name: str
    codes: frozenset[str]
    run: Callable[[Path], Report]


MUTATIONS: list[Mutation] = []


def pinned(builder: Builder, old: bytes | None = None) -> Pinned:
    before = None if old is None else parse_checkpoint(old)
    return Pinned(parse_vkey(builder.key.vkey), before, with_copies=True)


def mutation(*codes: str) -> Callable[[Callable[[Path], Report]], Callable[[Path], Report]]:
    def register(run: Callable[[Path], Report]) -> Callable[[Path], Report]:
        MUTATIONS.append(Mutation(run.__name__, frozenset(codes), run))
        return run

    return register


def bytes_changed(*codes: str, manifests: bool = True) -> Callable[[Callable[[Files], Files | None]], object]:
    """Register a change of a sealed archive's files; `manifests` are made again unless the change is to show there too."""

    def register(change: Callable[[Files], Files | None]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            files = builder.files()
            files = change(files) or files
            return verify_archive(
                write_folder(manifested(files) if manifests else files, folder / "bag"), pinned(builder)
            )

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def story(*codes: str) -> Callable[[Callable[[Sample], None]], object]:
    """Register a change of what happened, sealed and signed as if it were right: only the replay can tell."""

    def register(change: Callable[[Sample], None]) -> object:
        def run(folder: Path) -> Report:
            school = sample()
            change(school)
            return verify_archive(write_folder(school.builder.files(), folder / "bag"), pinned(school.builder))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def lines_changed(*codes: str, relinked: bool = False) -> Callable[[Callable[[list[bytes]], list[bytes]]], object]:
    """Register a change of entry lines; `relinked` seals and signs what results."""

    def register(change: Callable[[list[bytes]], list[bytes]]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            files, lines = builder.files(), change(builder.lines())
            files[ENTRIES] = b"".join(line + b"\n" for line in lines)
            if relinked:
                files[CHECKPOINT] = builder.key.checkpoint([leaf(line) for line in lines])
            return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(builder))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


def swap(raw: bytes, old: bytes, new: bytes) -> bytes:
    assert old in raw, old
    return raw.replace(old, new, 1)


# Bytes of the log.


@bytes_changed(
    "manifest-mismatch", "prev-mismatch", "root-mismatch", "correction-old-value", "table-cell", manifests=False
)
def flipped_mark_byte(files: Files) -> None:
    files[ENTRIES] = swap(files[ENTRIES], b'"value":"4"', b'"value":"2"')


@bytes_changed("prev-mismatch", "root-mismatch", "correction-old-value", "table-cell")
def flipped_mark_byte_with_new_manifests(files: Files) -> None:
    files[ENTRIES] = swap(files[ENTRIES], b'"value":"4"', b'"value":"2"')


@mutation("root-mismatch", "correction-old-value", "table-cell")
def recomputed_chain_without_key(folder: Path) -> Report:
    honest, forged = sample().builder, sample().builder
    next(entry for entry in forged.entries if entry["type"] == "mark_recorded/1")["data"]["value"] = "2"
    files = forged.files() | {CHECKPOINT: honest.files()[CHECKPOINT]}
    return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(honest))


@lines_changed("index-gap", "prev-mismatch", "version-gap", "size-mismatch", "table-row-extra")
def deleted_entry(lines: list[bytes]) -> list[bytes]:
    gone = next(i for i, line in enumerate(lines) if b"lateness_recorded" in line)
    return lines[:gone] + lines[gone + 1 :]


@lines_changed(
    "index-gap", "prev-mismatch", "version-gap", "size-mismatch", "recorded-twice", "at-backwards", "table-row-missing"
)
def inserted_entry(lines: list[bytes]) -> list[bytes]:
    mark = next(i for i, line in enumerate(lines) if b"mark_recorded" in line)
    return [*lines[: mark + 2], lines[mark], *lines[mark + 2 :]]


@lines_changed(
    "index-gap", "prev-mismatch", "version-gap", "root-mismatch", "at-backwards", "table-row-missing", "table-row-extra"
)
def swapped_entries(lines: list[bytes]) -> list[bytes]:
    mark = next(i for i, line in enumerate(lines) if b"mark_recorded" in line)
    lines[mark], lines[mark + 1] = lines[mark + 1], lines[mark]
    return lines


@lines_changed("size-mismatch", "table-row-extra")
def truncated_tail(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


@lines_changed("prev-mismatch", relinked=True)
def prev_that_is_in_the_tree_but_not_the_chain(lines: list[bytes]) -> list[bytes]:
    at = lines[-1].index(b'"prev":"') + 8
    return [*lines[:-1], lines[-1][:at] + b"0" * 64 + lines[-1][at + 64 :]]


def respell(change: Callable[[bytes], bytes], at: int = -1) -> Callable[[list[bytes]], list[bytes]]:
    def changed(lines: list[bytes]) -> list[bytes]:
        lines[at] = change(lines[at])
        return lines

    return changed


def spelling(name: str, change: Callable[[bytes], bytes], *codes: str) -> None:
    """Register another spelling of the last entry, sealed and signed."""
    function = respell(change)
    function.__name__ = name
    lines_changed(*codes, relinked=True)(function)


_unread = ("table-row-extra",)
spelling("spaces_in_an_entry", lambda line: line.replace(b'"work":', b'"work": '), "entry-not-canonical")
spelling("carriage_return", lambda line: line + b"\r", "entry-not-canonical")
spelling(
    "keys_in_another_order",
    lambda line: b"{" + line[line.index(b'"at"') : -1] + b"," + line[1 : line.index(b',"at"')] + b"}",
    "entry-not-canonical",
)
spelling("escape_that_is_not_needed", lambda line: line.replace(b"teacher", b"te\\u0061cher"), "entry-not-canonical")
spelling("duplicate_key", lambda line: line[:-1] + b',"version":3}', "entry-not-json", *_unread)
spelling("float", lambda line: swap(line, b'"version":3', b'"version":3.0'), "entry-not-json", *_unread)
spelling("exponent", lambda line: swap(line, b'"version":3', b'"version":1e400'), "entry-not-json", *_unread)
spelling("not_a_number", lambda line: swap(line, b'"version":3', b'"version":NaN'), "entry-not-json", *_unread)
spelling(
    "integer_beyond_limit",
    lambda line: swap(line, b'"version":3', b'"version":9007199254740992'),
    "entry-not-json",
    *_unread,
)
spelling("minus_zero", lambda line: swap(line, b'"version":3', b'"version":-0'), "entry-not-json", *_unread)
spelling(
    "five_thousand_digits",
    lambda line: swap(line, b'"version":3', b'"version":' + b"9" * 5000),
    "entry-not-json",
    *_unread,
)
spelling("deep_nesting", lambda line: b"[" * 30_000 + b"]" * 30_000, "entry-not-json", *_unread)
spelling("wrong_utf8", lambda line: swap(line, b"teacher", b"te\xffcher"), "entry-not-json", *_unread)
spelling("overlong_utf8", lambda line: swap(line, b"teacher", b"te\xc0\xafcher"), "entry-not-json", *_unread)
spelling("half_a_surrogate", lambda line: swap(line, b"teacher", b"\\ud800"), "entry-not-json", *_unread)
spelling("key_in_cyrillic", lambda line: line[:-1] + ',"ы":1}'.encode(), "entry-not-json", *_unread)
spelling("empty_line", lambda line: b"", "entry-not-json", *_unread)
spelling("not_an_object", lambda line: b"[]", "entry-not-json", *_unread)
spelling("longer_than_an_entry_may_be", lambda line: swap(line, b"teacher", b"t" * 66_000), "entry-too-long", *_unread)
spelling("much_longer_than_an_entry_may_be", lambda line: b"x" * 5_000_000, "entry-too-long", "size-mismatch", *_unread)
spelling("extra_field", lambda line: line[:-1] + b',"z":1}', "entry-field", *_unread)
spelling(
    "client_supplied_time_zone", lambda line: swap(line, b'Z","command"', b'+03:00","command"'), "entry-field", *_unread
)
spelling("leading_zero_in_index", lambda line: swap(line, b'"index":', b'"index":0'), "entry-not-json", *_unread)
spelling(
    "class_path_as_type", lambda line: swap(line, b"mark_recorded/1", b"ledger.journal:Mark"), "entry-field", *_unread
)
spelling("upper_case_stream", lambda line: line.replace(b"lesson/", b"LESSON/"), "entry-field", *_unread)
spelling("mark_of_seven", lambda line: swap(line, b'"value":"5"', b'"value":"7"'), "data-field", *_unread)
spelling("mark_as_a_number", lambda line: swap(line, b'"value":"5"', b'"value":5'), "data-field", *_unread)
spelling("field_missing_from_data", lambda line: swap(line, b'"value":"5",', b""), "data-field", *_unread)
spelling(
    "personal_name_in_clear",
    lambda line: swap(line, b'{"student"', '{"name":"Иванов","student"'.encode()),
    "data-field",
    *_unread,
)
spelling("version_gap", lambda line: swap(line, b'"version":3', b'"version":4'), "version-gap")
spelling("version_again", lambda line: swap(line, b'"version":3', b'"version":2'), "version-gap")
spelling(
    "index_gap",
    lambda line: line.replace(b'"index":', b'"index":1'),
    "index-gap",
    "table-row-extra",
    "table-row-missing",
)
spelling("unknown_type", lambda line: swap(line, b"mark_recorded/1", b"mark_recorded/2"), *_unread)
spelling(
    "time_going_back", lambda line: swap(line, b'"at":"2026', b'"at":"2025'), "at-backwards", "bag-info", "table-cell"
)
spelling(
    "day_that_does_not_exist",
    lambda line: swap(line, b'"at":"2026-09-01', b'"at":"2026-09-31'),
    "entry-field",
    *_unread,
)


@bytes_changed("entry-not-json", "prev-mismatch", "root-mismatch", "origin-mismatch", "evidence-root")
def byte_order_mark(files: Files) -> None:
    files[ENTRIES] = b"\xef\xbb\xbf" + files[ENTRIES]


@bytes_changed("entry-not-canonical", "prev-mismatch", "root-mismatch", "evidence-root")
def crlf_everywhere(files: Files) -> None:
    files[ENTRIES] = files[ENTRIES].replace(b"\n", b"\r\n")


@bytes_changed("entries-no-final-newline")
def no_final_line_feed(files: Files) -> None:
    files[ENTRIES] = files[ENTRIES][:-1]


@bytes_changed("entries-no-final-newline", "entry-not-json", "size-mismatch")
def trailing_garbage(files: Files) -> None:
    files[ENTRIES] += b"garbage"


@bytes_changed("entries-file-name")
def entries_file_misnamed(files: Files) -> None:
    files["data/log/entries-000000000001.jsonl"] = files.pop(ENTRIES)


@bytes_changed("entries-file-length")
def entries_file_split_early(files: Files) -> None:
    lines = files[ENTRIES].splitlines(keepends=True)
    files[ENTRIES] = b"".join(lines[:10])
    files["data/log/entries-000000000010.jsonl"] = b"".join(lines[10:])


@bytes_changed("size-mismatch", "origin-mismatch", "table-row-extra", "disclosure-not-committed")
def no_entries_at_all(files: Files) -> None:
    del files[ENTRIES]


# Checkpoints and keys.


@mutation("signature-invalid")
def signed_by_another_key(folder: Path) -> Report:
    builder = sample().builder
    return verify_archive(write_folder(builder.files(), folder / "bag"), Pinned(parse_vkey(Key(seed=2).vkey)))


@mutation("signature-invalid")
def small_order_key_slipped_past_the_parser(folder: Path) -> Report:
    builder = sample().builder
    files, zero = builder.files(), bytes(32)
    text = files[CHECKPOINT].rpartition(b"\n\n")[0] + b"\n\n"
    key = VerifierKey(builder.key.name, b"\x01\x02\x03\x04", zero)
    files[CHECKPOINT] = text + f"— {key.name} ".encode() + base64.b64encode(key.key_id + zero + zero) + b"\n"
    return verify_archive(write_folder(manifested(files), folder / "bag"), Pinned(key))


@bytes_changed("bag-file-missing")
def checkpoint_removed(files: Files) -> None:
    del files[CHECKPOINT]


@bytes_changed("checkpoint-malformed")
def two_checkpoints_in_one_file(files: Files) -> None:
    files[CHECKPOINT] += files[CHECKPOINT]


@bytes_changed("checkpoint-malformed")
def extension_line(files: Files) -> None:
    files[CHECKPOINT] = swap(files[CHECKPOINT], b"\n\n", b"\nextension\n\n")


@bytes_changed("checkpoint-malformed")
def plus_in_the_size(files: Files) -> None:
    files[CHECKPOINT] = swap(files[CHECKPOINT], b"\n%d" % SAMPLE_SIZE, b"\n+%d" % SAMPLE_SIZE)


@bytes_changed("checkpoint-malformed")
def arabic_digits_in_the_size(files: Files) -> None:
    files[CHECKPOINT] = swap(files[CHECKPOINT], b"\n%d" % SAMPLE_SIZE, "\n٥٥".encode())


@bytes_changed("checkpoint-malformed")
def stray_bits_in_the_root(files: Files) -> None:
    lines = files[CHECKPOINT].split(b"\n")
    last = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = last.index(lines[2][-2:-1])
    lines[2] = lines[2][:-2] + last[at ^ 1 : (at ^ 1) + 1] + b"="
    files[CHECKPOINT] = b"\n".join(lines)


@bytes_changed("signature-invalid")
def one_bit_of_the_signature(files: Files) -> None:
    text, _, line = files[CHECKPOINT].rpartition(b" ")
    raw = bytearray(base64.b64decode(line))
    raw[20] ^= 1
    files[CHECKPOINT] = text + b" " + base64.b64encode(raw) + b"\n"


@mutation("signature-invalid")
def second_signature_of_the_key_does_not_hold(folder: Path) -> Report:
    builder = sample().builder
    files = builder.files()
    files[CHECKPOINT] += builder.key.signature_line(bytes(64))
    return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(builder))


@mutation("root-mismatch")
def another_root_signed(folder: Path) -> Report:
    builder = sample().builder
    files, lines = builder.files(), builder.lines()
    files[CHECKPOINT] = builder.key.checkpoint([leaf(line) for line in [*lines[:-1], b"{}"]])
    return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(builder))


@mutation("origin-mismatch", "bag-info")
def checkpoint_of_another_log(folder: Path) -> Report:
    builder = sample().builder
    files = builder.files()
    files[CHECKPOINT] = builder.key.checkpoint([leaf(line) for line in builder.lines()], "letopis.example/school/9")
    return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(builder))


@story("origin-mismatch", "cosignature")
def school_of_another_origin(school: Sample) -> None:
    school.builder.entries[0]["data"]["origin"] = "letopis.example/school/9"


@mutation("old-root-mismatch")
def history_rewritten_with_the_key(folder: Path) -> Report:
    honest, forged = sample().builder, sample().builder
    old = honest.key.checkpoint([leaf(line) for line in honest.lines()][:40])
    honest.lines()
    forged.entries[5]["actor"]["role"] = "deputy"
    return verify_archive(write_folder(forged.files(), folder / "bag"), pinned(honest, old))


@mutation("signature-invalid")
def old_checkpoint_signed_by_another_key(folder: Path) -> Report:
    builder = sample().builder
    old = Key(seed=2).checkpoint([leaf(line) for line in builder.lines()][:40])
    return verify_archive(write_folder(builder.files(), folder / "bag"), pinned(builder, old))


# Disclosures.


@bytes_changed("disclosure-not-committed", "table-cell")
def edited_disclosure(files: Files) -> None:
    lines = files[DISCLOSURES].splitlines(keepends=True)
    raw = base64.urlsafe_b64decode(lines[0][15:].split(b'"')[0] + b"==")
    edited = base64.urlsafe_b64encode(raw.replace("Орлова".encode(), "Орлава".encode())).rstrip(b"=")
    lines[0] = b'{"disclosure":"' + edited + b'","index":' + lines[0].split(b":")[2]
    files[DISCLOSURES] = b"".join(lines)


@bytes_changed("disclosure-not-committed")
def disclosure_of_another_entry(files: Files) -> None:
    index = int(files[DISCLOSURES].splitlines()[0].rpartition(b":")[2][:-1])
    files[DISCLOSURES] = swap(files[DISCLOSURES], b'"index":%d}' % index, b'"index":%d}' % (index + 1))


def _disclosure_line(text: bytes) -> bytes:
    return b'{"disclosure":"' + base64.urlsafe_b64encode(text).rstrip(b"=") + b'","index":4}\n'


def malformed_disclosure(name: str, line: bytes) -> None:
    def change(files: Files) -> None:
        files[DISCLOSURES] += line

    change.__name__ = name
    bytes_changed("disclosure-malformed")(change)


_SALT = b'"AAAAAAAAAAAAAAAAAAAAAA"'
malformed_disclosure("disclosure_with_a_short_salt", _disclosure_line(b'["AAAA","note","x"]'))
malformed_disclosure("disclosure_of_an_object", _disclosure_line(b"[" + _SALT + b',"note",{"a":1}]'))
malformed_disclosure("disclosure_of_two", _disclosure_line(b"[" + _SALT + b',"note"]'))
malformed_disclosure("disclosure_of_another_name", _disclosure_line(b"[" + _SALT + b',"shoe_size","1"]'))
malformed_disclosure("disclosure_nested_deep", _disclosure_line(b"[" * 40_000))
malformed_disclosure("disclosure_not_base64", b'{"disclosure":"A","index":3}\n')
malformed_disclosure("disclosure_with_stray_bits", b'{"disclosure":"QR","index":3}\n')
malformed_disclosure("disclosure_line_with_spaces", b'{"disclosure": "QQ", "index": 3}\n')
malformed_disclosure("disclosure_line_too_long", b'{"disclosure":"' + b"A" * 70_000 + b'","index":3}\n')


# Tables.


def row_changed(name: str, *codes: str, table: str, find: str, old: str, new: str) -> None:
    """Register a changed row of a table: `old` becomes `new` in the first row that holds `find`."""

    def change(files: Files) -> None:
        path = f"data/tables/{table}.csv"
        rows = files[path].decode().split("\r\n")
        at = next(i for i, row in enumerate(rows) if i and find in row and old in row)
        rows[at] = rows[at].replace(old, new, 1)
        files[path] = "\r\n".join(rows).encode()

    change.__name__ = name
    bytes_changed(*codes)(change)


row_changed("standing_mark_in_a_table_only", "table-cell", table="marks", find="диктант", old=";2;2;", new=";2;5;")
row_changed("recorded_mark_in_a_table_only", "table-cell", table="marks", find="диктант", old=";2;2;", new=";5;2;")
row_changed("standing_entry_that_is_not", "table-cell", table="marks", find="диктант", old=";2;2;", new=";2;2;7")
row_changed("correction_hidden_in_a_table", "table-cell", table="absences", find=";н;б;", old=";н;б;", new=";н;н;")
row_changed(
    "kind_of_work_before_its_correction",
    "table-cell",
    table="marks",
    find="диктант",
    old="диктант",
    new="ответ на уроке",
)
row_changed(
    "kind_of_work_made_up", "table-cell", table="marks", find="ответ на уроке", old="ответ на уроке", new="тест"
)
row_changed("name_in_a_table_only", "table-cell", table="people", find="Ясный", old="Ясный", new="Ясныи")
row_changed("topic_in_a_table_only", "table-cell", table="lessons", find="Проценты", old="Проценты", new="Дроби")
row_changed("file_of_another_digest", "table-cell", table="files", find="application/pdf", old="0f0f", new="0f0e")
row_changed(
    "day_that_homework_is_not_for", "table-cell", table="lessons", find="-3 + x", old="2026-09-03;", new="2026-09-04;"
)
row_changed("lesson_that_homework_is_not_for", "table-cell", table="lessons", find="-3 + x", old="number", new="numbre")
row_changed("homework_in_a_table_only", "table-cell", table="lessons", find="нет задания", old="нет задания", new="№ 1")
row_changed("formula_not_disarmed", "table-cell", table="people", find="'=СУММ", old="'=", new="=")
row_changed(
    "day_of_leaving_in_a_table_only",
    "table-cell",
    table="enrollments",
    find="2026-10-01",
    old="2026-10-01",
    new="2026-10-02",
)
row_changed("reason_in_a_table_only", "table-cell", table="corrections", find="описка", old="описка", new="апелляция")
row_changed(
    "note_in_a_table_only", "table-cell", table="corrections", find="перепутаны", old="перепутаны", new="исправлены"
)
row_changed("coefficient_in_a_table_only", "table-cell", table="substitutions", find=";150;", old=";150;", new=";200;")
row_changed("substitute_in_a_table_only", "table-cell", table="substitutions", find="Лунина", old="Вера", new="Анна")
row_changed(
    "annulled_lesson_held_in_a_table_only", "table-cell", table="substitutions", find=";нет;", old=";нет;", new=";да;"
)
row_changed("needless_quotes", "table-bytes", table="people", find="Ясный", old="Ясный Олег", new='"Ясный Олег"')
row_changed("one_cell_too_many", "table-malformed", table="people", find="Ясный", old="Ясный", new="Ясный;")
row_changed("quote_never_closed", "table-malformed", table="people", find="Ясный", old="Ясный", new='"Ясный')
row_changed("quote_inside_a_plain_cell", "table-malformed", table="people", find="Ясный", old="Ясный", new='Яс"ный')


@bytes_changed("table-row-missing")
def row_removed_from_a_table(files: Files) -> None:
    rows = files[MARKS].split(b"\r\n")
    files[MARKS] = b"\r\n".join(rows[:2] + rows[3:])


@bytes_changed("table-row-extra")
def row_added_to_a_table(files: Files) -> None:
    rows = files[MARKS].split(b"\r\n")
    files[MARKS] = b"\r\n".join([*rows[:2], rows[1], *rows[2:]])


@bytes_changed("table-row-extra")
def row_added_at_the_end(files: Files) -> None:
    files["data/tables/lessons.csv"] += b"99;;;;;;;;;;;;\r\n"


@bytes_changed("table-row-extra", "table-row-missing")
def rows_in_another_order(files: Files) -> None:
    rows = files[MARKS].split(b"\r\n")
    files[MARKS] = b"\r\n".join([rows[0], rows[2], rows[1], *rows[3:]])


@bytes_changed("table-header")
def header_in_english_only(files: Files) -> None:
    files["data/tables/people.csv"] = swap(files["data/tables/people.csv"], " (запись)".encode(), b"")


@bytes_changed("table-header")
def table_without_byte_order_mark(files: Files) -> None:
    files["data/tables/people.csv"] = files["data/tables/people.csv"][3:]


@bytes_changed("table-header", "table-malformed")
def table_of_noise(files: Files) -> None:
    files["data/tables/people.csv"] = b'"' * 3_000_001


@bytes_changed("table-malformed")
def table_with_bare_line_feeds(files: Files) -> None:
    head, _, rows = files[MARKS].partition(b"\r\n")
    files[MARKS] = head + b"\r\n" + rows.replace(b"\r\n", b"\n")


@bytes_changed("table-header", "table-row-missing")
def table_emptied(files: Files) -> None:
    files["data/tables/courses.csv"] = b""


@bytes_changed("table-missing")
def table_removed(files: Files) -> None:
    del files[MARKS]


@bytes_changed("table-unexpected")
def table_that_nobody_specified(files: Files) -> None:
    files["data/tables/salaries.csv"] = b""


# What happened (events.md).


@story("version-gap")
def first_version_is_not_one(school: Sample) -> None:
    for entry in school.builder.entries:
        if entry["stream"] == f"course/{school.course}":
            entry["version"] += 1


@story("correction-cites-nothing", "table-cell")
def correction_citing_a_later_entry(school: Sample) -> None:
    school.builder.correct(len(school.builder.entries) - 1, "4", corrects=900)


@story("correction-cites-nothing", "table-cell")
def correction_citing_another_fact(school: Sample) -> None:
    school.builder.correct(len(school.builder.entries) - 1, "4", corrects=len(school.builder.entries) - 2)


@story("correction-cites-nothing", "table-cell")
def correction_citing_an_entry_already_corrected(school: Sample) -> None:
    first = len(school.builder.entries) - 1
    second = school.builder.correct(first, "4")
    school.builder.correct(second, "3", corrects=first)


@story("correction-old-value", "table-cell")
def correction_with_a_wrong_old_value(school: Sample) -> None:
    school.builder.correct(len(school.builder.entries) - 1, "4", old="2")


@story("correction-changes-nothing")
def correction_that_changes_nothing(school: Sample) -> None:
    school.builder.correct(len(school.builder.entries) - 1, "5")


@story("correction-note-missing")
def other_reason_without_a_note(school: Sample) -> None:
    school.builder.correct(len(school.builder.entries) - 1, "4", "other")


@story("correction-after-close")
def correction_after_close_without_request(school: Sample) -> None:
    school.builder.correct(school.marks[2], "5")


@story("correction-after-close")
def annulment_after_close_without_request(school: Sample) -> None:
    school.builder.correct(school.marks[2], None)


@story("request-same-person")
def approved_by_the_one_who_asked(school: Sample) -> None:
    b = school.builder
    request = b.request(school.marks[2], "5")
    b.correct(school.marks[2], "5", "appeal", basis="Заявление № 7", request=request)


@story("request-same-person")
def approved_for_the_one_who_asked(school: Sample) -> None:
    b = school.builder
    request = b.request(school.marks[2], "5")
    b.actor = {"id": b.uuid(), "role": "deputy", "on_behalf_of": b.actor["id"], "basis": "Приказ"}
    b.correct(school.marks[2], "5", "appeal", basis="Заявление № 7", request=request)


@story("request-same-person")
def refused_by_the_one_it_was_asked_for(school: Sample) -> None:
    b = school.builder
    deputy = {"id": b.uuid(), "role": "deputy"}
    b.actor = {**b.actor, "role": "administrator", "on_behalf_of": deputy["id"], "basis": "Приказ"}
    request = b.request(school.marks[2], "5")
    b.actor = deputy
    b.refuse(request)


@story("request-mismatch")
def approved_something_else(school: Sample) -> None:
    b = school.builder
    request = b.request(school.marks[2], "5")
    b.actor = {"id": b.uuid(), "role": "deputy"}
    b.correct(school.marks[2], "4", "appeal", basis="Заявление № 7", request=request)


@story("request-mismatch")
def request_that_never_was(school: Sample) -> None:
    school.builder.correct(school.marks[2], "4", "appeal", basis="Заявление № 7", request=3)


@story("request-answered")
def request_answered_twice(school: Sample) -> None:
    b = school.builder
    b.actor = {"id": b.uuid(), "role": "deputy"}
    b.refuse(school.request)


@story("data-field", "request-mismatch")
def request_without_a_basis(school: Sample) -> None:
    b = school.builder
    request = b.request(school.marks[2], "5")
    b.actor = {"id": b.uuid(), "role": "deputy"}
    b.correct(school.marks[2], "5", "appeal", request=request, basis=None)


@story("substitution-missing")
def substitutes_lesson_without_a_substitution(school: Sample) -> None:
    school.builder.lesson(school.course, school.substitute, "2026-11-06")


@story("substitution-missing")
def substitutes_lesson_with_other_entries_behind_it(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.substitute, "2026-11-06")
    school.builder.homework(lesson, "")


@story("substitution-missing", "substitution-mismatch")
def substitution_behind_another_entry(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.substitute, "2026-11-06")
    school.builder.homework(lesson, "")
    school.builder.substitution(lesson, school.teacher)


@story("substitution-missing", "substitution-mismatch")
def substitution_in_another_command(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.substitute, "2026-11-06")
    school.builder.begin()
    school.builder.substitution(lesson, school.teacher)


@story("substitution-mismatch")
def substitution_of_the_responsible_teacher(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.teacher, "2026-11-06")
    school.builder.substitution(lesson, school.teacher)


@story("substitution-mismatch")
def substitution_of_another_than_the_responsible_teacher(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.substitute, "2026-11-06")
    school.builder.substitution(lesson, school.substitute)


@story("substitution-missing")
def lesson_after_another_teacher_took_the_course_over(school: Sample) -> None:
    b = school.builder
    b.add("course", school.course, "teacher_assigned", teacher=school.substitute, starts_on="2026-11-06")
    b.lesson(school.course, school.teacher, "2026-11-05", "Последний")
    b.lesson(school.course, school.substitute, "2026-11-06")
    b.lesson(school.course, school.teacher, "2026-11-07")


@story("nobody-responsible")
def lesson_on_a_day_before_anybody_was_responsible(school: Sample) -> None:
    school.builder.lesson(school.course, school.teacher, "2026-08-31")


@story("recorded-on-annulled", "correction-after-close")
def substitution_of_an_annulled_lesson_corrected(school: Sample) -> None:
    b = school.builder
    annulled = {row.lesson for row in b.rows.values() if row.what == "lesson" and row.value is None}
    (row,) = [row for row in b.rows.values() if row.what == "substitution" and row.lesson in annulled]
    b.correct(row.standing, {**row.value, "coefficient": 200})


@story("data-field")
def substitution_asked_to_be_annulled(school: Sample) -> None:
    b = school.builder
    request = b.request(school.substitution, None)
    asked_by, b.actor = b.actor, {"id": b.uuid(), "role": "deputy"}
    b.refuse(request)
    b.actor = asked_by


@story("recorded-after-close")
def mark_after_close(school: Sample) -> None:
    school.builder.mark(school.lesson, school.work, school.students[4], "5")


@story("recorded-after-close")
def lesson_in_a_closed_period(school: Sample) -> None:
    school.builder.lesson(school.course, school.teacher, "2026-10-01")


@story("recorded-after-close", "correction-cites-nothing")
def reason_of_an_absence_after_close(school: Sample) -> None:
    row = school.builder.fact(school.absence)
    school.builder.add("lesson", row.lesson, "absence_reason_set", absence=3, code="ill")
    index = len(school.builder.entries) - 1
    school.builder._correction(index, row, 3, "absent", "ill", "document", "", None, None)
    school.builder.tables["corrections"][-1][5] = ""


@story("recorded-twice")
def mark_recorded_twice(school: Sample) -> None:
    school.builder.mark(school.open_lesson, school.open_work, school.students[0], "4")


@story("recorded-twice")
def work_recorded_twice(school: Sample) -> None:
    school.builder.add(
        "lesson", school.open_lesson, "work_recorded", work=school.open_work, kind="answer", written=False, weight=1
    )


@story("recorded-twice")
def homework_twice(school: Sample) -> None:
    school.builder.homework(school.open_lesson, "Первое")
    school.builder.homework(school.open_lesson, "Второе")


@story("recorded-twice")
def annulled_mark_stands_again_beside_another(school: Sample) -> None:
    b = school.builder
    annulled = b.correct(len(b.entries) - 1, None)
    b.mark(school.open_lesson, school.open_work, school.students[0], "4")
    b.correct(annulled, "5")


@story("absence-and-lateness")
def absent_and_late(school: Sample) -> None:
    school.builder.absence(school.open_lesson, school.students[1])
    school.builder.lateness(school.open_lesson, school.students[1])


@story("absence-and-lateness")
def absent_and_left_early(school: Sample) -> None:
    school.builder.early_leave(school.open_lesson, school.students[1])
    school.builder.absence(school.open_lesson, school.students[1])


@story("absence-and-lateness")
def left_early_though_absent(school: Sample) -> None:
    b = school.builder
    left = b.correct(b.early_leave(school.open_lesson, school.students[1]), None)
    b.absence(school.open_lesson, school.students[1])
    b.correct(left, 9)


@story("recorded-twice")
def left_early_twice(school: Sample) -> None:
    school.builder.early_leave(school.open_lesson, school.students[1], 5)
    school.builder.early_leave(school.open_lesson, school.students[1], 6)


@story()
def late_and_left_early(school: Sample) -> None:
    school.builder.lateness(school.open_lesson, school.students[1])
    school.builder.early_leave(school.open_lesson, school.students[1])


@story("attendance")
def attendance_with_a_wrong_number(school: Sample) -> None:
    lesson = school.builder.lesson(school.course, school.teacher, "2026-11-06", attendance="not_taken")
    school.builder.absence(lesson, school.students[0])
    school.builder.take_attendance(lesson, 2)


@story("attendance")
def attendance_of_two_lessons_in_one_command_wrong_in_the_first(school: Sample) -> None:
    b = school.builder
    lessons = [
        b.lesson(school.course, school.teacher, day, attendance="not_taken") for day in ("2026-11-06", "2026-11-07")
    ]
    b.begin()
    b.take_attendance(lessons[0], 7)
    b.take_attendance(lessons[1], 0)


@story("command-split")
def command_that_goes_on_behind_another(school: Sample) -> None:
    b = school.builder
    command = b.command
    b.begin()
    b.mark(school.open_lesson, school.open_work, school.students[1], "4")
    b.command = command
    b.mark(school.open_lesson, school.open_work, school.students[2], "4")


@story("attendance")
def attendance_taken_twice(school: Sample) -> None:
    school.builder.take_attendance(school.open_lesson, 0)


@story("annulled-while-in-use")
def lesson_annulled_with_marks_in_it(school: Sample) -> None:
    school.builder.correct(len(school.builder.entries) - 3, None)


@story("annulled-while-in-use")
def work_annulled_with_marks_for_it(school: Sample) -> None:
    school.builder.correct(len(school.builder.entries) - 2, None)


@story("recorded-on-annulled")
def homework_in_an_annulled_lesson(school: Sample) -> None:
    b = school.builder
    lesson = b.lesson(school.course, school.teacher, "2026-11-06")
    b.correct(len(b.entries) - 1, None)
    b.homework(lesson, "№ 5")


@story("recorded-on-annulled")
def mark_for_an_annulled_work(school: Sample) -> None:
    b = school.builder
    work = b.work(school.open_lesson)
    b.correct(len(b.entries) - 1, None)
    b.mark(school.open_lesson, work, school.students[0], "5")


@story("reference-unknown")
def mark_for_a_work_of_another_lesson(school: Sample) -> None:
    b = school.builder
    b.mark(school.open_lesson, school.work, school.students[0], "5")
    del b.rows[len(b.entries) - 1]


@story("reference-unknown")
def mark_for_a_student_nobody_registered(school: Sample) -> None:
    b = school.builder
    stranger = b.uuid()
    b.names[stranger] = stranger
    b.mark(school.open_lesson, school.open_work, stranger, "5")


@story("reference-unknown", "stream-kind")
def mark_in_a_lesson_nobody_recorded(school: Sample) -> None:
    b = school.builder
    b.add("lesson", b.uuid(), "homework_assigned", text="№ 1")


@story("stream-kind", "table-row-extra")
def mark_in_the_stream_of_a_course(school: Sample) -> None:
    school.builder.entries[-1]["stream"] = f"course/{school.course}"


@story("stream-kind")
def person_registered_twice(school: Sample) -> None:
    school.builder.add("person", school.students[0], "person_registered", kind="student", sd=[])


@story("data-field")
def period_listed_twice(school: Sample) -> None:
    school.builder.add("year", school.year, "period_listed", period=school.period)


@story("data-field")
def class_listed_by_a_year_that_is_not_its_own(school: Sample) -> None:
    b = school.builder
    year, group = b.uuid(), b.uuid()
    b.add("year", year, "school_year_opened", title="2027/28", starts_on="2027-09-01", ends_on="2028-05-31")
    b.add("class", group, "class_group_opened", year=school.year, grade=5, letter="Я")
    b.add("year", year, "class_group_listed", class_group=group)


@story("reference-unknown")
def period_listed_that_nobody_defined(school: Sample) -> None:
    school.builder.add("year", school.year, "period_listed", period=school.builder.uuid())


@story("school-opened", "version-gap")
def school_opened_twice(school: Sample) -> None:
    entry = school.builder.entries[0]
    school.builder.add("school", entry["stream"][7:], "school_opened", **entry["data"])
    school.builder.entries[-1]["version"] = 5


@mutation("school-opened", "origin-mismatch")
def school_never_opened(folder: Path) -> Report:
    builder = Builder()
    builder.add(
        "year", builder.uuid(), "school_year_opened", title="2026/27", starts_on="2026-09-01", ends_on="2027-05-31"
    )
    return verify_archive(write_folder(builder.files(), folder / "bag"), pinned(builder))


@story("closing-mismatch")
def closing_with_a_wrong_root(school: Sample) -> None:
    school.builder.entries[school.closed_at]["data"]["root"] = "0" * 64


@story("closing-mismatch")
def closing_that_leaves_a_lesson_out(school: Sample) -> None:
    b = school.builder
    period = b.period(school.year, 2, [5], "2026-11-01", "2026-12-30")
    b.close(period, lambda info: False)


@story("closing-mismatch")
def period_closed_twice(school: Sample) -> None:
    school.builder.close(school.period, lambda info: info["held_on"] <= "2026-10-25")


@story("data-field", "disclosure-not-committed", "table-cell")
def digests_out_of_order(school: Sample) -> None:
    entry = next(entry for entry in school.builder.entries if len(entry["data"].get("_sd", ())) > 1)
    entry["data"]["_sd"] = [*sorted(entry["data"]["_sd"])[::-1][:-1], "A" * 43]


@story("data-field")
def grades_twice(school: Sample) -> None:
    school.builder.entries[2]["data"]["grades"] = [5, 5, 6]


@story("data-field")
def day_where_there_is_no_homework(school: Sample) -> None:
    b = school.builder
    b.add("lesson", school.open_lesson, "homework_assigned", text="", due_on="2026-11-09")
    b._fact("homework", len(b.entries) - 1, {"text": "", "due_on": "2026-11-09"}, school.open_lesson)


@story("data-field", "table-row-missing", "version-gap")
def thirtieth_of_february(school: Sample) -> None:
    next(entry for entry in school.builder.entries if entry["type"] == "student_enrolled/1")["data"]["starts_on"] = (
        "2026-02-30"
    )
    del school.builder.tables["enrollments"][0]
    school.builder.tables["enrollments"].pop()


# The bag.


@bytes_changed("manifest-extra", "bag-oxum", manifests=False)
def file_nobody_listed(files: Files) -> None:
    files["data/documents/page.html"] = b"<p>5</p>"


@bytes_changed("manifest-missing", "bag-oxum", "table-missing", manifests=False)
def listed_file_gone(files: Files) -> None:
    del files[MARKS]


@bytes_changed("manifest-mismatch", manifests=False)
def tag_file_changed(files: Files) -> None:
    files["bag-info.txt"] += b"Contact-Name: nobody\n"


@bytes_changed("manifest-extra", manifests=False)
def tag_file_nobody_listed(files: Files) -> None:
    files["README.txt"] = b"?"


@bytes_changed("manifest-malformed", "manifest-mismatch", "manifest-extra", manifests=False)
def manifest_line_in_upper_case(files: Files) -> None:
    lines = files["manifest-sha256.txt"].split(b"\n")
    files["manifest-sha256.txt"] = b"\n".join([lines[0].upper(), *lines[1:]])


@bytes_changed("manifest-malformed", "manifest-mismatch", manifests=False)
def manifest_without_final_line_feed(files: Files) -> None:
    files["manifest-sha256.txt"] += b"x"


@bytes_changed("bag-oxum", "manifest-mismatch", manifests=False)
def wrong_oxum(files: Files) -> None:
    files["bag-info.txt"] = swap(files["bag-info.txt"], b"Payload-Oxum: ", b"Payload-Oxum: 1")


@bytes_changed("bag-declaration", "manifest-mismatch", manifests=False)
def older_bagit(files: Files) -> None:
    files["bagit.txt"] = files["bagit.txt"].replace(b"1.0", b"0.97")


@bytes_changed("bag-file-missing", "manifest-missing", manifests=False)
def no_manifest(files: Files) -> None:
    del files["manifest-sha256.txt"]


@bytes_changed("bag-file-missing", manifests=False)
def no_tag_manifest(files: Files) -> None:
    del files["tagmanifest-sha256.txt"]


@bytes_changed("name-collision")
def names_that_differ_by_case(files: Files) -> None:
    files["data/documents/A.txt"] = files["data/documents/a.txt"] = b""


@bytes_changed("name-collision")
def names_that_differ_by_unicode_form(files: Files) -> None:
    for form in ("NFC", "NFD"):
        files["data/documents/" + unicodedata.normalize(form, "й.txt")] = b""


def in_folder(*codes: str) -> Callable[[Callable[[Path], None]], object]:
    """Register something done to a folder on disk."""

    def register(change: Callable[[Path], None]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            bag = write_folder(builder.files(), folder / "bag")
            change(bag)
            return verify_archive(bag, pinned(builder))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


@in_folder("link", "manifest-missing", "bag-oxum", "table-missing")
def link_to_a_file(bag: Path) -> None:
    (bag / MARKS).rename(bag.parent / "marks.csv")
    (bag / MARKS).symlink_to(bag.parent / "marks.csv")


@in_folder("link")
def link_to_a_folder(bag: Path) -> None:
    (bag / "data/documents").symlink_to("/etc")


@in_folder("link")
def named_pipe(bag: Path) -> None:
    os.mkfifo(bag / "data/pipe")


@in_folder("name-unsafe")
def line_feed_in_a_name(bag: Path) -> None:
    (bag / "data/a\nb").write_bytes(b"")


@in_folder("archive-limit")
def folders_too_deep(bag: Path) -> None:
    (bag / "data" / "/".join("d" * 40)).mkdir(parents=True)


@mutation("archive-unreadable")
def empty_folder(folder: Path) -> Report:
    return verify_archive(folder, Pinned())


@mutation("archive-unreadable")
def not_a_zip(folder: Path) -> Report:
    (folder / "a.zip").write_bytes(b"not a zip at all")
    return verify_archive(folder / "a.zip", Pinned())


@mutation("archive-unreadable")
def a_device(folder: Path) -> Report:
    return verify_archive(Path(os.devnull), Pinned())


def zipped(*codes: str) -> Callable[[Callable[[Path, Files], None]], object]:
    """Register a ZIP written by the change itself."""

    def register(write: Callable[[Path, Files], None]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            write(folder / "a.zip", builder.files())
            return verify_archive(folder / "a.zip", pinned(builder))

        MUTATIONS.append(Mutation(write.__name__, frozenset(codes), run))
        return write

    return register


def add_members(
    path: Path, files: Files, *members: tuple[zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED
) -> None:
    write_zip(files, path)
    with zipfile.ZipFile(path, "a") as archive:
        for info, raw in members:
            archive.writestr(info, raw, method)


@zipped("name-duplicate")
def duplicated_member(path: Path, files: Files) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, raw in files.items():
            archive.writestr("archive/" + name, raw)
        archive.writestr("archive/data/log/checkpoinT", files[CHECKPOINT])
    path.write_bytes(buffer.getvalue().replace(b"checkpoinT", b"checkpoint"))


@zipped("zip-trailing-bytes")
def bytes_after_the_zip(path: Path, files: Files) -> None:
    write_zip(files, path)
    path.write_bytes(path.read_bytes() + b"\x00")


@zipped("zip-trailing-bytes")
def bytes_before_the_zip(path: Path, files: Files) -> None:
    write_zip(files, path)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())


@zipped("zip-trailing-bytes")
def comment_in_the_zip(path: Path, files: Files) -> None:
    write_zip(files, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"hello"


@zipped("archive-unreadable")
def zip_cut_short(path: Path, files: Files) -> None:
    write_zip(files, path)
    path.write_bytes(path.read_bytes()[:-500])


@zipped("archive-unreadable")
def directory_that_points_nowhere(path: Path, files: Files) -> None:
    write_zip(files, path)
    path.write_bytes(path.read_bytes()[:-22] + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 400, 0xFFFFFF00, 0))


@zipped("archive-limit")
def directory_of_a_gigabyte(path: Path, files: Files) -> None:
    write_zip(files, path)
    path.write_bytes(path.read_bytes()[:-22] + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 1 << 30, 0, 0))


@zipped("name-unsafe")
def parent_folder_in_a_name(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("archive/data/../../../etc/passwd"), b"x"))


@zipped("name-unsafe", "bag-top-folder")
def absolute_name(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("/etc/passwd"), b"x"))


@zipped("name-unsafe")
def backslash_in_a_name(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("archive/data\\a"), b"x"))


@zipped("bag-top-folder", "bag-oxum", "manifest-extra")
def two_top_folders(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("other/data/documents/a"), b"x"))


@zipped("link")
def link_in_a_zip(path: Path, files: Files) -> None:
    info = zipfile.ZipInfo("archive/data/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    add_members(path, files, (info, b"/etc/passwd"))


@zipped("zip-method")
def compressed_by_bzip2(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("archive/data/a"), b"x"), method=zipfile.ZIP_BZIP2)


@zipped("zip-ratio")
def thousandfold_ratio(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("archive/data/zeros"), bytes(20_000_000)), method=zipfile.ZIP_DEFLATED)


@zipped("zip-encrypted")
def encrypted_member(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("archive/data/secret"), b"x"))
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    raw[raw.rindex(b"PK\x03\x04") + 6] |= 1
    path.write_bytes(raw)


@zipped("file-unreadable", "size-mismatch", "origin-mismatch", "table-row-extra", "disclosure-not-committed")
def member_with_a_wrong_crc(path: Path, files: Files) -> None:
    write_zip(files, path, method=zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b'"value":"4"') + 9] ^= 1
    path.write_bytes(raw)


@zipped("file-unreadable", "size-mismatch", "origin-mismatch", "table-row-extra", "disclosure-not-committed")
def member_whose_deflate_stream_is_broken(path: Path, files: Files) -> None:
    write_zip(files, path)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("archive/" + ENTRIES)
    raw = bytearray(path.read_bytes())
    at = info.header_offset + 30 + len(info.filename) + 20
    raw[at : at + 8] = b"\xff" * 8
    path.write_bytes(raw)


@zipped("file-unreadable")
def folder_that_holds_bytes(path: Path, files: Files) -> None:
    add_members(path, files, (zipfile.ZipInfo("archive/data/folder/"), b"hidden"))


# Ranges.


def range_changed(*codes: str) -> Callable[[Callable[[Files], None]], object]:
    def register(change: Callable[[Files], None]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            files = builder.files(start=41)
            change(files)
            return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(builder))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


@range_changed("start-root-mismatch", "root-mismatch", "prev-mismatch")
def edge_of_another_tree(files: Files) -> None:
    files["data/log/start-edge"] = edge_text(edge([b"x" * 32] * 41))


@range_changed("start-root-mismatch", "root-mismatch")
def edge_changed_above_the_last_leaf(files: Files) -> None:
    lines = files["data/log/start-edge"].split(b"\n")
    files["data/log/start-edge"] = b"\n".join([b"0" * 64, *lines[1:]])


@range_changed("start-malformed")
def edge_with_a_hash_too_many(files: Files) -> None:
    files["data/log/start-edge"] += b"0" * 64 + b"\n"


def range_of(name: str, *codes: str, start: int, end: int) -> None:
    """Register a range whose start checkpoint is of one size and whose end is of another."""

    def run(folder: Path) -> Report:
        builder = sample().builder
        lines = builder.lines()[:end]
        leaves = [leaf(line) for line in lines]
        files = {
            "bag-info.txt": builder.bag_info(start, end).replace("full", "none").encode(),
            CHECKPOINT: builder.key.checkpoint(leaves),
            "data/log/start-checkpoint": builder.key.checkpoint(leaves[:start]),
            "data/log/start-edge": edge_text(edge(leaves[:start])),
        }
        if not start:
            files |= {name: raw for name, raw in builder.files().items() if name not in files or name == "bag-info.txt"}
        return verify_archive(write_folder(manifested(files), folder / "bag"), pinned(builder))

    MUTATIONS.append(Mutation(name, frozenset(codes), run))


range_of("range_of_nothing_at_an_odd_size", "start-malformed", start=33, end=33)
range_of("range_of_nothing_at_an_even_size", "start-malformed", start=32, end=32)
range_of("range_that_begins_at_the_first_entry", "start-malformed", start=0, end=SAMPLE_SIZE)


@range_changed("table-missing", "table-header")
def table_of_a_part(files: Files) -> None:
    files[MARKS] = b""


def edge_text(hashes: list[bytes]) -> bytes:
    return b"".join(node.hex().encode() + b"\n" for node in hashes)


# One entry's proof.


def proof_of(builder: Builder, index: int) -> tuple[bytes, bytes]:
    lines = builder.lines()
    leaves = [leaf(line) for line in lines]
    hashes = "".join(base64.b64encode(node).decode() + "\n" for node in inclusion(index, leaves))
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n".encode() + builder.key.checkpoint(leaves), lines[index]


@mutation("proof-mismatch")
def proof_of_another_entry(folder: Path) -> Report:
    builder = sample().builder
    proof, entry = proof_of(builder, 7)
    return verify_proof(proof, swap(entry, b"teacher", b"deputy"), b"", parse_vkey(builder.key.vkey))


@mutation("proof-mismatch")
def proof_of_another_index(folder: Path) -> Report:
    builder = sample().builder
    proof, _ = proof_of(builder, 8)
    return verify_proof(proof, builder.lines()[9], b"", parse_vkey(builder.key.vkey))


@mutation("proof-malformed")
def proof_with_a_plus_in_the_index(folder: Path) -> Report:
    builder = sample().builder
    proof, entry = proof_of(builder, 7)
    return verify_proof(swap(proof, b"index 7", b"index +7"), entry, b"", parse_vkey(builder.key.vkey))


@mutation("disclosure-not-committed")
def proof_with_anothers_disclosure(folder: Path) -> Report:
    builder = sample().builder
    text = builder.disclosures[0][0]
    proof, entry = proof_of(builder, 7)
    return verify_proof(proof, entry, canonical({"disclosure": text, "index": 7}) + b"\n", parse_vkey(builder.key.vkey))


# A running log.


def served(builder: Builder) -> Files:
    """Everything that a log serves, as tlog-tiles says (less than 65,536 entries)."""
    lines = builder.lines()
    leaves = [leaf(line) for line in lines]
    paths: Files = {"checkpoint": builder.key.checkpoint(leaves)}
    level, nodes = 0, leaves
    while nodes:
        above = []
        for first in range(0, len(nodes), 256):
            part = nodes[first : first + 256]
            paths[tile_path(str(level), first // 256, len(part))] = b"".join(part)
            if len(part) == 256:
                above.append(root(part))
        nodes, level = above, level + 1
    for first in range(0, len(lines), 256):
        part = lines[first : first + 256]
        bundle = b"".join(struct.pack(">H", len(line)) + line for line in part)
        paths[tile_path("entries", first // 256, len(part))] = bundle
    return paths


@contextmanager
def serving(paths: Files, token: str = "", unavailable: str = "") -> Iterator[str]:
    """Serve a log on the loopback; entry bundles need the token where there is one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/log/")
            allowed = (
                not token or not name.startswith("tile/entries/") or self.headers["Authorization"] == f"Bearer {token}"
            )
            body = paths.get(name, b"") if allowed else b""
            status = 401 if not allowed else 200 if name in paths else 404
            self.send_response(503 if name == unavailable else status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/log"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def served_changed(*codes: str) -> Callable[[Callable[[Files], None]], object]:
    def register(change: Callable[[Files], None]) -> object:
        def run(folder: Path) -> Report:
            builder = sample().builder
            paths = served(builder)
            change(paths)
            with serving(paths) as prefix:
                return verify_server(Server(prefix), pinned(builder))

        MUTATIONS.append(Mutation(change.__name__, frozenset(codes), run))
        return change

    return register


@served_changed("tile-mismatch")
def tile_of_other_hashes(paths: Files) -> None:
    paths[f"tile/0/{FIRST_TILE}"] = bytes(min(SAMPLE_SIZE, 256) * 32)


@served_changed("bundle-malformed")
def bundle_cut_short(paths: Files) -> None:
    paths[f"tile/entries/{FIRST_TILE}"] = paths[f"tile/entries/{FIRST_TILE}"][:-1]


@served_changed("prev-mismatch", "root-mismatch", "tile-mismatch", "correction-old-value")
def served_entry_changed(paths: Files) -> None:
    paths[f"tile/entries/{FIRST_TILE}"] = swap(paths[f"tile/entries/{FIRST_TILE}"], b'"value":"4"', b'"value":"2"')


@served_changed("http-error")
def bundle_not_found(paths: Files) -> None:
    del paths[f"tile/entries/{FIRST_TILE}"]


@served_changed("http-error")
def checkpoint_endless(paths: Files) -> None:
    paths["checkpoint"] = b"x" * 100_000

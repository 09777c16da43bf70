from __future__ import annotations

import pytest

from api.importing.columns import PEOPLE, YEAR, Table, read_table, table_of
from api.importing.problems import PROBLEMS_MAX, Problems
from api.importing.reading import FILE_BYTES_MAX, ROWS_MAX, decode, read_records

HEADER = "учебный год;с;по"


def read(raw: bytes, table: Table = YEAR, file: str = "year.csv") -> tuple[list[dict[str, str]], list[str]]:
    """Rows as mappings, and the problems as `line:column kind`."""
    problems = Problems()
    text = decode(file, raw, problems)
    rows = [] if text is None else read_table(table, text, problems)
    return [dict(row.cells) for row in rows], [f"{p.line}:{p.column} {p.kind}" for p in problems.sorted()]


def rows_of(text: str, delimiter: str = ";") -> list[tuple[str, ...]]:
    problems = Problems()
    decoded = decode("x.csv", text.encode(), problems)
    assert decoded is not None
    rows = [record.fields for record in read_records(decoded, delimiter, problems)]
    assert problems.count == 0
    return rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_reads_every_usual_form(encoding: str, delimiter: str, end: str) -> None:
    text = end.join([HEADER, "2026/27;01.09.2026;31.05.2027", ""]).replace(";", delimiter)
    assert read(text.encode(encoding)) == (
        [{"title": "2026/27", "starts_on": "01.09.2026", "ends_on": "31.05.2027"}],
        [],
    )


@pytest.mark.parametrize(
    "header",
    [
        "title;starts_on;ends_on",
        "Учебный  год;С;ПО",
        "title (учебный год);starts_on (с);ends_on (по)",
        f'"{HEADER[:11]}";с;по',
    ],
)
def test_reads_headers_in_either_language(header: str) -> None:
    rows, problems = read(f"{header}\na;b;c\n".encode())
    assert (rows, problems) == ([{"title": "a", "starts_on": "b", "ends_on": "c"}], [])


def test_takes_columns_in_any_order() -> None:
    assert read("по;учебный год;с\nc;a;b\n".encode())[0] == [{"title": "a", "starts_on": "b", "ends_on": "c"}]


def test_knows_a_table_by_its_files_name() -> None:
    assert table_of("C:\\школа\\Люди.CSV") is PEOPLE
    assert table_of("/tmp/people.csv") is PEOPLE
    assert table_of("people-2026.csv") is None


def test_unquotes_as_rfc_4180_says() -> None:
    assert rows_of('"a;b";"c ""d""";e\n') == [("a;b", 'c "d"', "e")]
    assert rows_of('"";x\r\n"a"\t;"b" \n') == [("", "x"), ("a", "b")]


def test_leaves_out_rows_without_any_value_and_spaces_around_values() -> None:
    assert rows_of("a;b\n;;\n \t;\n x ;\u00a0y\n\n") == [("a", "b"), ("x", "y")]


def test_counts_lines_through_quoted_line_ends() -> None:
    rows, problems = read(f'{HEADER}\n"a\nb";c;d\nx;y\n'.encode())
    assert rows == []
    assert problems == ["2:1 control_character", "4:0 wrong_field_count"]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "1:0 empty_file"),
        (b"\r\n;;\r\n", "1:0 unknown_header"),
        ("кто;зачем\n".encode(), "1:0 unknown_header"),
        ("Учебный год;с\n2026/27;01.09.2026\n".encode(), "1:0 missing_column"),
        (f"{HEADER};номер\na;b;c;d\n".encode(), "1:4 unknown_column"),
        (f"{HEADER};по\na;b;c;d\n".encode(), "1:4 repeated_column"),
        (f"{HEADER};\na;b;c;d\n".encode(), "2:4 unknown_column"),
        (f"{HEADER}\na;b\n".encode(), "2:0 wrong_field_count"),
        (f'{HEADER}\na;"b;c\n'.encode(), "2:2 unbalanced_quote"),
        (f'{HEADER}\nООО "Луч";b;c\n'.encode(), "2:1 stray_quote"),
        (f'{HEADER}\n"a"b;c;d\n'.encode(), "2:1 stray_quote"),
        (f"{HEADER}\na\x1b[31m;b;c\n".encode(), "2:1 control_character"),
        (f"{HEADER}\na\u202eb;b;c\n".encode(), "2:1 control_character"),
        (f"{HEADER}\na\rb;b;c\n".encode(), "2:1 control_character"),
        (f"{HEADER}\n{'a' * 201};b;c\n".encode(), "2:1 field_too_long"),
        (f"{HEADER}\na;b;c\x00\n".encode(), "2:0 not_text"),
        (HEADER.encode("utf-16"), "1:0 not_text"),
        (f"{HEADER}\nИван;b;c\n".encode("cp1251") + b"\x98", "3:0 wrong_encoding"),
        (HEADER.encode("cp866"), "1:0 wrong_encoding"),
        (HEADER.encode("koi8-r"), "1:0 wrong_encoding"),
        (b"x" * (FILE_BYTES_MAX + 1), "0:0 file_too_large"),
    ],
)
def test_names_line_and_column_of_what_is_wrong(raw: bytes, problem: str) -> None:
    assert problem in read(raw)[1]


def test_an_unclosed_quote_does_not_hide_the_rows_behind_it() -> None:
    rows, problems = read(f'{HEADER}\n"a;b;c\nd;e\n'.encode())
    assert rows == []
    assert problems == ["2:1 unbalanced_quote", "3:0 wrong_field_count"]


def test_takes_20000_rows_and_not_one_more() -> None:
    row = "a;b;c\n"
    assert read((HEADER + "\n" + row * ROWS_MAX).encode())[1] == []
    assert f"{ROWS_MAX + 2}:0 too_many_rows" in read((HEADER + "\n" + row * (ROWS_MAX + 1)).encode())[1]


def test_keeps_a_bounded_number_of_problems_and_says_how_many_there_are() -> None:
    problems = Problems()
    for line in range(PROBLEMS_MAX + 7):
        problems.add("x.csv", line + 1, "bad_date")
    found = problems.sorted()
    assert len(found) == PROBLEMS_MAX + 1
    assert (found[-1].kind, found[-1].detail) == ("too_many_problems", str(PROBLEMS_MAX + 7))

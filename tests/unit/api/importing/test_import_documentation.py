"""`docs/import.md` names every table, column and limit as the code has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.importing.columns import TABLES, Table
from api.importing.problems import PROBLEMS_MAX, Problem
from api.importing.reading import FIELD_LENGTH_MAX, FILE_BYTES_MAX, ROWS_MAX

TEXT = (Path(__file__).parents[4] / "docs" / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_every_table_and_column_is_described(table: Table) -> None:
    section = next(
        part for part in TEXT.split("\n### ") if part.startswith(f"`{table.name}.csv` (`{table.russian}.csv`)")
    )
    header = next(line for line in section.splitlines() if line.startswith("| "))
    described = [cell.strip() for cell in header.strip("|").split("|")]
    assert described == [
        f"{column.russian if column.mandatory else f'[{column.russian}]'} (`{column.name}`)" for column in table.columns
    ]


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{FILE_BYTES_MAX // 1_048_576} MiB and {ROWS_MAX:,} rows a file, {FIELD_LENGTH_MAX} characters" in TEXT
    assert f"The first {PROBLEMS_MAX} problems" in TEXT


def test_the_sample_message_is_what_the_program_prints() -> None:
    assert f"    {Problem('people.csv', 7, 6, 'дата рождения', 'bad_date')}\n" in TEXT

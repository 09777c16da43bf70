"""`replay --view table:NAME`: a table of an archive as it stood at a position, with the names that stood then."""

from __future__ import annotations

import sys

from api.cli.console import Console, Exit
from api.cli.looking import SHOWS, look
from api.schools import OpenSchool
from api.settings import SettingsError
from exports.registers import Registers
from exports.tables import Table, format_table

PREFIX = "table:"


def show_table(console: Console, school: OpenSchool, name: str, position: int, *, as_csv: bool) -> int:
    """Print a table as it stood: its columns in Russian and its rows, as JSON, or as the archive has it.

    Raises:
        SettingsError: an archive has no such table.
        AccessLogUnavailable: the look cannot be recorded; nothing is printed.
    """
    registers = Registers(school.views, position, school.opener(position))
    tables = {table.name: table for table in registers.tables()}
    if name not in tables:
        listed = ", ".join(f"{PREFIX}{one}" for one in tables)
        raise SettingsError(f"--view: нет такой таблицы, есть / no such table, there are: {listed}")
    columns, rows = tables[name].columns, [list(row) for row in tables[name].rows]
    content = {"position": position, "table": name, "columns": list(columns), "rows": rows}
    look(school, "replay", content, kinds=SHOWS["export"], form="csv" if as_csv else None, as_of=position)
    if as_csv:
        for piece in format_table(Table(name, columns, rows)):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return Exit.DONE
    head = f"позиция / position {position}, строк / rows {len(rows)}"
    titles = " | ".join(column.partition(" (")[2].removesuffix(")") or column for column in columns)
    console.result(content, "\n".join([head, titles, *(" | ".join(row) for row in rows)]))
    return Exit.DONE

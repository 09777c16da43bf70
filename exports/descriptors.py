"""What programs read of an archive's tables: a Frictionless data package and CSVW metadata.

Both say the dialect (UTF-8 with BOM, ``;``, CRLF), each column's type, and which columns are keys; the package has each
file's length and digest too. Formats: https://datapackage.org (v1), https://www.w3.org/TR/tabular-metadata/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from exports.declared import TITLES, UNIQUE, Column, Kind, key_of

_UUID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SHA256: Final = "[0-9a-f]{64}"

_FRICTIONLESS: Final[dict[Kind, dict[str, Any]]] = {
    Kind.ENTRY: {"type": "integer"},
    Kind.COUNT: {"type": "integer"},
    Kind.MOMENT: {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%fZ"},
    Kind.DATE: {"type": "date"},
    Kind.TIME: {"type": "time", "format": "%H:%M"},
    Kind.ID: {"type": "string", "format": "uuid"},
    Kind.FLAG: {"type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]},
    Kind.SHA256: {"type": "string"},
    Kind.OBJECT: {"type": "object"},
    Kind.TEXT: {"type": "string"},
}
_CSVW: Final[dict[Kind, Any]] = {
    Kind.ENTRY: "nonNegativeInteger",
    Kind.COUNT: "nonNegativeInteger",
    Kind.MOMENT: {"base": "dateTime", "format": "yyyy-MM-ddTHH:mm:ss.SSSSSSX"},
    Kind.DATE: {"base": "date", "format": "yyyy-MM-dd"},
    Kind.TIME: {"base": "time", "format": "HH:mm"},
    Kind.ID: {"base": "string", "format": _UUID},
    Kind.FLAG: {"base": "boolean", "format": "да|нет"},
    Kind.SHA256: {"base": "string", "format": _SHA256},
    Kind.OBJECT: "json",
    Kind.TEXT: "string",
}


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table that stands in an archive: its name, columns, number of rows, length and SHA-256 of its file."""

    name: str
    columns: Sequence[Column]
    rows: int
    size_bytes: int
    sha256: str

    @property
    def title(self) -> str:
        """Its name for people, Russian and English."""
        return " / ".join(TITLES[self.name])


def format_datapackage(school: str, last_at: str, tables: Sequence[WrittenTable]) -> bytes:
    """``datapackage.json``; `last_at` is the moment of the archive's last entry."""
    content = {
        "profile": "tabular-data-package",
        "name": "letopis",
        "title": f"Электронный журнал: {school} / Class journal",
        "created": last_at,
        "resources": [_resource(table) for table in tables],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def format_csvw(school: str, tables: Sequence[WrittenTable]) -> bytes:
    """``csv-metadata.json``."""
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ru"}],
        "dc:title": f"Электронный журнал: {school} / Class journal",
        "dialect": {
            "encoding": "utf-8",
            "delimiter": ";",
            "lineTerminators": ["\r\n"],
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "tables": [_described(table) for table in tables],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _resource(table: WrittenTable) -> dict[str, Any]:
    headers = {column.name: column.header for column in table.columns}
    schema: dict[str, Any] = {"fields": [_field(table.name, column) for column in table.columns], "missingValues": [""]}
    if key := key_of(table.name):
        schema["primaryKey"] = [headers[name] for name in key]
    if foreign := [column for column in table.columns if column.refers_to]:
        schema["foreignKeys"] = [_foreign(column) for column in foreign]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": table.size_bytes,
        "hash": f"sha256:{table.sha256}",
        "dialect": {
            "delimiter": ";",
            "lineTerminator": "\r\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "skipInitialSpace": False,
            "header": True,
        },
        "schema": schema,
    }


def _field(table: str, column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.is_required:
        constraints["required"] = True
    if (table, column.name) in UNIQUE:
        constraints["unique"] = True
    if column.kind.is_number:
        constraints["minimum"] = 0
    if column.kind is Kind.SHA256:
        constraints["pattern"] = _SHA256
    return {
        "name": column.header,
        "title": f"{column.title} / {column.english}",
        "description": column.kind.value,
        **_FRICTIONLESS[column.kind],
        **({"constraints": constraints} if constraints else {}),
    }


def _foreign(column: Column) -> dict[str, Any]:
    resource, name = column.refers_to or ("", "")
    return {"fields": [column.header], "reference": {"resource": resource, "fields": [_HEADERS[resource, name]]}}


_HEADERS: Final = {
    ("people", "person"): "person (человек)",
    ("courses", "course"): "course (курс)",
    ("lessons", "lesson"): "lesson (урок)",
}


def _described(table: WrittenTable) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in table.columns]}
    if key := key_of(table.name):
        schema["primaryKey"] = list(key)
    if foreign := [(column.name, *column.refers_to) for column in table.columns if column.refers_to]:
        schema["foreignKeys"] = [
            {"columnReference": name, "reference": {"resource": f"{other}.csv", "columnReference": target}}
            for name, other, target in foreign
        ]
    return {"url": f"{table.name}.csv", "dc:title": _in_both(*TITLES[table.name]), "tableSchema": schema}


def _in_both(russian: str, english: str) -> list[dict[str, str]]:
    return [{"@value": russian, "@language": "ru"}, {"@value": english, "@language": "en"}]


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "titles": column.header,
        "dc:title": _in_both(column.title, column.english),
        "dc:description": {"@value": column.kind.value, "@language": "ru"},
        "datatype": _CSVW[column.kind],
        **({"required": True} if column.is_required else {}),
    }

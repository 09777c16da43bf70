"""`data/tables/datapackage.json` beside the tables (tables.md): names, columns, dialect, each file's length and hash.

Everything else in it (types, titles, keys) is for the programs that read it, and compared with nothing.
"""

import json
from typing import Any, Final

from verify.bag import Bag
from verify.columns import COLUMNS
from verify.findings import Place, Report

PACKAGE: Final = "data/tables/datapackage.json"
_MAX_BYTES: Final = 4 << 20
_DIALECT: Final = {
    "delimiter": ";",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
    "header": True,
}


def check_package(bag: Bag) -> None:
    """Compare it, where it is there, with the tables as they were read; call it when they have been."""
    raw = bag.small(PACKAGE, _MAX_BYTES)
    if raw is None:
        return
    try:
        package = json.loads(raw)
    except (ValueError, RecursionError):
        bag.report.add("package-malformed", Place(PACKAGE), "a JSON object", "something else")
        return
    resources = package.get("resources") if isinstance(package, dict) else None
    listed = resources if isinstance(resources, list) else []
    named = [(one.get("name"), one) for one in listed if isinstance(one, dict)]
    if sorted(str(name) for name, _ in named) != sorted(COLUMNS):
        place = Place(PACKAGE, field="resources")
        bag.report.add("package-malformed", place, "each table once", [name for name, _ in named])
        return
    for name, resource in named:
        _compare(bag, str(name), COLUMNS[str(name)], resource)


def _compare(bag: Bag, name: str, columns: tuple[str, ...], stated: dict[str, Any]) -> None:
    report: Report = bag.report
    file = f"data/tables/{name}.csv"
    expected: dict[str, object] = {"path": f"{name}.csv", "encoding": "utf-8", "dialect": _DIALECT}
    digest = bag.digest_of(file)
    if digest is not None:
        expected |= {"bytes": bag.source.sizes[file], "hash": f"sha256:{digest}"}
    for label, wanted in expected.items():
        found = stated.get(label)
        if type(found) is not type(wanted) or found != wanted:
            report.add("package-differs", Place(PACKAGE, field=f"{name}.{label}"), wanted, found)
    schema = stated.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    listed = fields if isinstance(fields, list) else []
    names = [field.get("name") if isinstance(field, dict) else None for field in listed]
    if names != list(columns):
        report.add("package-differs", Place(PACKAGE, field=f"{name}.fields"), list(columns), names)

"""What stands beside the tables (tables.md): their description, the workbooks, the SQLite file."""

from collections.abc import Callable
from functools import partial
from typing import Final

from verify.bag import Bag
from verify.columns import COLUMNS
from verify.database import check_database
from verify.package import check_package
from verify.sheets import ApartError
from verify.workbooks import BOOKS, check_workbook

_TITLES: Final = {name: title for titles in BOOKS.values() for name, title in titles.items()}


def check_beside(bag: Bag, *, with_copies: bool) -> None:
    """Compare what is there with the tables, copies if asked for; call it when these have been read."""
    check_package(bag)
    if not with_copies:
        return
    wrong = {finding.place.file for finding in bag.report.findings}
    sound = {name for name in COLUMNS if f"data/tables/{name}.csv" in bag.source.sizes.keys() - wrong}
    # Where a table lacks or is wrong there is nothing to compare with, and a finding already.
    for book, titles in BOOKS.items():
        if titles.keys() <= sound:
            _check(bag, "workbooks", partial(check_workbook, bag, book))
    if sound == COLUMNS.keys():
        _check(bag, "databases", partial(check_database, bag, _TITLES))


def _check(bag: Bag, what: str, check: Callable[[], bool]) -> None:
    try:
        bag.report.checked[what] += check()
    except ApartError as apart:
        bag.report.add(apart.code, apart.place, apart.expected, apart.found)

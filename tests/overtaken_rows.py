"""Transactions of the store of sign-ins that another one overtakes, as another server's would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any, TypeVar

from api.identity.rows import Execute, Rows

_T = TypeVar("_T")


class Overtaken:
    """Rows of a transaction that another one overtakes before its statement that begins so: or tries to, and waits."""

    def __init__(self, rows: Rows, before: str, other: Callable[[], object]) -> None:
        self._rows = rows
        self._before = before
        self._other = Thread(target=other)
        self._is_begun = False

    def run(self, work: Callable[[Execute], _T]) -> _T:
        def overtaken(execute: Execute) -> _T:
            def run_one(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
                if sql.startswith(self._before) and not self._is_begun:
                    self._is_begun = True
                    self._other.start()
                    self._other.join(0.5)
                return execute(sql, parameters)

            return work(run_one)

        try:
            return self._rows.run(overtaken)
        finally:
            if self._is_begun:
                self._other.join()

    def close(self) -> None:
        self._rows.close()

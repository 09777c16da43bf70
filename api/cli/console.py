"""How commands speak: findings on standard output, progress on standard error, errors without tracebacks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

import orjson


class Exit(IntEnum):
    """Exit codes; see the package."""

    DONE = 0
    FINDING = 1
    USAGE = 2
    UNAVAILABLE = 3


class Console:
    """One command's output."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def say(self, text: str) -> None:
        """A line for people; silent with ``--json``."""
        if not self.as_json:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def result(self, content: dict[str, object], text: str = "") -> None:
        """What the command found: one JSON object with ``--json``, `text` otherwise."""
        if self.as_json:
            sys.stdout.write(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n")
        elif text:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def complain(self, text: str) -> None:
        """An error line on standard error."""
        sys.stderr.write(text + "\n")

    @contextmanager
    def progress(self, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """A bar on standard error, where that is a terminal; call the yielded function with the number done.

        Args:
            what: what is under way.
            total: the number at the end, if it is known.
        """
        if self.as_json or not sys.stderr.isatty():
            yield _unseen
            return
        from rich.console import Console as RichConsole
        from rich.progress import Progress, TextColumn

        columns = (*Progress.get_default_columns(), TextColumn("{task.completed}"))
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)


def _unseen(_done: int) -> None:
    """Progress that nobody watches."""

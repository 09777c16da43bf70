"""The one command that is called: made alone, for the options of all the others took half of a start; and its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any, Final

import typer
from typer.main import get_command_name, get_group
from typer.models import CommandInfo, TyperInfo

_called: Final = ContextVar("_called", default="")


def called(app: typer.Typer, arguments: Sequence[str]) -> Callable[..., Any]:
    """What runs these arguments as `app` does, without the commands that they do not name.

    Where the first argument names none, all are made: it asks for their list, or is a mistake, and one may be meant.
    """
    commands, groups = _named(app, arguments[0] if arguments else "")
    if not commands and not groups:
        return app
    one = copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return get_group(one)


@contextmanager
def calling(app: typer.Typer, arguments: Sequence[str]) -> Iterator[None]:
    """Know what is called while it runs."""
    before = _called.set(_path_of(app, arguments))
    try:
        yield
    finally:
        _called.reset(before)


def called_name() -> str:
    """What is called, such as ``letopis accounts reset``; empty where that is no command of ours."""
    return _called.get()


def _path_of(app: typer.Typer, arguments: Sequence[str]) -> str:
    name, inside, *_ = (*arguments, "", "")
    commands, groups = _named(app, name)
    if commands:
        return f"letopis {name}"
    if any(_named(group.typer_instance, inside)[0] for group in groups if group.typer_instance is not None):
        return f"letopis {name} {inside}"
    return ""


def _named(app: typer.Typer, name: str) -> tuple[list[CommandInfo], list[TyperInfo]]:
    """The command of this name, or the group of commands."""
    commands = [
        one
        for one in app.registered_commands
        if name == (one.name or get_command_name(one.callback.__name__ if one.callback else ""))
    ]
    return commands, [one for one in app.registered_groups if name == one.name]

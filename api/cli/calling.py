"""The one command that is called, made alone: the options of all the others took half of a start to make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import typer
from typer.main import get_command_name, get_group


def called(app: typer.Typer, arguments: Sequence[str]) -> Callable[..., Any]:
    """What runs these arguments as `app` does, without the commands that they do not name.

    Where the first argument names none, all are made: it asks for their list, or is a mistake, and one may be meant.
    """
    name = arguments[0] if arguments else ""
    commands = [one for one in app.registered_commands if name == _name_of(one)]
    groups = [one for one in app.registered_groups if name == one.name]
    if not commands and not groups:
        return app
    one = copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return get_group(one)


def _name_of(command: typer.models.CommandInfo) -> str:
    return command.name or get_command_name(command.callback.__name__ if command.callback else "")

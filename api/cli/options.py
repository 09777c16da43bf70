"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Var = Annotated[Path, typer.Option(help="Папка школы / the school's folder")]
Json = Annotated[bool, typer.Option("--json", help="Ответ для программ / answer for programs")]
At = Annotated[str | None, typer.Option(help="Момент / moment, RFC 3339: 2026-11-01T12:00:00Z")]
Position = Annotated[int | None, typer.Option(min=0, help="Позиция: число записей / position: number of entries")]

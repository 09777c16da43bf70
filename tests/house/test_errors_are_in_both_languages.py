"""What the command line says of a wrong setting, option or target is in Russian with English beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from api.cli.failing import explain
from ledger.errors import LetopisError

ROOT = Path(__file__).resolve().parents[2]
TOLD_AS_THEY_ARE = {"SettingsError", "UnavailableError", "ExportError", "LatchInUseError", "FilesNotReadError"}


def texts() -> Iterator[tuple[str, str]]:
    """Place and text of every such error that is raised with a text."""
    for path in sorted([*(ROOT / "api").rglob("*.py"), *(ROOT / "exports").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TOLD_AS_THEY_ARE:
                words = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
                if text := "".join(word for word in words if isinstance(word, str)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def test_each_text_has_both_languages() -> None:
    found = list(texts())
    assert len(found) > 20
    for place, text in found:
        assert re.search("[а-яё]{3}", text), place
        assert re.search("[a-z]{3}", text), place
        assert " / " in text, place


def test_an_error_of_the_ledger_gets_russian_words() -> None:
    kinds = [LetopisError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    plain = [kind for kind in kinds if kind.__init__ in (LetopisError.__init__, Exception.__init__)]
    assert len(plain) > 5
    for kind in plain:
        if kind.__name__ not in TOLD_AS_THEY_ARE:
            assert re.search("[а-яё]{3}.* / .*in English", explain(kind("in English"))[0]), kind

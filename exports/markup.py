"""Writing XML: elements and text, escaped; characters that XML cannot hold are shown as U+FFFD."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from xml.sax.saxutils import XMLGenerator  # writes only: nothing from outside is parsed
from xml.sax.xmlreader import AttributesImpl

_NO_CHARACTER: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Markup:
    """A document that is written from its first element to its last, and taken in pieces."""

    def __init__(self, declaration: str) -> None:
        self._buffer = io.StringIO()
        self._buffer.write(declaration)
        self._writer = XMLGenerator(self._buffer, "utf-8", short_empty_elements=True)
        self._depth = 0

    @contextmanager
    def inside(self, name: str, **attributes: str) -> Iterator[None]:
        """What is written meanwhile stands in this element; ``_`` in an attribute's name reads as ``:``."""
        self._line()
        self._writer.startElement(name, _shown(attributes))
        self._depth += 1
        yield
        self._depth -= 1
        self._line()
        self._writer.endElement(name)

    def element(self, name: str, text: str = "", **attributes: str) -> None:
        """An element with text in it, or with nothing."""
        self._line()
        self._writer.startElement(name, _shown(attributes))
        if text:
            self._writer.characters(_NO_CHARACTER.sub("\ufffd", text))
        self._writer.endElement(name)

    def taken(self) -> bytes:
        """What was written since this was asked before, as UTF-8."""
        piece = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return piece.encode()

    def _line(self) -> None:
        self._writer.ignorableWhitespace("\n" + "  " * self._depth)


def _shown(attributes: dict[str, str]) -> AttributesImpl[str]:
    shown = {name.replace("_", ":"): _NO_CHARACTER.sub("\ufffd", value) for name, value in attributes.items()}
    return AttributesImpl(shown)

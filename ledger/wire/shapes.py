"""Shapes of `data`: which texts are canonical JSON objects, told many at a time; pure.

    {"student":"3ebba7dc-…","value":"4","work":"f12de194-…"}

A shape is what a pattern says of an object: these keys in this order, this kind of value behind each. It is taken from
an object that the rule (`wire.canonical.parse_canonical`) found canonical, so its keys are allowed, sorted and not
repeated; and a value matches only where it is in its one spelling. So whatever a shape matches is canonical, and what
no shape matches is merely not known to be: the rule is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

SHAPES_MAX: Final = 128
"""Shapes that are kept; a journal has some fifty. Ever new ones must not grow the pattern without end."""

_SEEN_BEFORE_KEPT: Final = 4
_MISSED_BEFORE_COMPILED: Final = 256  # texts that were left to the rule in vain: as long as a compilation takes
_KEYS_MAX: Final = 32

# Possessive: none of these can be read in two ways, so nothing is to be tried again. A text with an escape in it is
# left to the rule.
_TEXT: Final = r'"[^"\\\x00-\x1f]*+"'
_INTEGER: Final = r"(?:0|-?[1-9][0-9]{0,14}+)"  # fifteen digits are below 2^53
_KINDS: Final = {
    str: _TEXT,
    int: _INTEGER,
    bool: r"(?:true|false)",
    type(None): r"null",
    list: rf"\[(?:{_TEXT}(?:,{_TEXT})*+|{_INTEGER}(?:,{_INTEGER})*+)?+\]",
}

_LISTED: Final[tuple[set[type], ...]] = (set(), {str}, {int})

Shape = tuple[tuple[str, type], ...]


class Shapes:
    """The shapes seen so far, as one pattern over lines.

    Any thread may use it: two that learn at once may lose a count, which costs a little time and nothing else.
    """

    def __init__(self) -> None:
        self._counts: Counter[Shape] = Counter()
        self._lines: re.Pattern[str] | None = None
        self._kept: frozenset[Shape] = frozenset()
        self._missed = 0

    def unknown(self, texts: Sequence[bytes]) -> Sequence[int]:
        """Give the places of the texts that no shape matches, in order: all others are canonical objects."""
        try:
            lines = b"\n".join((*texts, b"")).decode()
        except UnicodeDecodeError:
            return range(len(texts))
        pattern = self._lines
        # As many line feeds as texts: none is within a text, so lines are texts.
        if pattern is None or lines.count("\n") != len(texts):
            return range(len(texts))
        unknown: list[int] = []
        offset = counted = line = 0
        while True:
            match = pattern.match(lines, offset)
            offset = match.end() if match is not None else offset
            if offset == len(lines):
                return unknown
            line += lines.count("\n", counted, offset)
            counted = offset
            unknown.append(line)
            offset = lines.index("\n", offset) + 1

    def learn(self, value: Mapping[str, Any]) -> None:
        """Take the shape of an object that was read from canonical form by the rule, and from nothing else."""
        for item in value.values():
            if type(item) not in _KINDS or (type(item) is list and set(map(type, item)) not in _LISTED):
                return
        shape = tuple((key, type(item)) for key, item in value.items())
        if len(shape) > _KEYS_MAX or (shape not in self._counts and len(self._counts) >= SHAPES_MAX):
            return
        self._counts[shape] += 1
        self._missed += shape not in self._kept  # else: a text with an escape in it, or a long number
        if self._missed >= _MISSED_BEFORE_COMPILED:
            self.compile()

    def compile(self) -> None:
        """Make the pattern anew, the shapes seen most often first."""
        self._missed = 0
        counts = Counter(dict(self._counts))  # copied at one go: another thread may be adding to it
        kept = [shape for shape, count in counts.most_common() if count >= _SEEN_BEFORE_KEPT]
        if not self._kept.issuperset(kept):
            self._kept = frozenset(kept)
            self._lines = re.compile(rf"(?>(?:{'|'.join(map(_format_shape, kept))})\n)*+")


def _format_shape(shape: Shape) -> str:
    return r"\{" + ",".join(f'"{key}":{_KINDS[kind]}' for key, kind in shape) + r"\}"

"""What the journal's rules say, in Russian: the gettext catalogue ``locale/ru/LC_MESSAGES/letopis.po``.

A refusal is looked up by its rule (the catalogue's context) and its English message, values not yet filled in::

    msgctxt "out_of_range"
    msgid "not an integer from {least} to {most}"
    msgstr "не целое число от {least} до {most}"

Words of ours that stand as values, such as roles, have the context ``word``. ``make messages`` adds what is new in the
rules to the catalogue, without a translation; `tests/house` holds both together, so that none stays without.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib import resources
from typing import Final

from ledger.errors import Refused

WORD: Final = "word"
"""Context of words that stand as values."""


@cache
def russian() -> gettext.NullTranslations:
    """The catalogue: compiled from its text once a process, so that nothing compiled has to be kept in step."""
    # Most programs start and end without a refusal: only one loads what reads the catalogue.
    from babel.messages import mofile, pofile

    text = resources.files("api.translation").joinpath("locale/ru/LC_MESSAGES/letopis.po").read_bytes()
    compiled = io.BytesIO()
    mofile.write_mo(compiled, pofile.read_po(io.BytesIO(text)))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def in_russian(error: Refused) -> str:
    """Say a refusal in Russian; in English where the catalogue has it not."""
    catalogue = russian()

    def word(value: str) -> str:
        return catalogue.pgettext(WORD, value)

    values: dict[str, object] = {}
    for name, value in error.values.items():
        match value:
            case str():
                values[name] = word(value)
            case tuple():
                values[name] = " или ".join(map(word, value))
            case _:
                values[name] = value
    return catalogue.pgettext(error.rule, error.message).format_map(values)

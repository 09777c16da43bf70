"""The archive's own README: what it is and how to check it with `sha256sum` and `openssl`, Russian first.

The text is ``readme.txt`` beside this module, with ``@markers@``. Its commands stand on lines that begin with
``    $ `` (continued with ``    > ``) and run as written in the folder of the archive; the test suite runs them so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class ReadmeFacts:
    """What the README names; `first_file` is the path of the first entries file in the bag."""

    school: str
    origin: str
    first_index: int
    size: int
    first_at: str
    last_at: str
    first_file: str
    with_disclosures: bool
    with_tables: bool
    with_documents: bool
    is_sealed: bool


def format_readme(facts: ReadmeFacts) -> bytes:
    """README.txt as UTF-8 bytes."""
    tables, people, sealed = _TABLES[facts.with_tables], _PEOPLE[facts.with_disclosures], _SEALED[facts.is_sealed]
    later = _LATER if facts.first_index else ("", "")
    words = {
        "school": facts.school,
        "origin": facts.origin,
        "first_index": str(facts.first_index),
        "last_index": str(facts.size - 1),
        "size": str(facts.size),
        "first_at": facts.first_at,
        "last_at": facts.last_at,
        "first_file": facts.first_file,
        "tables_ru": tables[0] + _DOCUMENTS[0] * facts.with_documents + later[0],
        "tables_en": tables[1] + _DOCUMENTS[1] * facts.with_documents + later[1],
        "people_ru": people[0],
        "people_en": people[1],
        "sealed_ru": sealed[0],
        "sealed_en": sealed[1],
    }
    return fill("readme.txt", words)


def fill(name: str, words: Mapping[str, str]) -> bytes:
    """A text beside this module, as UTF-8, with what each of its ``@markers@`` stands for."""
    text = files("exports").joinpath(name).read_text(encoding="utf-8")
    return re.sub(r"@([a-z_]+)@", lambda marker: words[marker[1]], text).encode("utf-8")


_TABLES: Final = {
    True: (
        """\
data/tables/*.csv — таблицы для людей (UTF-8, разделитель «;»): уроки, отметки, пропуски, исправления.
data/tables/*.xlsx — те же таблицы книгами: табличный редактор не сделает из «4/3» дату.
data/tables/tables.sqlite — они же для SQL; datapackage.json и csv-metadata.json — описание для программ.
data/description/description.html — чей архив, за какие годы, сколько хранить; premis.xml — для программ архива.""",
        """\
data/tables/*.csv are tables for people (UTF-8, ';'): lessons, marks, absences, corrections.
data/tables/*.xlsx are the same as workbooks: no spreadsheet makes a date of 4/3.
data/tables/tables.sqlite is the same for SQL; datapackage.json and csv-metadata.json describe them to programs.
data/description/description.html says whose, of which years, how long it is kept; premis.xml says it to programs.""",
    ),
    False: (
        "Таблиц нет.",
        "There are no tables.",
    ),
}
_LATER: Final = (
    """
data/log/start-checkpoint — подписанный конец прежнего архива, который этот продолжает. В таблицах строки записей
этого архива; исправление с номером прежней записи исправляет прежний архив. Таблицы сверяют с записями вместе со всеми
прежними архивами, без них — лишь по виду: python3 verify.pyz . --earlier ПРЕЖНИЙ --key "$VKEY".""",
    """
data/log/start-checkpoint is the signed end of the earlier archive that this one continues. Tables have rows of this
archive's entries; a correction that names an earlier entry corrects the earlier archive. Tables are compared with
entries beside all earlier archives, else by form alone: python3 verify.pyz . --earlier EARLIER --key "$VKEY".""",
)
_DOCUMENTS: Final = (
    "\ndata/documents/index.html — документы для чтения и печати (PDF): страницы классов, ведомости, исправления.",
    "\ndata/documents/index.html links documents to read and print (PDF): class pages, summary sheets, corrections.",
)
_PEOPLE: Final = {
    True: (
        "data/log/disclosures.jsonl — личные сведения, открытые получателю; храните как персональные данные (152-ФЗ).",
        "data/log/disclosures.jsonl holds names and other values disclosed to this receiver: personal data.",
    ),
    False: (
        "Личных сведений в архиве нет: вместо имён стоят случайные номера.",
        "There are no personal values in this archive: random ids stand in place of names.",
    ),
}
_SEALED: Final = {
    True: (
        "signature/*.sig — подписи школы под обоими манифестами (Ed25519), key.pem — её открытый ключ.",
        "signature/*.sig are the school's signatures of both manifests (Ed25519), key.pem is its public key.",
    ),
    False: ("Манифесты никем не подписаны.", "Nobody signed the manifests."),
}

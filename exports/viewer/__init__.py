"""`ПРОЧТИ.html`: one page, opened from the archive's folder, that verifies the archive and shows what it says.

The page is HTML, CSS and plain scripts of this folder, joined into one file: the same bytes on every build. It fetches
nothing and is allowed nothing: its policy is `default-src 'none'` with the hashes of its one style and one script.

The scripts, in the order in which they are joined, hang everything on one object, `Letopis`::

    hash canonical report note disclosures bag zip seal log tables archive against   verify: bytes in, findings out
    rule-codes shapes fields lesson-fields rules and the rooms of RULES               verify: what entries mean
    cells rows rows-* compare package                rows of tables from entries, and what the tables say beside them
    sheets workbooks records database                workbooks and the SQLite file beside the tables, row by row
    clock terms school-days deadline*                deadlines counted again, and the tables of them
    extract extract-* recount                        an extract, which is judged otherwise
    words views elements page picking                                                show it: text, never markup
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Final

# Rules of both logs (events.md, access-log.md): codes and fields, the reading, a room for each family of events.
RULES: Final = (
    *("rule-codes", "shapes", "fields", "lesson-fields", "rules"),
    *("set-up", "orders", "lessons", "corrections", "homework", "closing", "journals", "results", "timetable"),
    *("people", "evidence", "witnesses", "prints", "erasures", "papers", "accounts", "access"),
)
SCRIPTS: Final = (
    *("hash", "canonical", "report", "note", "disclosures", "bag", "zip", "seal", *RULES, "log"),
    *("cells", "rows", "rows-school", "rows-lessons", "rows-results", "rows-oversight", "rows-people"),
    *("compare", "tables", "package", "sheets", "workbooks", "records", "database"),
    *("clock", "terms", "school-days", "deadline-tables", "deadlines"),
    *("extract", "extract-scope", "recount", "archive", "against", "extract-against"),
    *("words", "views", "elements", "page", "picking"),
)
_COLUMNS: Final = "/*COLUMNS*/ {} /*COLUMNS*/"
_BESIDE: Final = "/*BESIDE*/ [] /*BESIDE*/"
_ROW: Final = re.compile(r"^\| `([a-z_]+)\.csv` \| .* \| ([^|]+) \|$", re.MULTILINE)
_COLUMN: Final = re.compile(r"(?<=\)), ")


class ViewerError(Exception):
    """The page cannot be built from these parts."""


def viewer_page(tables_page: str) -> bytes:
    """The page's bytes; `tables_page` is the text of spec/tables.md, which says what tables there are.

    Raises:
        ViewerError: no table in that text, or a part that would end its own element.
    """
    columns = {name: _COLUMN.split(listed.strip()) for name, listed in _ROW.findall(tables_page)}
    if not columns:
        raise ViewerError("spec/tables.md lists no table")
    script = "\n".join(_part(f"{name}.js") for name in SCRIPTS)
    script = script.replace(_COLUMNS, json.dumps(columns, ensure_ascii=False))
    script = script.replace(_BESIDE, json.dumps(_beside(tables_page)))
    style = _part("page.css")
    if "</" in style or re.search(r"</script|<!--", script, re.IGNORECASE):
        raise ViewerError("a part would end its element")
    policy = (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    words = {"policy": policy, "style": style, "script": script}
    return re.sub(r"@(policy|style|script)@", lambda marker: words[marker[1]], _part("page.html")).encode()


def _beside(tables_page: str) -> list[str]:
    """The files that may stand beside the tables: first cells of the table of that section, where there is one."""
    section = tables_page.partition("\n## Beside the tables\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([a-z_-]+\.[a-z]+)`", cell)]


def _part(name: str) -> str:
    """A part's text, with the same line ends whatever a checkout made of them."""
    return files(__name__).joinpath(name).read_bytes().decode().replace("\r\n", "\n")


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

"""What says of a file that was taken out over HTTP who took it, and where that is recorded (2.4.4; R37).

The bytes of a file stay what they are: a table is compared by its SHA-256, and a form is the same every time. So the
mark is in the name under which a browser saves it, and in headers:

    Content-Disposition: attachment; filename="forecasts-3c16a9d0-1204.csv"
    Letopis-Export: 1204
    Letopis-Exported-By: 3c16a9d0-…

1204 is the entry of the access log that was made before the first byte left: it says whose data, why, when, and as of
which position of the journal.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import Message

_EXTENSIONS: Final = {"text/csv": "csv", "application/pdf": "pdf", "application/zip": "zip", "text/html": "html"}
_SHOWN: Final = frozenset({"html", "json"})
"""What a browser goes on showing; the name is for who saves it."""
_NAMED: Final = re.compile(r'filename="([A-Za-z0-9._-]+)"')
_ID_LENGTH: Final = 8
"""Of an id in a file's name; the header has all of it."""


def mark_export(start: Message, path: str, actor: str, entry: int) -> None:
    """Mark an answer that is about to leave.

    Args:
        start: its first message; its headers are changed.
        path: of the request.
        actor: who takes it out.
        entry: the index in the access log.
    """
    headers = MutableHeaders(scope=start)
    media_type = headers.get("content-type", "").partition(";")[0]
    given = _NAMED.search(headers.get("content-disposition", ""))
    stem, _, extension = (given[1] if given else path.rpartition("/")[2]).partition(".")
    extension = extension or _EXTENSIONS.get(media_type, "json")
    shown = "inline" if extension in _SHOWN and given is None else "attachment"
    headers["Content-Disposition"] = f'{shown}; filename="{stem}-{actor[:_ID_LENGTH]}-{entry}.{extension}"'
    headers["Letopis-Export"] = str(entry)
    headers["Letopis-Exported-By"] = actor

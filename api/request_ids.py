"""The id of a request: one UUID, in its answer, in its problem's ``instance`` and in every line logged for it.

The server makes it. A client's ``X-Request-ID`` is taken over where it is a single UUID in lower case and nothing else:
an id of any other form could hold a name or a token, and would be logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

HEADER: Final = b"x-request-id"
CURRENT: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The id of the request that is being answered; None outside of one."""
_UUID: Final = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The client's id, where it sent exactly one that is well-formed, else a new one."""
    sent = [value for name, value in headers if name == HEADER]
    return sent[0].decode() if len(sent) == 1 and _UUID.fullmatch(sent[0]) else str(uuid4())

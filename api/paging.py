"""Pages of answers that can be long: `limit` rows, and a cursor to the rows behind them.

    GET …/corrections?limit=500
    Link: </v1/schools/1534/corrections?limit=500&cursor=AAAAAAAA…>; rel="next"

The cursor holds the position and the moment that the first page was given at, so pages together are that one answer
however many entries come meanwhile. It is sealed over them, the place, the rest of the query and who asks: changed, or
taken to another question, it is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode

import orjson
from fastapi import Query
from starlette.requests import Request

from api.auth import Identity
from api.problems import Problem
from api.schools import OpenSchool

_RowT = TypeVar("_RowT")
_LIMIT: Final = "^([1-9][0-9]{0,3}|10000)$"
PageLimit = Annotated[str | None, Query(pattern=_LIMIT, description="rows at most, to 10,000; left out: all")]
ROWS_AT_ONCE: Final = 1_000
"""Rows of a page where nobody says how many, of an answer that has tens of thousands for a school's year."""
BoundedLimit = Annotated[str | None, Query(pattern=_LIMIT, description="rows at most, to 10,000; left out: 1,000")]
Cursor = Annotated[
    str | None,
    Query(pattern="^[A-Za-z0-9_-]{54}$", description="from the Link to the next page, with all else as it was"),
]
_PLACE: Final = struct.Struct(">QQQ")
_SEAL_BYTES: Final = 16
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of an answer are asked for.

    Attributes:
        position: what the first page was given at; None: this is the first.
        now: the moment that all of its pages judge by.
        offset: rows before it; of an answer whose rows are of entries (`cut`), the entry that it begins at.
        limit: rows in it; None: all.
    """

    request: Request
    position: int | None
    now: datetime
    offset: int
    limit: int | None

    @property
    def wanted(self) -> int | None:
        """How many rows to ask a view for: the page's, and one that says that there are more; None: all."""
        return None if self.limit is None else self.limit + 1

    @property
    def asked(self) -> slice:
        """The rows to ask a view for that can give some alone."""
        return slice(self.offset, None if self.wanted is None else self.offset + self.wanted)

    def cut(
        self,
        rows: Sequence[_RowT],
        position: int,
        *,
        are_asked: bool = False,
        entry_of: Callable[[_RowT], int] | None = None,
    ) -> tuple[Sequence[_RowT], dict[str, str]]:
        """The page's rows, and the headers that lead to the next.

        Args:
            rows: all, or where they `are_asked` those alone.
            position: what the answer was given at.
            are_asked: see `asked`.
            entry_of: the entry that a row is of, where no two are of one and they stand in its order. The next page
                then begins at an entry, for a view that finds that at once and cannot skip rows; `wanted` rows from
                there are given.
        """
        own = rows if are_asked or entry_of is not None else rows[self.offset :]
        if self.limit is None or len(own) <= self.limit:
            return own, {}
        end = self.offset + self.limit if entry_of is None else entry_of(own[self.limit])
        cursor = _sealed(self.request, _PLACE.pack(position, (self.now - _EPOCH) // timedelta(microseconds=1), end))
        asked = [(name, value) for name, value in self.request.query_params.multi_items() if name != "cursor"]
        query = urlencode([*asked, ("cursor", cursor)])
        return own[: self.limit], {"Link": f'<{self.request.url.path}?{query}>; rel="next"'}


def page_of(request: Request, limit: str | None, cursor: str | None, *, default: int | None = None) -> Page:
    """The page that a request asks for; of `default` rows where it does not say of how many.

    Raises:
        Problem: 400 for a cursor that was not given to this person for this question.
    """
    rows = default if limit is None else int(limit)
    if cursor is None:
        return Page(request, None, datetime.now(UTC), 0, rows)
    packed = urlsafe_b64decode(cursor + "==")[: _PLACE.size]
    if not hmac.compare_digest(_sealed(request, packed), cursor):
        detail = ("указатель страницы не от этого запроса", "the cursor is not of this question")
        raise Problem("bad_request", 400, detail, more={"where": "cursor"})
    position, moment, offset = _PLACE.unpack(packed)
    return Page(request, position, _EPOCH + timedelta(microseconds=moment), offset, rows)


def _sealed(request: Request, packed: bytes) -> str:
    school: OpenSchool = request.state.school
    identity: Identity = request.state.identity
    query = sorted(item for item in request.query_params.multi_items() if item[0] not in ("cursor", "limit"))
    bound = orjson.dumps([request.url.path, query, identity.actor, identity.role])
    seal = hmac.new(school.request_secret, b"cursor\n" + packed + bound, hashlib.sha256).digest()[:_SEAL_BYTES]
    return urlsafe_b64encode(packed + seal).decode().rstrip("=")

"""Asking for a published link, as anybody's browser would: what a portal's page answers (2.3.1).

No process that serves a school asks for foreign links; the command line does.
"""

from __future__ import annotations

import re
import time
from html import unescape
from typing import Final, NamedTuple

import httpx

from ledger.journal.vocabulary import PortalOutcome

SECONDS_MAX: Final = 30.0
"""For one link, redirects included."""
_STEP_SECONDS: Final = 10.0
_REDIRECTS_MAX: Final = 5
_PAGE_BYTES_MAX: Final = 2 << 20
_SERVER_FAILS: Final = 500


class Answered(NamedTuple):
    """What came of a link, and in a few words why, Russian and English."""

    outcome: PortalOutcome
    why: str


def ask_for(link: str, diary: str, *, seconds: float = _STEP_SECONDS) -> Answered:
    """Ask for a link and search its page for the diary's.

    A redirect is followed on the same host alone: where another host answers, the list has the wrong link.

    Args:
        link: the portal's.
        diary: the link to the diary; with or without its last slash.
        seconds: how long one step may take.
    """
    until = time.monotonic() + SECONDS_MAX
    headers = {"User-Agent": "letopis", "Accept": "text/html"}
    try:
        with httpx.Client(follow_redirects=False, timeout=seconds, headers=headers) as client:
            at = httpx.URL(link)
            for _ in range(_REDIRECTS_MAX + 1):
                with client.stream("GET", at) as response:
                    if not response.has_redirect_location:
                        return _judge(response, diary, until)
                    onward = at.join(response.headers["Location"])
                if onward.host != at.host:
                    return Answered("not_found", f"отсылает на / redirects to {onward.host}")
                at = onward
            return Answered("not_found", "слишком много перенаправлений / too many redirects")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        return Answered("no_answer", type(error).__name__)


def _judge(response: httpx.Response, diary: str, until: float) -> Answered:
    """Judge an answer that is no redirect."""
    status = f"HTTP {response.status_code}"
    if response.status_code >= _SERVER_FAILS:
        return Answered("no_answer", status)
    if not response.is_success:
        return Answered("not_found", status)
    page = bytearray()
    for part in response.iter_bytes():
        page += part
        if time.monotonic() > until:
            return Answered("no_answer", "слишком долго / too slow")
        if len(page) > _PAGE_BYTES_MAX:
            break
    text = unescape(page.decode(response.encoding or "utf-8", errors="replace"))
    # The whole link: a longer one that begins like it is another.
    whole = re.compile(rf"{re.escape(diary.rstrip('/'))}/?(?=[\"'<>\s]|$)")
    return Answered("found", status) if whole.search(text) else Answered("no_link", status)

"""Shapes of bodies about archives."""

from __future__ import annotations

from api.bodies.base import Body


class NewArchiveHandOver(Body, frozen=True, kw_only=True):
    """An archive institution `to` took an archive over; `number` and `received_on` are of its receipt."""

    to: str
    number: str
    received_on: str

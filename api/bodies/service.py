"""Shapes of bodies about the service itself: portals that describe it."""

from __future__ import annotations

from api.bodies.base import Body, Id, Name


class NewPortal(Body, frozen=True, kw_only=True):
    """A portal that describes the service, under this link; with the id of one that is listed, its new name or link."""

    name: Name
    link: str
    portal: Id | None = None


class NewPortalDropping(Body, frozen=True, kw_only=True):
    """Why it is on the list no more, in clear and for ever."""

    basis: str

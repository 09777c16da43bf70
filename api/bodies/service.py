"""Shapes of bodies about the service itself: portals that describe it, witnesses of its log."""

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


class NewWitness(Body, frozen=True, kw_only=True):
    """Who cosigns the log: its verifier key, who runs it, where it is reached, and by which agreement."""

    vkey: str
    held_by: str
    link: str
    basis: str


class NewWitnessDismissal(Body, frozen=True, kw_only=True):
    """Why it is no witness any more, in clear and for ever."""

    basis: str

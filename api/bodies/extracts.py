"""Shape of what is asked of an extract."""

from __future__ import annotations

from api.bodies.base import Body, Id


class NewExtract(Body, frozen=True, kw_only=True):
    """Of what: one of `class_group` and `student`; `public`: without any personal value."""

    class_group: Id | None = None
    student: Id | None = None
    public: bool = False

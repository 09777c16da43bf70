"""What may go wrong on the read side. Views hold nothing of their own: the remedy for most of it is to rebuild."""

from __future__ import annotations

from ledger.errors import LetopisError


class ViewsError(LetopisError):
    """Base of the read side's errors."""


class ViewsOutdated(ViewsError):  # noqa: N818 - reads as what it says
    """These views were laid out by another version of the program: rebuild them."""


class ViewsOfAnotherLog(ViewsError):  # noqa: N818 - reads as what it says
    """The log does not continue the one that these views were made from: it is shorter, or its entries differ.

    Attributes:
        position: tree size that the views have consumed.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class EntryUnreadable(ViewsError):  # noqa: N818 - reads as what it says
    """An entry's bytes are not an entry at all.

    Attributes:
        index: leaf index where an entry was expected.
    """

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"entry {index} cannot be read: {reason}")
        self.index = index


class RebuildRunning(ViewsError):  # noqa: N818 - reads as what it says
    """Another process is rebuilding or checking the same views."""


class NotYetProjected(ViewsError):  # noqa: N818 - reads as what it says
    """The views were asked as of a position that they have not reached.

    Attributes:
        position: tree size that the views have consumed.
    """

    def __init__(self, asked: int, position: int) -> None:
        super().__init__(f"the views stand at position {position} and cannot answer as of {asked}")
        self.position = position

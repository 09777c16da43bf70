"""The one error that every parser and formatter of this package raises."""


class WireError(ValueError):
    """Bytes that are not of the format, or a value that the format cannot carry.

    The message names what was read and where it went wrong. It never repeats what stood there:
    an entry's `data` may hold things that do not belong in a log file.

    Attributes:
        what: the thing that was read or written: "entry", "note", "tile path" …
        where: the field ("actor.id"), the line ("line 3") or the byte offset ("byte 17").
        reason: what the format asks for, or what was found instead.
    """

    def __init__(self, what: str, where: str, reason: str) -> None:
        super().__init__(what, where, reason)
        self.what = what
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.reason}"

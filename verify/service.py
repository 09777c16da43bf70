"""How fresh the views were, and the portals that describe the service (events.md, "Freshness and portals")."""

from typing import TYPE_CHECKING, Final

from verify.columns import PORTALS
from verify.entry import ACTOR, AT, DATA, Groups
from verify.events import unescape
from verify.state import Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_ACTIONS: Final = {"listed": "в списке".encode(), "dropped": "снят".encode(), "checked": "проверен".encode()}


class Service:
    """The measurements, and the list of portals."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        # Name and link, as they are spelt, of every portal that is on the list.
        self._listed: dict[bytes, tuple[bytes, bytes]] = {}
        self._dropped: set[bytes] = set()

    def freshness_measured(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare a measurement with itself and with the size of the log: the views are not in the log."""
        last_entry, behind, shown, all_ = groups[DATA]
        size, position = int(all_), int(shown)
        row = [groups[AT], all_, shown, cell(b"%d" % (size - position)), behind, last_entry, groups[ACTOR]]
        self._replay.tables.plain("freshness", index, row)
        self._replay.makes(stream)
        if not 1 <= size <= index:
            self._find("evidence-size", f"from 1 to {index}", size, field_name="data.size")
        if position > size:
            self._find("evidence-size", f"up to {size}", position, field_name="data.position")
        elif position == size:
            if behind != b"0":
                self._find("freshness-mismatch", "0, as nothing lacked", behind, field_name="data.minutes_behind")
        elif int(behind) < int(last_entry):
            expected = "at least the age of the last entry"
            self._find("freshness-mismatch", expected, behind, field_name="data.minutes_behind")

    def portal_listed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a portal, or its new name or link."""
        link, name = groups[DATA]
        self._row("listed", stream, index, groups, cell(unescape(name)), cell(link))
        if self._listed.get(stream.id) == (name, link):
            self._find("portal", "another name or link", link, field_name="data.link")
        self._dropped.discard(stream.id)
        self._listed[stream.id] = name, link

    def portal_dropped(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a portal from the list."""
        (basis,) = groups[DATA]
        self._row("dropped", stream, index, groups, b"", b"", basis=cell(unescape(basis)))
        self._check_listed(stream, self._listed.pop(stream.id, None))
        self._dropped.add(stream.id)

    def portal_checked(self, stream: Stream, index: int, groups: Groups) -> None:
        """Compare the link that was asked for with the one that is listed."""
        diary, link, outcome = groups[DATA]
        self._row("checked", stream, index, groups, b"", cell(link), cell(diary), PORTALS[outcome])
        listed = self._listed.get(stream.id)
        self._check_listed(stream, listed)
        if listed is not None and listed[1] != link:
            self._find("portal", listed[1], link, field_name="data.link")

    def _check_listed(self, stream: Stream, listed: tuple[bytes, bytes] | None) -> None:
        """Report a portal that is not on the list; in a range that begins later it may have been before."""
        if listed is None and (not stream.is_partial or stream.id in self._dropped):
            self._find("portal", "a portal on the list", stream.key)

    def _row(
        self, action: str, stream: Stream, index: int, groups: Groups, name: bytes, link: bytes, diary: bytes = b"",
        outcome: bytes = b"", basis: bytes = b"",
    ) -> None:  # fmt: skip
        cells = [groups[AT], stream.id, _ACTIONS[action], name, link, diary, outcome, basis, groups[ACTOR]]
        self._replay.tables.plain("portals", index, cells)

"""The access log's head in the journal (events.md): each anchor is of a longer log than the one before.

That it is a prefix of the access log shows whoever has both (`anchored`).
"""

from typing import TYPE_CHECKING

from verify.entry import ACTOR, AT, DATA, Groups
from verify.state import Stream

if TYPE_CHECKING:
    from verify.replay import Replay


class Anchors:
    """The last anchor's size."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._size = 0

    def access_log_anchored(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an anchor: in the stream of the school's own id, of a log that has grown."""
        root, spelt = groups[DATA]
        size = int(spelt)
        if self._replay.school and stream.id != self._replay.school:
            self._replay.find("stream-kind", "the stream of the school's own id", stream.key)
        if size <= self._size:
            self._replay.find("access-anchor", f"more than {self._size}", size, field_name="data.size")
        self._size = size
        self._replay.tables.plain("anchors", index, [groups[AT], spelt, root, groups[ACTOR]])
        self._replay.report.checked["anchors"] += 1

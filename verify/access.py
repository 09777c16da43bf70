"""The access log (access-log.md): its first entry, and the form of each look. No entry of it is in a journal's log."""

import json
from typing import TYPE_CHECKING, Final

from verify.entry import COMMAND, DATA, Groups
from verify.events import unescape
from verify.state import Stream

if TYPE_CHECKING:
    from verify.replay import Replay

ORIGIN_SUFFIX: Final = "/access"
KINDS: Final = frozenset((b"access", b"read"))
OPENED: Final = b"access_log_opened/1"
LOOKS: Final = (b"personal_data_read/1", b"personal_data_exported/1")


class Access:
    """Looks at personal data; `is_open`: whether the log is one of these, None while it has shown nothing."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self.is_open: bool | None = None

    def sort(self, key: bytes) -> None:
        """Say whether an entry's stream is of this log: journal and access log hold none of each other's."""
        is_ours = key.partition(b"/")[0] in KINDS
        if self.is_open is None:
            self.is_open = is_ours
        elif self.is_open != is_ours:
            self._replay.find("stream-kind", "a stream of the access log" if self.is_open else "of a journal", key)

    def access_log_opened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the first entry."""
        log, name = groups[DATA]
        if index != 0:
            self._replay.find("school-opened", "entry 0, and no other", index)
        self._replay.makes(stream)
        self._replay.origin = unescape(log).decode() + ORIGIN_SUFFIX
        self._replay.report.facts["school"] = unescape(name).decode()

    def personal_data_read(self, stream: Stream, index: int, groups: Groups) -> None:  # noqa: ARG002
        """Take a look."""
        _, _, classes, count, kinds, _, people, _, scope, _ = groups[DATA]
        self._look(stream, groups, (classes, count, kinds, people, scope))

    def personal_data_exported(self, stream: Stream, index: int, groups: Groups) -> None:  # noqa: ARG002
        """Take an export."""
        _, _, classes, count, _, kinds, _, people, _, scope, _ = groups[DATA]
        self._look(stream, groups, (classes, count, kinds, people, scope))

    def _look(self, stream: Stream, groups: Groups, look: tuple[bytes, bytes, bytes, bytes, bytes]) -> None:
        classes, count, kinds, people, scope = look
        find = self._replay.find
        if stream.id != groups[COMMAND]:
            find("stream-kind", b"read/" + groups[COMMAND], stream.key)
        self._replay.makes(stream)
        lists = {}
        for name, raw in (("classes", classes), ("kinds", kinds), ("people", people)):
            lists[name] = json.loads(raw)
            if lists[name] != sorted(set(lists[name])):
                find("data-field", "sorted, each once", raw, field_name=f"data.{name}")
        named = b"classes" if lists["classes"] else b"people" if lists["people"] else b"school"
        if scope != named:
            find("data-field", named, scope, field_name="data.scope")
        fewest = len(lists["people"])
        if int(count) < fewest or (scope == b"people" and int(count) != fewest):
            find("data-field", fewest, count, field_name="data.count")
        # A stream of one entry: nothing comes back to it, and there are hundreds of thousands.
        self._replay.streams.pop(stream.key, None)

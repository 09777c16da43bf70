"""The access log (access-log.md): its first entry, and the form of each look. No entry of it is in a journal's log."""

import json
from typing import TYPE_CHECKING, Final

from verify.entry import COMMAND, DATA, Groups
from verify.events import unescape
from verify.state import Stream

if TYPE_CHECKING:
    from verify.replay import Replay

ORIGIN_SUFFIX: Final = "/access"
KINDS: Final = frozenset((b"access", b"read", b"refusal"))
OPENED: Final = b"access_log_opened/1"
LOOKS: Final = (b"personal_data_read/1", b"personal_data_exported/1")
REFUSED: Final = (b"access_refused/1",)


class Access:
    """Looks at personal data; `is_open`: whether the log is one of these, None while it has shown nothing."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self.is_open: bool | None = None
        self._last = b""

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

    def access_refused(self, stream: Stream, index: int, groups: Groups) -> None:  # noqa: ARG002
        """Take what was asked for in vain."""
        classes, people, _, _ = groups[DATA]
        self._one(stream, groups, {"classes": classes, "people": people})

    def _look(self, stream: Stream, groups: Groups, look: tuple[bytes, bytes, bytes, bytes, bytes]) -> None:
        classes, count, kinds, people, scope = look
        find = self._replay.find
        lists = self._one(stream, groups, {"classes": classes, "kinds": kinds, "people": people})
        named = b"classes" if lists["classes"] else b"people" if lists["people"] else b"school"
        if scope != named:
            find("data-field", named, scope, field_name="data.scope")
        fewest = len(lists["people"])
        if int(count) < fewest or (scope == b"people" and int(count) != fewest):
            find("data-field", fewest, count, field_name="data.count")

    def _one(self, stream: Stream, groups: Groups, raw: dict[str, bytes]) -> dict[str, list[str]]:
        """Take the one entry of a stream of its own; its lists are sorted, each once."""
        if stream.id != groups[COMMAND]:
            self._replay.find("stream-kind", stream.key.partition(b"/")[0] + b"/" + groups[COMMAND], stream.key)
        self._replay.makes(stream)
        lists = {name: json.loads(text) for name, text in raw.items()}
        for name, found in lists.items():
            if found != sorted(set(found)):
                self._replay.find("data-field", "sorted, each once", raw[name], field_name=f"data.{name}")
        # Nothing comes back to a stream but the same command, at once; and there are hundreds of thousands.
        if stream.key != self._last:
            self._replay.streams.pop(self._last, None)
        self._last = stream.key
        return lists

"""Blocking (events.md, "Blocking"): what is shown to nobody while it is checked, and no archive may disclose."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from verify.entry import ACTOR, AT, DATA, Groups, people_of
from verify.events import unescape
from verify.findings import Place
from verify.personal import FIELD_WORDS
from verify.state import Person, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_GROUNDS: Final = {b"inaccurate": "неточные сведения", b"unlawful": "незаконная обработка"}
_REQUESTERS: Final = {
    b"person": "сам человек", b"representative": "законный представитель", b"authority": "уполномоченный орган",
}  # fmt: skip
_OUTCOMES: Final = {b"confirmed": "подтверждены", b"corrected": "уточнены"}
_CONTACTS: Final = frozenset(("phone", "email"))


@dataclass(slots=True)
class _Block:
    """A block: of what, by whom, and where its entry is."""

    people: frozenset[bytes]
    index: int
    person: bytes
    names: frozenset[str]
    place: Place
    is_ended: bool = False

    def holds(self, name: str) -> bool:
        """Say whether a value of this name is blocked: a contact goes with telephone and e-mail."""
        return not self.names or name in self.names or (name == "contact" and bool(self.names & _CONTACTS))


class Blocking:
    """The blocks of a school; `partly` are people of whom an entry is disclosed in part."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._blocks: dict[bytes, _Block] = {}
        self._blocked: dict[bytes, list[_Block]] = {}
        self.partly: list[bytes] = []
        self._changed: dict[tuple[bytes, int], frozenset[str]] = {}

    def note_change(self, person: bytes, index: int, names: frozenset[str]) -> None:
        """Take note of a change: it may correct what is blocked."""
        if person in self._blocked:
            self._changed[person, index] = names

    def personal_data_blocked(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a block: of a person whose values are there, on the request of who may ask."""
        applicant, basis, block, fields, ground, person, received_on, requested_by = groups[DATA]
        self._check_stream(stream)
        self._replay.made(b"person", person, "person")
        listed: list[str] = json.loads(fields) if fields is not None else []
        if listed != sorted(set(listed)):
            self._find("data-field", "sorted names", fields, field_name="data.fields")
        if block in self._blocks:
            self._find("recorded-twice", "a block once", block, field_name="data.block")
        if (applicant is not None) != (requested_by == b"representative"):
            self._find("blocking", "a representative, who is named", requested_by, field_name="data.applicant")
        if applicant is not None:
            who = self._replay.person(applicant, "applicant", b"guardian")
            self._replay.personal.check_linked(who, person)
        if (person, "person") in self._replay.erasures.erased:
            self._find("erasure", "no values of whom was erased", person, field_name="data.person")
        made = _Block(people_of(groups), index, person, frozenset(listed), self._replay.locate())
        self._blocks[block] = made
        self._blocked.setdefault(person, []).append(made)
        what = ", ".join(FIELD_WORDS[name] for name in listed) or "все"
        asked = (_GROUNDS[ground].encode(), _REQUESTERS[requested_by].encode(), applicant or b"", received_on)
        self._row(index, groups, "заблокированы", block, person, what.encode(), *asked, b"", b"", _text(basis))

    def personal_data_unblocked(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the end of a block that stands: by a second person, with the change that corrected the values."""
        basis, block, change, outcome = groups[DATA]
        self._check_stream(stream)
        one = self._blocks.get(block)
        cells = (_OUTCOMES[outcome].encode(), change or b"", _text(basis))
        self._row(index, groups, "разблокированы", block, one.person if one else b"", *[b""] * 5, *cells)
        if (change is not None) != (outcome == b"corrected"):
            self._find("blocking", "a change, where values were corrected", outcome, field_name="data.change")
        if one is None or one.is_ended:
            if one is not None or not self._replay.start:
                self._find("blocking", "a block that stands", block, field_name="data.block")
            return
        if one.people & people_of(groups):
            self._find("approval-same-person", "another than who blocked", groups[ACTOR], field_name="actor")
        if (one.person, "person") in self._replay.erasures.erased:
            self._find("erasure", "no values of whom was erased", one.person, field_name="data.block")
        if change is not None:
            names = self._changed.get((one.person, int(change)), frozenset())
            if int(change) < one.index or not any(one.holds(name) for name in names):
                self._find("blocking", "a change of a blocked value behind the block", change, field_name="data.change")
        one.is_ended = True

    def finish(self) -> None:
        """Report what the archive discloses although it is blocked at its end; erased values are judged there.

        Of whom a part is held back and nothing is blocked, whether a second name is among it cannot be seen.
        """
        standing = {one.person for one in self._blocks.values() if not one.is_ended}
        for person in self.partly:
            if person not in standing:
                self._replay.report.skip("partly-disclosed", person)
        for one in self._blocks.values():
            who = self._replay.people.get(one.person)
            if one.is_ended or not isinstance(who, Person) or (one.person, "person") in self._replay.erasures.erased:
                continue
            shown = sorted(name for name in set(who.disclosed) if one.holds(name))
            if shown:
                self._replay.report.add("blocked-disclosed", one.place, "no disclosure of it", ", ".join(shown))
        self._replay.report.checked["blocks"] += len(self._blocks)

    def _check_stream(self, stream: Stream) -> None:
        if self._replay.school and stream.id != self._replay.school:
            self._find("stream-kind", "the stream of the school's own id", stream.key)

    def _row(self, index: int, groups: Groups, action: str, *cells: Any) -> None:
        self._replay.tables.plain("blocks", index, [groups[AT], action.encode(), *cells, groups[ACTOR]])


def _text(spelt: bytes) -> bytes:
    return cell(unescape(spelt))

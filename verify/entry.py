"""One entry (log-format.md section 2): its fields from its bytes, or exactly what is wrong with them.

Ordinary entries take the fast way: one regular expression for each event type, which only the canonical spelling of a
well-formed entry fits. What does not fit takes the slow way: parsed strictly, rendered again, compared, and asked
field by field.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from verify import canonical, events, fragments
from verify.findings import Place, Report, shown

ENTRY_MAX_BYTES: Final = 65_535

# Groups of an entry's match: ACTOR (its id), BEHALF (its `on_behalf_of`), ROLE (the actor's), AT, COMMAND, then the
# data's fields in canonical order, then INDEX to VERSION.
ACTOR, BEHALF, ROLE, AT, COMMAND = 0, 1, 2, 3, 4
DATA: Final = slice(5, -4)
INDEX, PREV, STREAM, VERSION = -4, -3, -2, -1
# A group is bytes, or None where an optional field is absent.
Groups = tuple[Any, ...]

_ACTOR = (
    rb'\{(?!"id":"[^"]*","on_behalf_of")(?:"basis":' + fragments.TEXT.replace(b"(", b"(?:", 1)
    + rb',)?"id":' + fragments.UUID
    + rb'(?:,"on_behalf_of":' + fragments.UUID + rb')?,"role":"([a-z][a-z0-9_]*)"\}'
)  # fmt: skip
_WORD = rb"[a-z][a-z0-9_]*"
_VERSION = rb"([1-9][0-9]{0,14})"


def _entry_pattern(data: bytes, kind: bytes, name: bytes) -> bytes:
    return (
        rb'\{"actor":' + _ACTOR + rb',"at":' + fragments.AT + rb',"command":' + fragments.UUID + rb',"data":' + data
        + rb',"index":' + fragments.INDEX + rb',"prev":' + fragments.ROOT
        + rb',"stream":' + fragments.UUID.replace(b"(", b"(" + kind + b"/", 1)
        + rb',"type":"' + name + rb'","version":' + _VERSION + rb"\}"
    )  # fmt: skip


class _Patterns(dict[bytes, "re.Pattern[bytes] | None"]):
    """The pattern of an entry of each type, made when the first one is met; None of what is no type."""

    def __missing__(self, name: bytes) -> "re.Pattern[bytes] | None":
        event = _TYPES.get(name)
        if event is None:
            return None
        pattern = self[name] = re.compile(_entry_pattern(event.data_pattern(), event.kind.encode(), re.escape(name)))
        return pattern


_TYPES: Final = {name.encode(): event for name, event in events.TYPES.items()}
PATTERNS: Final = _Patterns()
_ANY_TYPE = re.compile(_entry_pattern(rb"(\{.*\})", _WORD, _WORD + rb"/[1-9][0-9]{0,5}"), re.DOTALL)
_FIELDS: Final = {
    "actor": re.compile(_ACTOR),
    "at": re.compile(fragments.AT),
    "command": re.compile(fragments.UUID),
    "data": re.compile(rb"\{.*\}", re.DOTALL),
    "index": re.compile(fragments.INDEX),
    "prev": re.compile(fragments.ROOT),
    "stream": re.compile(fragments.UUID.replace(b"(", b"(" + _WORD + b"/", 1)),
    "type": re.compile(rb'"' + _WORD + rb'/[1-9][0-9]{0,5}"'),
    "version": re.compile(_VERSION),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What was got from an entry: its type (empty where unknown) and its groups."""

    name: bytes
    groups: Groups


def type_of(line: bytes) -> bytes:
    """Return what stands where a canonical entry has its type: only a guess, which the type's pattern proves."""
    start = line.rfind(b'"type":"') + 8
    return line[start : line.find(b'"', start)]


def is_text(lines: Sequence[bytes]) -> bool:
    """Say whether lines are UTF-8, all of them at once."""
    try:
        b"\n".join(lines).decode()
    except UnicodeDecodeError:
        return False
    return True


def read(line: bytes, place: Place, report: Report) -> Read | None:
    """Return what an entry by itself says, the fast way or the slow; None, and a finding, where nothing can be used."""
    name = type_of(line)
    pattern = PATTERNS[name]
    match = pattern.fullmatch(line) if pattern is not None and len(line) <= ENTRY_MAX_BYTES else None
    return Read(name, match.groups()) if match is not None and is_text((line,)) else read_slowly(line, place, report)


def people_of(groups: Groups) -> frozenset[bytes]:
    """Return who acted in an entry, and for whom."""
    return frozenset(person for person in (groups[ACTOR], groups[BEHALF]) if person is not None)


def read_slowly(line: bytes, place: Place, report: Report) -> Read | None:
    """Say what is wrong with an entry; return what can still be used of it."""
    if len(line) > ENTRY_MAX_BYTES:
        report.add("entry-too-long", place, f"at most {ENTRY_MAX_BYTES} bytes", f"{len(line)} bytes")
        return None
    try:
        value = canonical.parse(line)
    except canonical.CanonicalError as error:
        report.add("entry-not-json", _at(place, error.offset), "strict JSON", error.reason)
        return None
    if not isinstance(value, dict):
        report.add("entry-not-json", place, "an object", type(value).__name__)
        return None
    rendered = canonical.render(value)
    offset = canonical.first_difference(line, rendered)
    if offset is not None:
        report.add(
            "entry-not-canonical", _at(place, offset), rendered[offset : offset + 40], line[offset : offset + 40]
        )
    if not _fields_fit(value, _FIELDS, frozenset(), "entry-field", place, report):
        return None
    event = events.TYPES.get(value["type"])
    if event is None:
        match = _ANY_TYPE.fullmatch(rendered)
        return None if match is None else Read(b"", match.groups())
    if not value["stream"].startswith(event.kind + "/"):
        report.add("stream-kind", place, event.kind, value["stream"])
        return None
    patterns = {name: re.compile(fragment) for name, fragment in event.fields.items()}
    if not _fields_fit(value["data"], patterns, event.optional, "data-field", place, report):
        return None
    pattern = PATTERNS[value["type"].encode()]
    match = pattern and pattern.fullmatch(rendered)
    if match is None:
        report.add("data-field", place, f"the form of {event.name}", rendered)
        return None
    return Read(value["type"].encode(), match.groups())


def _fields_fit(
    value: dict[str, Any],
    patterns: dict[str, re.Pattern[bytes]],
    optional: frozenset[str],
    code: str,
    place: Place,
    report: Report,
) -> bool:
    """Report every field that is missing, extra or does not fit its pattern."""
    prefix, fits = "" if code == "entry-field" else "data.", True
    for name in sorted(patterns.keys() | value.keys()):
        where = Place(place.file, place.line, place.entry, field=shown(prefix + name))
        if name not in value:
            if name in optional:
                continue
            report.add(code, where, "a value", "missing")
        elif name not in patterns:
            report.add(code, where, "no such field", "a value")
        elif not patterns[name].fullmatch(canonical.render(value[name])):
            report.add(code, where, "a well-formed value", canonical.render(value[name]))
        else:
            continue
        fits = False
    return fits


def _at(place: Place, offset: int | None) -> Place:
    return Place(place.file, place.line, place.entry, offset, place.field)

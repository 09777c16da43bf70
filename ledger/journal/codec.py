"""Events as the `data` of entries and back: canonical JSON on one side, typed values on the other.

    ("mark_recorded/1", b'{"student":"b3f0…","value":"5","work":"77aa…"}')  <->  MarkRecorded(student=…, work=…, …)

One event has one spelling: what is read is rendered again and compared. msgspec's sorted output is byte for byte what
`ledger.wire.canonical` gives (held by a property test) and takes half the time.

Stored bytes never change. When an event gets a new version, its class describes the new one alone, and the old type is
listed in `Codec.upcasts` with the function that turns the old object into the next version's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ledger.errors import LetopisError
from ledger.journal.events import (
    EVENT_TYPES,
    CorrectionRequested,
    Event,
    HomeworkBody,
    LessonHeader,
    SubstitutionBody,
    WorkHeader,
)
from ledger.journal.vocabulary import AbsenceCode

FACT_VALUES: Final[dict[str, Any]] = {
    "lesson": LessonHeader,
    "substitution": SubstitutionBody,
    "work": WorkHeader,
    "make_up": str,
    "mark": str,
    "absence": AbsenceCode,
    "lateness": int,
    "early_leave": int,
    "homework": HomeworkBody,
}
"""Fact -> type of its value, as `old` and `new` of its corrections carry it (verify/spec/events.md)."""

_PLACE = re.compile(r"(.*?) - at `\$\.?(.*)`", re.DOTALL)
_FIELD = re.compile(r"Object (?:missing required|contains unknown) field `(_?[a-z][a-z0-9_]*)`", re.ASCII)
_WRONG_TYPE = re.compile(r"Expected `[a-z| ]+`, got `[a-z]+`", re.ASCII)


class CodecError(LetopisError):
    """Bytes that are no event of the type they come under, or a type that is not known.

    Attributes:
        type: the entry's type.
        where: path of the field at fault, such as ``new.topic``; empty where the whole is.
    """

    def __init__(self, type_: str, where: str, reason: str) -> None:
        super().__init__(f"{type_}: {where}: {reason}" if where else f"{type_}: {reason}")
        self.type = type_
        self.where = where


class Upcast(NamedTuple):
    """How one old type is read: the type that follows it, and the function from its object to that type's."""

    type: str
    change: Callable[[dict[str, Any]], dict[str, Any]]


class Codec:
    """Encoder and decoder of a set of event types."""

    def __init__(self, types: Mapping[str, type[Event]], upcasts: Mapping[str, Upcast] | None = None) -> None:
        self._names = {cls: name for name, cls in types.items()}
        self._decoders = {name: msgspec.json.Decoder(cls) for name, cls in types.items()}
        self._types = dict(types)
        self._upcasts = dict(upcasts or {})
        self._encode = msgspec.json.Encoder(order="sorted").encode

    def type_of(self, event: Event) -> str:
        """Return the entry type of an event.

        Raises:
            CodecError: its class is not listed.
        """
        try:
            return self._names[type(event)]
        except KeyError:
            raise CodecError(type(event).__name__, "", "this class has no entry type") from None

    def encode(self, event: Event) -> tuple[str, bytes]:
        """Return the entry type and the canonical bytes of `data`.

        Raises:
            CodecError: its class is not listed, or a text has a lone surrogate.
        """
        name = self.type_of(event)
        try:
            return name, self._encode(event)
        except (UnicodeEncodeError, TypeError):
            raise CodecError(name, "", "a value that JSON has no form for") from None

    def decode(self, type_: str, data: bytes) -> Event:
        """Read the event that the bytes of `data` state under this entry type.

        Raises:
            CodecError: the type is unknown; a field is missing, unknown or of another type; not canonical.
        """
        decoder = self._decoders.get(type_)
        if decoder is None:
            return self._decode_old(type_, data)
        try:
            event = decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _codec_error(type_, error) from None
        if self._encode(event) != data:
            raise CodecError(type_, "", "not in canonical form")
        return _with_values(event, type_) if type(event) is CorrectionRequested else event

    def _decode_old(self, type_: str, data: bytes) -> Event:
        """Read a type that is described no more: change its object version by version until its class is listed."""
        if type_ not in self._upcasts:
            raise CodecError(type_, "", "not a known type of event")
        try:
            fields = msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _codec_error(type_, error) from None
        if self._encode(fields) != data:
            raise CodecError(type_, "", "not in canonical form")
        name = type_
        while name in self._upcasts:
            step = self._upcasts[name]
            fields = step.change(fields)
            name = step.type
        try:
            return msgspec.convert(fields, self._types[name])
        except msgspec.ValidationError as error:
            raise _codec_error(type_, error) from None


def fact_value(what: str, value: object) -> Any:
    """Read a fact's value from JSON values (or take it as it is): what `old` and `new` hold; None stays None.

    Raises:
        msgspec.ValidationError: it has not the shape of this fact's value.
    """
    if value is None:
        return None
    expected = FACT_VALUES[what]
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct) and isinstance(value, expected):
        return value
    return msgspec.convert(value, expected)


def _with_values(event: CorrectionRequested, type_: str) -> CorrectionRequested:
    """Type `old` and `new` of a request: which type they have depends on `what`."""
    values: dict[str, Any] = {}
    for field in ("old", "new"):
        try:
            values[field] = fact_value(event.what, getattr(event, field))
        except msgspec.ValidationError as error:
            found = _codec_error(type_, error)
            where = f"{field}.{found.where}" if found.where else field
            raise CodecError(type_, where, "not a value of the fact that is to be corrected") from None
    return msgspec.structs.replace(event, **values)


def _codec_error(type_: str, error: Exception) -> CodecError:
    """Name the field at fault; never repeat a value."""
    message = str(error)
    placed = _PLACE.fullmatch(message)
    reason, where = (placed[1], placed[2]) if placed else (message, "")
    if field := _FIELD.fullmatch(reason):
        where = f"{where}.{field[1]}" if where else field[1]
        return CodecError(type_, where, "missing" if "missing" in reason else "not a field of this type")
    if _WRONG_TYPE.fullmatch(reason):
        return CodecError(type_, where, reason[0].lower() + reason[1:].replace("`", ""))
    if isinstance(error, msgspec.ValidationError):
        return CodecError(type_, where, "not one of the values that it may have")
    return CodecError(type_, "", "not JSON")


CODEC: Final = Codec(EVENT_TYPES)
"""The journal's own codec; version 1 of every type, so nothing to upcast yet."""

"""What event types are declared with: patterns of values over canonical bytes, and `event_type`.

The first ones have no group and are parts of others. From `UUID` on, each is one JSON value with one group, which for a
string is the text between the quotes as it is spelt in JSON.
"""

from dataclasses import dataclass
from typing import Final

BARE_UUID: Final = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# RFC 8785 section 3.2.2.2: one spelling for each character; the caller has decoded the bytes as UTF-8.
_PLAIN = rb'[^"\\\x00-\x1f]*'
BARE_TEXT: Final = _PLAIN + rb'(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))' + _PLAIN + rb")*"
# Dates of the Gregorian calendar that exist, 29 February included.
BARE_DATE: Final = (
    rb"(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rb"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    rb"|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
BARE_TIME: Final = rb"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
COUNT: Final = rb"(?:0|[1-9][0-9]{0,14})"
_DIGEST = rb"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
KINDS: Final = (
    rb"(?:answer|homework_check|self_work|control_work|test|dictation|exposition|composition|laboratory|practical|project"
    rb"|by_heart|retelling|reading|norms)"
)
WEIGHT: Final = rb"(?:1000|[1-9][0-9]{0,2})"
NUMBER: Final = rb"(?:[0-9]|1[0-2])"
ABSENT_FOR: Final = rb"(?:ill|business_trip|training|leave|other)"
PLAN_NUMBER: Final = rb"[1-9][0-9]{0,2}"
PLAN_NUMBERS: Final = rb"\[" + PLAN_NUMBER + rb"(?:," + PLAN_NUMBER + rb"){0,19}\]"
# Names of personal values (events.md, "People's data").
_DATA_FIELD = rb"(?:family_name|given_name|patronymic|birth_date|address|phone|email)"


def string(pattern: bytes) -> bytes:
    """Return the pattern of a string that spells so."""
    return rb'"(' + pattern + rb')"'


UUID: Final = string(BARE_UUID)
TEXT: Final = string(BARE_TEXT)
DATE: Final = string(BARE_DATE)
MONTH: Final = string(rb"[0-9]{4}-(?:0[1-9]|1[0-2])")
TIME: Final = string(BARE_TIME)
MINUTE: Final = string(BARE_DATE + rb"T" + BARE_TIME)
INDEX: Final = rb"(" + COUNT + rb")"
AT: Final = string(BARE_DATE + rb"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")
DIGESTS: Final = rb'(\[(?:"' + _DIGEST + rb'"(?:,"' + _DIGEST + rb'")*)?\])'
DIGEST: Final = rb'(\["' + _DIGEST + rb'"\])'
ROOT: Final = string(rb"[0-9a-f]{64}")
FIELDS: Final = rb'(\["' + _DATA_FIELD + rb'"(?:,"' + _DATA_FIELD + rb'")*\])'
GRADES: Final = rb"(\[[1-9][0-9]?(?:,[1-9][0-9]?)*\])"


def words(*each: str) -> bytes:
    """Return the pattern of a string that is one of some words."""
    return string(b"|".join(word.encode() for word in each))


SOME_TEXT: Final = string(rb'(?!")' + BARE_TEXT)
REASON: Final = words("typo", "wrong_student", "wrong_column", "rechecked", "appeal", "made_up", "document", "other")


def _plan_item(number: bytes) -> bytes:
    """Return the pattern of an item of a lesson plan, without a group; `number` is the pattern of that member."""
    return (
        rb'\{(?:"homework":"(?!")' + BARE_TEXT + rb'",)?"hours":[1-9][0-9]?,' + number
        + rb'(?:"planned_on":"' + BARE_DATE + rb'",)?"topic":"' + BARE_TEXT + rb'"\}'
    )  # fmt: skip


_NUMBERED = _plan_item(rb'"number":' + PLAN_NUMBER + rb",")
PLAN_ITEMS: Final = rb"(\[" + _NUMBERED + rb"(?:," + _NUMBERED + rb")*\])"
PLAN_TOPIC: Final = rb"(" + _plan_item(b"") + rb"|null)"


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type: the kind of its stream, its data's fields in canonical order, those that may be absent."""

    name: str
    kind: str
    fields: dict[str, bytes]
    optional: frozenset[str]

    def data_pattern(self) -> bytes:
        """Return the pattern of the whole `data` object, one group a field."""
        first = next(name for name in self.fields if name not in self.optional)
        parts, seen = [], False
        for name, fragment in self.fields.items():
            member = b'"' + name.encode() + b'":' + fragment
            if name == first:
                parts.append(member)
                seen = True
            elif seen:
                parts.append(b"(?:," + member + b")?" if name in self.optional else b"," + member)
            else:
                parts.append(b"(?:" + member + b",)?")
        return rb"\{" + b"".join(parts) + rb"\}"


def event_type(type_name: str, stream_kind: str, /, **fields: bytes) -> EventType:
    """Declare a type; a field whose name ends in `_opt` may be absent, and `sd` stands for `_sd`."""
    renamed = {("_sd" if key.removesuffix("_opt") == "sd" else key.removesuffix("_opt")): key for key in fields}
    ordered = {name: fields[renamed[name]] for name in sorted(renamed)}
    return EventType(
        type_name, stream_kind, ordered, frozenset(name for name, key in renamed.items() if key.endswith("_opt"))
    )


def nullable(pattern: bytes) -> bytes:
    """Return the pattern of a value that may be null, raw; `pattern` has no group."""
    return rb"(" + pattern + rb"|null)"

"""Checks that many rules share: spelling of ids, dates, times and texts, and who may act.

Each returns nothing and raises `Refused` with the field at fault; none repeats the value that it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from ledger.errors import LOCAL_ACT, LOG, Refused
from ledger.wire.entry import Actor

ADMINISTRATION: Final = ("administrator", "deputy")
"""Roles that set the journal up, close periods and answer requests (regulation 1.3)."""
DIRECTION: Final = ("director", "administrator")
"""Roles that open a closed period again and attest one (regulation 1.3, 1.4)."""
LEADERSHIP: Final = ("director", *ADMINISTRATION)
"""Roles that plan who substitutes whom (regulation 2.1)."""
TEACHER: Final = ("teacher",)
ARCHIVIST: Final = "archivist"
"""Who hands summary sheets over and registers paper beside those who direct (regulation 3.1, 3.2)."""

TITLE_LENGTH_MAX: Final = 200
TOPIC_LENGTH_MAX: Final = 500
HOMEWORK_LENGTH_MAX: Final = 4_000
ORDER_NUMBER_LENGTH_MAX: Final = 100
LESSON_NUMBER_MAX: Final = 12

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
# No user, no password: a link is published.
_LINK = re.compile(r"https?://[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?(?:/[!#-\[\]-~]{0,299})?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
# 32 bytes are 43 characters of base64url, of which the last carries two bits that must be zero.
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
# What a printed line must not carry: control characters, lone surrogates, line and paragraph separators, and the
# marks that turn the direction of the text around.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNPRINTABLE_BUT_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def check_id(value: object, where: str) -> None:
    """Refuse what is not canonical lower-case UUID text (events.md)."""
    if type(value) is not str or _UUID.fullmatch(value) is None:
        raise Refused("malformed_id", "an id is a UUID in lower-case text", clause=LOG, where=where)


def check_date(value: object, where: str) -> None:
    """Refuse what is not a calendar date `YYYY-MM-DD` (events.md)."""
    if type(value) is not str or not _is_date(value):
        raise Refused("malformed_date", "not a date of the form YYYY-MM-DD", clause=LOG, where=where)


def check_yearly_day(value: object, where: str) -> None:
    """Refuse what is not a day `MM-DD` that every year has (events.md)."""
    # 2001 is a year without 29 February.
    if type(value) is not str or not _is_date(f"2001-{value}"):
        raise Refused("malformed_yearly_day", "not a day of every year, of the form MM-DD", clause=LOG, where=where)


def check_month(value: object, where: str) -> None:
    """Refuse what is not a calendar month `YYYY-MM` (events.md)."""
    if type(value) is not str or not _is_date(f"{value}-01"):
        raise Refused("malformed_month", "not a month of the form YYYY-MM", clause=LOG, where=where)


def check_sha256(value: object, where: str) -> None:
    """Refuse what is not a SHA-256 in lower-case hex (events.md)."""
    if type(value) is not str or _SHA256.fullmatch(value) is None:
        raise Refused("malformed_hash", "not a SHA-256 in lower-case hex", clause=LOG, where=where)


def check_link(value: object, where: str) -> None:
    """Refuse what is not a link as it is published: http(s), a host, perhaps a path, in ASCII (events.md)."""
    if not is_link(value):
        raise Refused("malformed_link", "not a link of the form https://host/path", clause=LOG, where=where)


def is_link(value: object) -> bool:
    """Tell whether this is such a link."""
    return type(value) is str and _LINK.fullmatch(value) is not None


def check_order(number: object, day: object) -> None:
    """Refuse an order without its number or its date: both are mandatory and have no default (regulation, its head)."""
    check_line(number, ORDER_NUMBER_LENGTH_MAX, "order_number")
    check_date(day, "order_date")


def check_time(value: object, where: str) -> None:
    """Refuse what is not a time of day `HH:MM` (events.md)."""
    if type(value) is not str or _TIME.fullmatch(value) is None:
        raise Refused("malformed_time", "not a time of the form HH:MM", clause=LOG, where=where)


def check_minute(value: object, where: str) -> None:
    """Refuse what is not a minute by the school's clock, `YYYY-MM-DDTHH:MM` (events.md)."""
    day, sign, time = value.partition("T") if type(value) is str else ("", "", "")
    if not sign or not _is_date(day) or _TIME.fullmatch(time) is None:
        raise Refused("malformed_minute", "not a minute of the form YYYY-MM-DDTHH:MM", clause=LOG, where=where)


def check_integer(value: object, least: int, most: int, where: str) -> None:
    """Refuse what is not an integer in the range, both ends included."""
    if type(value) is not int or not least <= value <= most:
        raise Refused(
            "out_of_range", "not an integer from {least} to {most}", clause=LOG, where=where, least=least, most=most
        )


def check_code(value: object, codes: Collection[str], where: str) -> None:
    """Refuse what is not in a closed list of codes (events.md)."""
    if type(value) is not str or value not in codes:
        raise Refused("unknown_code", "not one of the codes allowed here", clause=LOG, where=where)


def check_line(value: object, length_max: int, where: str) -> None:
    """Refuse what is not one printable line of 1 to `length_max` characters."""
    if type(value) is not str or not 1 <= len(value) <= length_max or value.isspace() or _UNPRINTABLE.search(value):
        raise Refused(
            "malformed_text",
            "not a line of 1 to {length_max} printable characters",
            clause=LOG,
            where=where,
            length_max=length_max,
        )


def check_text(value: object, length_max: int, where: str) -> None:
    """Refuse what is not printable text of at most `length_max` characters, line ends and tabs allowed."""
    if type(value) is not str or len(value) > length_max or _UNPRINTABLE_BUT_LINES.search(value):
        raise Refused(
            "malformed_text",
            "not a text of at most {length_max} printable characters",
            clause=LOG,
            where=where,
            length_max=length_max,
        )


def check_digest(value: object, where: str) -> None:
    """Refuse what is not the base64url text of a SHA-256 without padding (log-format.md, section 6)."""
    if type(value) is not str or _DIGEST.fullmatch(value) is None:
        raise Refused("malformed_digest", "not the digest of a disclosure", clause=LOG, where=where)


def noted(digest: str | None) -> tuple[str, ...]:
    """Return what `_sd` holds for the digest of a note, or for none; refuse what is no digest."""
    if digest is None:
        return ()
    check_digest(digest, "note")
    return (digest,)


def check_digests(values: Sequence[object], where: str) -> None:
    """Refuse digests of which one is none, or stands there twice."""
    for position, digest in enumerate(values):
        check_digest(digest, f"{where}[{position}]")
    check_distinct(values, where, "digest")


def check_past_day(value: object, now: datetime, zone: tzinfo | None, where: str) -> None:
    """Refuse what is no date, or a day that has not come in the school's time zone: it is said to have been."""
    check_date(value, where)
    if value > now.astimezone(zone).date().isoformat():  # type: ignore[operator]
        raise Refused("day_not_come", "this day has not come yet", clause=LOG, where=where)


def check_dates(starts_on: object, ends_on: object) -> None:
    """Refuse two dates that are no range; both ends are inclusive."""
    check_date(starts_on, "starts_on")
    check_date(ends_on, "ends_on")
    if starts_on > ends_on:  # type: ignore[operator]
        raise Refused("empty_range", "the last day is before the first", clause=LOG, where="ends_on")


def check_within(day: str, starts_on: str, ends_on: str, where: str) -> None:
    """Refuse a day outside the school year."""
    if not starts_on <= day <= ends_on:
        raise Refused("outside_the_year", "this day is not in the school year", clause=LOCAL_ACT, where=where)


def check_distinct(values: Iterable[object], where: str, field: str) -> None:
    """Refuse the second of two equal things in one command; `where` is the list, `field` what is compared."""
    seen: set[object] = set()
    for position, value in enumerate(values):
        if value in seen:
            raise Refused(
                "twice_in_one_command",
                "this stands in the command twice",
                clause=LOG,
                where=f"{where}[{position}].{field}",
            )
        seen.add(value)


def check_role(actor: Actor, roles: Collection[str], clause: str) -> None:
    """Refuse an actor whose role may not do this."""
    if actor.role not in roles:
        raise Refused(
            "role_not_allowed", "only {roles} may do this", clause=clause, where="actor.role", roles=tuple(roles)
        )


def local_minute(now: datetime, zone: tzinfo) -> str:
    """Return the school's wall clock as `YYYY-MM-DDTHH:MM`; texts of this form sort as the moments do."""
    return now.astimezone(zone).isoformat(timespec="minutes")[:16]


def days_between(first: str, last: str) -> int:
    """Return how many days `last` is after `first`."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def day_after(day: str) -> str:
    """Return the next day; the last that there is has none behind it and is returned itself."""
    last = date.fromisoformat(day)
    return day if last == date.max else (last + timedelta(days=1)).isoformat()


@lru_cache(maxsize=4_096)
def _is_date(text: str) -> bool:
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

"""Who acts over HTTP, and what a role may do: refused by default.

How somebody shows to be an account's holder is in `api.identity`; which roles the account holds today, in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What a route asks for."""

    SET_UP = "set_up"
    CLOSE = "close"
    CLOSE_JOURNAL = "close_journal"
    HAND_OVER = "hand_over"
    REGISTER_PAPER = "register_paper"
    DIRECT = "direct"
    TEACH = "teach"
    PLAN = "plan"
    CERTIFY = "certify"
    PRINT = "print"
    CANCEL = "cancel"
    EXCUSE = "excuse"
    PLAN_SUBSTITUTES = "plan_substitutes"
    REQUEST_CORRECTION = "request_correction"
    APPROVE = "approve"
    CONTROL = "control"
    RECORD_RESULTS = "record_results"
    PUBLISH_RESULTS = "publish_results"
    READ_VIEWS = "read_views"
    OVERSEE = "oversee"
    READ_STAFF = "read_staff"
    READ_ENTRIES = "read_entries"
    READ_DISCLOSURES = "read_disclosures"
    SIGN = "sign"
    ERASE = "erase"
    ADMINISTER = "administer"
    GRANT = "grant"


_TEACHER: Final = frozenset(
    {
        Right.TEACH,
        Right.PLAN,
        Right.PRINT,
        Right.CERTIFY,
        Right.CONTROL,
        Right.REQUEST_CORRECTION,
        Right.PUBLISH_RESULTS,
        Right.READ_VIEWS,
    }
)
_INSPECTOR: Final = frozenset(
    {
        Right.READ_VIEWS,
        Right.OVERSEE,
        Right.READ_STAFF,
        Right.READ_ENTRIES,
        Right.READ_DISCLOSURES,
        Right.SIGN,
    }
)
RIGHTS: Final[Mapping[str, frozenset[Right]]] = {
    "teacher": _TEACHER,
    "class_teacher": frozenset({Right.READ_VIEWS}),
    "deputy": frozenset(
        {
            Right.CLOSE,
            Right.CLOSE_JOURNAL,
            Right.HAND_OVER,
            Right.APPROVE,
            Right.PLAN,
            Right.PRINT,
            Right.CERTIFY,
            Right.CANCEL,
            Right.EXCUSE,
            Right.PLAN_SUBSTITUTES,
            Right.CONTROL,
            Right.REQUEST_CORRECTION,
            Right.RECORD_RESULTS,
            Right.PUBLISH_RESULTS,
            Right.READ_VIEWS,
            Right.READ_STAFF,
        }
    ),
    "administrator": frozenset(
        {
            Right.SET_UP,
            Right.CLOSE,
            Right.CLOSE_JOURNAL,
            Right.HAND_OVER,
            Right.REGISTER_PAPER,
            Right.DIRECT,
            Right.ERASE,
            Right.APPROVE,
            Right.CONTROL,
            Right.PLAN,
            Right.PRINT,
            Right.CERTIFY,
            Right.CANCEL,
            Right.EXCUSE,
            Right.PLAN_SUBSTITUTES,
            Right.RECORD_RESULTS,
            Right.PUBLISH_RESULTS,
            Right.READ_VIEWS,
            Right.OVERSEE,
            Right.READ_STAFF,
            Right.READ_ENTRIES,
            Right.READ_DISCLOSURES,
            Right.SIGN,
            Right.ADMINISTER,
            Right.GRANT,
        }
    ),
    "director": frozenset(
        {
            Right.CLOSE_JOURNAL,
            Right.HAND_OVER,
            Right.REGISTER_PAPER,
            Right.PRINT,
            Right.DIRECT,
            Right.ERASE,
            Right.PLAN_SUBSTITUTES,
            Right.READ_VIEWS,
            Right.OVERSEE,
            Right.READ_STAFF,
            Right.READ_ENTRIES,
            Right.READ_DISCLOSURES,
            Right.SIGN,
        }
    ),
    "inspector": _INSPECTOR,
    "archivist": _INSPECTOR | {Right.HAND_OVER, Right.REGISTER_PAPER},
    "system_administrator": frozenset({Right.ADMINISTER, Right.SIGN}),
    "export_job": frozenset({Right.READ_ENTRIES, Right.READ_DISCLOSURES}),
    "student": frozenset(),
    "guardian": frozenset(),
}
"""Role -> rights. A role that is not here has none."""
_WITHOUT_NAMES: Final = frozenset({Right.SIGN, Right.ADMINISTER})
"""Rights that show nobody's personal data: all others wait until confidentiality was acknowledged (2.4.4)."""
_ONE_FACTOR: Final = frozenset({"teacher", "class_teacher", "student", "guardian"})


def needs_second_factor(role: str) -> bool:
    """Whether a person in this role signs in with a second factor: it closes, approves, exports, inspects, administers.

    A role that is not known here does.
    """
    return role not in _ONE_FACTOR


@dataclass(frozen=True, slots=True)
class Identity:
    """Who acts, in one school: the account, the role used, and what that is cut to.

    Attributes:
        actor: id of the account, which is the person's where the person is registered.
        label: what shows that it is: the token's label, or ``session``.
        rights: the only rights, where a token has fewer than its role; None: all of the role's.
        has_acknowledged: whether the holder acknowledged confidentiality; a program needs not.
    """

    actor: str
    role: str
    school: str
    label: str
    rights: frozenset[Right] | None = None
    has_acknowledged: bool = True

    def has(self, right: Right) -> bool:
        """Whether this role has the right, and what it signed in with too."""
        return right in RIGHTS.get(self.role, frozenset()) and (self.rights is None or right in self.rights)

    def may(self, right: Right) -> bool:
        """Whether the right may be used now: a right to personal data waits for the acknowledgement."""
        return self.has(right) and (self.has_acknowledged or right in _WITHOUT_NAMES)

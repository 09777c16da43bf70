"""Who acts over HTTP, and what a role may do: refused by default.

How somebody shows to be an account's holder is in `api.identity`; which roles the account holds today, in the log.
One table says what each role may do, and whose records it may ask for (`api.reach`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.reach import (
    Facts,
    Named,
    Reach,
    Reader,
    anything,
    inspected,
    own_class,
    own_consents,
    own_data,
    own_diary,
    own_teaching,
    own_writing,
)
from ledger.journal.account import WEAK_ROLES
from ledger.journal.account_events import RoleGranted


class Right(StrEnum):
    """What a route asks for."""

    SET_UP = "set_up"
    CLOSE = "close"
    CLOSE_JOURNAL = "close_journal"
    HAND_OVER = "hand_over"
    HAND_OVER_ARCHIVE = "hand_over_archive"
    REGISTER_PAPER = "register_paper"
    DIRECT = "direct"
    TEACH = "teach"
    ENTER_FOR = "enter_for"
    PLAN = "plan"
    CERTIFY = "certify"
    PRINT = "print"
    CANCEL = "cancel"
    EXCUSE = "excuse"
    PLAN_SUBSTITUTES = "plan_substitutes"
    REQUEST_CORRECTION = "request_correction"
    ASK_REOPENING = "ask_reopening"
    ASK_BACKDATING = "ask_backdating"
    APPROVE = "approve"
    CONTROL = "control"
    RECORD_RESULTS = "record_results"
    PUBLISH_RESULTS = "publish_results"
    READ_SETUP = "read_setup"
    READ_WORK = "read_work"
    READ_VIEWS = "read_views"
    OVERSEE = "oversee"
    READ_STAFF = "read_staff"
    READ_ENTRIES = "read_entries"
    READ_DISCLOSURES = "read_disclosures"
    SIGN = "sign"
    ERASE = "erase"
    ADMINISTER = "administer"
    GRANT = "grant"
    TELL_SUBJECT = "tell_subject"
    EXTRACT = "extract"
    CONSENT = "consent"


_OWN: Final[Mapping[Right, Reach]] = {Right.TELL_SUBJECT: own_data}
_STAFF: Final[Mapping[Right, Reach]] = {Right.READ_SETUP: anything, Right.READ_WORK: anything}
_ALL: Final[Mapping[Right, Reach]] = {**_STAFF, Right.READ_VIEWS: anything, Right.READ_STAFF: anything}
_AUDIT: Final[Mapping[Right, Reach]] = {
    **_ALL,
    Right.OVERSEE: anything,
    Right.READ_ENTRIES: anything,
    Right.READ_DISCLOSURES: anything,
    Right.SIGN: anything,
}


def _to(*rights: Right, reach: Reach = anything) -> dict[Right, Reach]:
    """Rights to write: what of that is reached is the journal's rules' to say, at the moment of the entry."""
    return dict.fromkeys(rights, reach)


ACCESS: Final[Mapping[str, Mapping[Right, Reach]]] = {
    "teacher": {
        **_STAFF,
        **_OWN,
        Right.READ_VIEWS: own_teaching,
        **_to(Right.TEACH, Right.PLAN, Right.CERTIFY, Right.CONTROL, reach=own_writing),
        **_to(Right.REQUEST_CORRECTION, Right.ASK_REOPENING, Right.PUBLISH_RESULTS, reach=own_writing),
        **_to(Right.PRINT),
    },
    "class_teacher": {**_STAFF, **_OWN, Right.READ_VIEWS: own_class},
    "deputy": {
        **_ALL,
        **_OWN,
        **_to(Right.CLOSE, Right.CLOSE_JOURNAL, Right.HAND_OVER, Right.APPROVE, Right.PLAN, Right.PRINT, Right.CERTIFY),
        **_to(Right.CANCEL, Right.EXCUSE, Right.PLAN_SUBSTITUTES, Right.CONTROL, Right.REQUEST_CORRECTION),
        **_to(Right.ASK_REOPENING, Right.ASK_BACKDATING, Right.RECORD_RESULTS, Right.PUBLISH_RESULTS, Right.ENTER_FOR),
    },
    "administrator": {
        **_AUDIT,
        **_to(Right.SET_UP, Right.CLOSE, Right.CLOSE_JOURNAL, Right.HAND_OVER, Right.REGISTER_PAPER, Right.DIRECT),
        **_to(Right.ERASE, Right.APPROVE, Right.CONTROL, Right.PLAN, Right.PRINT, Right.CERTIFY, Right.CANCEL),
        **_to(Right.EXCUSE, Right.PLAN_SUBSTITUTES, Right.RECORD_RESULTS, Right.PUBLISH_RESULTS),
        **_to(Right.ASK_REOPENING, Right.ASK_BACKDATING, Right.ADMINISTER, Right.GRANT),
        **_to(Right.TELL_SUBJECT, Right.EXTRACT, Right.CONSENT, Right.ENTER_FOR, Right.HAND_OVER_ARCHIVE),
    },
    "director": {
        **_AUDIT,
        **_to(Right.CLOSE_JOURNAL, Right.HAND_OVER, Right.REGISTER_PAPER, Right.PRINT, Right.DIRECT, Right.ERASE),
        **_to(Right.ASK_REOPENING, Right.ASK_BACKDATING, Right.PLAN_SUBSTITUTES, Right.TELL_SUBJECT, Right.EXTRACT),
        **_to(Right.ENTER_FOR, Right.HAND_OVER_ARCHIVE),
    },
    "inspector": {**dict.fromkeys(_AUDIT, inspected), Right.READ_SETUP: anything, Right.SIGN: anything},
    "archivist": {
        **_AUDIT,
        **_OWN,
        **_to(Right.HAND_OVER, Right.HAND_OVER_ARCHIVE, Right.REGISTER_PAPER, Right.EXTRACT),
    },
    "system_administrator": _to(Right.ADMINISTER, Right.SIGN),
    "export_job": {Right.READ_ENTRIES: anything, Right.READ_DISCLOSURES: anything},
    "student": {**_OWN, Right.READ_VIEWS: own_diary},
    "guardian": {**_OWN, Right.READ_VIEWS: own_diary, Right.CONSENT: own_consents},
}
"""Role -> right -> how far it reaches. What is not here is refused."""
RIGHTS: Final[Mapping[str, frozenset[Right]]] = {role: frozenset(rights) for role, rights in ACCESS.items()}
"""Role -> rights."""
_WITHOUT_NAMES: Final = frozenset({Right.SIGN, Right.ADMINISTER})
"""Rights that show nobody's personal data: all others wait until confidentiality was acknowledged (2.4.4)."""


def needs_second_factor(role: str) -> bool:
    """Whether a person in this role signs in with a second factor: it closes, approves, exports, inspects, administers.

    A role that is not known here does.
    """
    return role not in WEAK_ROLES


@dataclass(frozen=True, slots=True)
class Identity:
    """Who acts, in one school: the account, the role used, and what that is cut to.

    Attributes:
        actor: id of the account, which is the person's where the person is registered.
        label: what shows that it is: the token's label, or ``session``.
        rights: the only rights, where a token has fewer than its role; None: all of the role's.
        has_acknowledged: whether the holder acknowledged confidentiality; a program needs not.
        grants: what of the role the account was granted that holds today.
    """

    actor: str
    role: str
    school: str
    label: str
    rights: frozenset[Right] | None = None
    has_acknowledged: bool = True
    grants: tuple[RoleGranted, ...] = ()

    def has(self, right: Right) -> bool:
        """Whether this role has the right, and what it signed in with too."""
        return right in RIGHTS.get(self.role, frozenset()) and (self.rights is None or right in self.rights)

    def may(self, right: Right) -> bool:
        """Whether the right may be used now: a right to personal data waits for the acknowledgement."""
        return self.has(right) and (self.has_acknowledged or right in _WITHOUT_NAMES)

    def reaches(self, right: Right, named: Named, facts: Facts) -> bool:
        """Whether what a request names is within this role's reach under a right."""
        reach = ACCESS.get(self.role, {}).get(right)
        return reach is not None and facts.settle(reach, Reader(self.actor, self.grants), named)

"""Accounts and roles (events.md, "Accounts"): whose, which roles, by whom, and that an administrator remains."""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from verify.authors import around
from verify.disclosures import OF_ACCOUNTS
from verify.entry import ACTOR, AT, COMMAND, DATA, Groups, people_of
from verify.events import unescape
from verify.state import Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_ROLES_OF: Final = {
    b"employee": {
        b"teacher", b"class_teacher", b"deputy", b"director", b"administrator", b"system_administrator", b"archivist",
    },
    b"student": {b"student"}, b"guardian": {b"guardian"}, b"inspector": {b"inspector"}, b"program": {b"export_job"},
}  # fmt: skip
_REASONS_OF: Final = {
    b"employee": {b"dismissed", b"mistake"}, b"student": {b"left", b"graduated", b"mistake"},
    b"guardian": {b"left", b"graduated", b"ended", b"mistake"}, b"inspector": {b"ended", b"mistake"},
    b"program": {b"ended", b"mistake"},
}  # fmt: skip
_KINDS: Final = {
    b"employee": "сотрудник".encode(), b"student": "ученик".encode(),
    b"guardian": "законный представитель".encode(), b"inspector": "проверяющий".encode(),
    b"program": "программа".encode(),
}  # fmt: skip
_ROLES: Final = {
    b"teacher": "учитель".encode(), b"class_teacher": "классный руководитель".encode(), b"deputy": "завуч".encode(),
    b"director": "директор".encode(), b"administrator": "администратор".encode(),
    b"system_administrator": "системный администратор".encode(), b"inspector": "инспектор".encode(),
    b"archivist": "архивариус".encode(), b"student": "ученик".encode(),
    b"guardian": "законный представитель".encode(), b"export_job": "программа выгрузки".encode(),
}  # fmt: skip
_REASONS: Final = {
    b"dismissed": "уволен".encode(), b"left": "выбыл".encode(), b"graduated": "окончил школу".encode(),
    b"ended": "срок истёк".encode(), b"mistake": "заведена по ошибке".encode(),
}  # fmt: skip
_HELPED_FOR: Final = {
    b"first_access": "первый вход".encode(), b"code_unused": "код не использован".encode(),
    b"forgotten_password": "забыт пароль".encode(), b"lost_device": "потеряно устройство".encode(),
    b"in_wrong_hands": "вход мог попасть в чужие руки".encode(), b"provider": "смена поставщика входа".encode(),
    b"program": "для программы".encode(), b"other": "иное".encode(),
}  # fmt: skip
_HELPS: Final = {
    b"first_code": "первый код приглашения".encode(), b"code": "новый код приглашения".encode(),
    b"second_factor": "второй фактор снят".encode(), b"passkey": "ключ входа снят".encode(),
    b"link": "связь с поставщиком снята".encode(), b"token": "ключ для программы".encode(),
}  # fmt: skip
# Roles that one person alone helps in, and help that takes two with any other role.
_WEAK: Final = {b"teacher", b"class_teacher", b"student", b"guardian"}
_OF_TWO: Final = {b"code", b"second_factor", b"passkey"}
_HELPERS: Final = {b"administrator", b"system_administrator"}
_ANSWERERS: Final = {b"administrator", b"director"}
_ACTIONS: Final = {
    "founded": "первая".encode(), "opened": "открыта".encode(), "granted": "роль дана".encode(),
    "revoked": "роль снята".encode(), "closed": "закрыта".encode(), "read": "ознакомлен".encode(),
    "helped": "помогли войти".encode(), "asked": "просят помочь войти".encode(),
    "refused": "помочь войти отказано".encode(),
}  # fmt: skip
_COLUMNS: Final = (
    "kind", "name", "role", "starts_on", "ends_on", "grant", "purpose", "scope", "reason", "basis", "sha256",
    "help", "request",
)  # fmt: skip
_LAST: Final = "data.last_day"
# Thirty, but for the day on which the entry was decided.
_LATELY: Final = timedelta(days=29)


@dataclass(frozen=True, slots=True)
class _Grant:
    role: bytes
    student: bytes | None
    starts_on: bytes
    ends_on: bytes | None

    def meets(self, other: "_Grant") -> bool:
        """Say whether both are of one role and have a day in common."""
        if (self.role, self.student) != (other.role, other.student):
            return False
        return not (
            (self.ends_on is not None and self.ends_on < other.starts_on)
            or (other.ends_on is not None and other.ends_on < self.starts_on)
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    entry: int
    help: bytes
    reason: bytes
    people: frozenset[bytes]


@dataclass(slots=True)
class _Account:
    """An account that was opened here; `is_named`: of a registered person; `last_day`: of who was dismissed.

    `is_strong`: it was ever granted a role that no one person helps in to; `is_invited`: it was ever given a code, or
    somebody was let in before that was an entry; `strengthened_by`: others who granted such a role; `let_in_by`: who
    gave the last code, alone and without a document;
    `directed_until`: when a role of direction was last taken from it, by itself or with the account.
    """

    kind: bytes
    is_named: bool
    is_closed: bool = False
    last_day: bytes | None = None
    grants: dict[int, _Grant] = field(default_factory=dict)
    read: set[bytes] = field(default_factory=set)
    is_strong: bool = False
    is_invited: bool = False
    directed_until: bytes = b""
    strengthened_by: set[bytes] = field(default_factory=set)
    let_in_by: set[bytes] = field(default_factory=set)

    def directs(self, at: bytes) -> bool:
        """Say whether it could have answered a request at a moment, wherever the school is, or lately."""
        held = () if self.is_closed else (one for one in self.grants.values() if one.role in _ANSWERERS)
        days = around(at[:10])
        return (self.last_day is None and _lately(at) < self.directed_until) or any(
            one.starts_on <= days[0] and days[-1] <= (one.ends_on or days[-1]) for one in held
        )

    def take(self, grants: "list[_Grant]", at: bytes) -> None:
        """Note when a role of direction is taken from it."""
        if any(one.role in _ANSWERERS for one in grants):
            self.directed_until = at

    def has_role_of(self, roles: set[bytes]) -> bool:
        """Say whether it has one of some roles, whatever the day."""
        return not self.is_closed and any(one.role in roles for one in self.grants.values())

    def is_administrator(self, *, endless: bool = False) -> bool:
        """Say whether it has that role, whatever the day; or has it until it is revoked."""
        roles = () if self.is_closed else self.grants.values()
        return any(one.role == b"administrator" and not (endless and one.ends_on) for one in roles)


def _lately(at: bytes) -> bytes:
    """Give the moment from which on who lost a role of direction still counts at a moment."""
    try:
        return (date.fromisoformat(at[:10].decode()) - _LATELY).isoformat().encode() + at[10:]
    except (ValueError, OverflowError):
        return at


class Accounts:
    """The accounts of a school."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._accounts: dict[bytes, _Account] = {}
        # Requests for help that wait, by account: also of one that was opened before the range.
        self._asked: dict[bytes, _Asked] = {}
        # The first account, and the command that made it: the only one whose holder grants himself a role.
        self._founding: tuple[bytes, bytes] = (b"", b"")

    def accounts_founded(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take the log's first account, its founder's own."""
        (account,) = groups[DATA]
        self._row("founded", account, index, groups)
        self._replay.makes(stream)
        if self._replay.school and stream.id != self._replay.school:
            self._find("stream-kind", b"accounts/" + self._replay.school, stream.key)
        if self._accounts or account != groups[ACTOR]:
            self._find("account-role", "the first account, by its holder", account, field_name="data.account")
        self._founding = account, groups[COMMAND]

    def account_opened(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an account: of a registered person, or of somebody whose name is disclosed."""
        digests, kind = groups[DATA]
        before = self._accounts.get(stream.id)
        if before is not None and (not before.is_closed or before.kind != kind):
            self._find("account-state", "a new account, or a closed one of this kind", kind, field_name="data.kind")
        self._check_by(stream, groups)
        person = self._replay.people.get(stream.id)
        registered = {b"student": (b"student",), b"guardian": (b"guardian",), b"employee": (b"teacher", b"staff")}
        if person is not None and person.kind not in registered.get(kind, ()):
            self._find("person-kind", kind, person.kind)
        if person is None and digests is None and not self._replay.start:
            self._find("reference-unknown", "a registered person", stream.id)
        if digests is not None and (person is not None or kind in (b"student", b"guardian")):
            self._find("data-field", "no name of a registered person", digests, field_name="data._sd")
        name = person.name if person is not None and digests is None else b""
        if digests is not None:
            listed = json.loads(digests)
            self._replay.disclose(index, listed, OF_ACCOUNTS)
            name = self._replay.disclosures.note(listed, "account_name")
        account = _Account(kind, digests is None)
        if before is not None:
            account.read, account.is_strong = before.read, before.is_strong
            account.strengthened_by, account.let_in_by = before.strengthened_by, before.let_in_by
            account.is_invited = before.is_invited or before.is_strong
            account.directed_until = before.directed_until
        self._accounts[stream.id] = account
        self._asked.pop(stream.id, None)
        self._row("opened", stream.id, index, groups, kind=_KINDS[kind], name=cell(name))

    def role_granted(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a role: one of the account's kind, on days on which it has it not, never granted by its holder."""
        basis, class_groups, ends_on, periods, purpose, role, starts_on, student = groups[DATA]
        scope = b" ".join(one.encode() for one in json.loads(class_groups or periods or b"[]")) or student or b""
        self._row(
            "granted", stream.id, index, groups, role=_ROLES[role], starts_on=starts_on, ends_on=ends_on or b"",
            purpose=cell(unescape(purpose or b"")), scope=scope, basis=cell(unescape(basis)),
        )  # fmt: skip
        if stream.id in people_of(groups) and not self._is_founding(stream, groups):
            self._find("account-role", "a role granted by another", role, field_name="actor.id")
        self._check_by(stream, groups)
        if ends_on is not None:
            self._replay.check_span(starts_on, ends_on, "ends_on")
        self._check_scope(role, ends_on, purpose, class_groups, periods)
        self._check_child(stream, role, student)
        account = self._account(stream)
        if account is None:
            return
        if role not in _ROLES_OF[account.kind]:
            self._find("account-role", "a role of the account's kind", role, field_name="data.role")
        grant = _Grant(role, student, starts_on, ends_on)
        if any(grant.meets(other) for other in account.grants.values()):
            self._find("account-role", "days without this role", starts_on, field_name="data.starts_on")
        account.grants[index] = grant
        if role not in _WEAK:
            others = set(people_of(groups)) - {stream.id}
            if not account.let_in_by.isdisjoint(others):
                self._find("help-alone", "another than who let in", groups[ACTOR], field_name="actor.id")
            account.is_strong = True
            account.strengthened_by |= others

    def role_revoked(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take back a role; not an administrator's whom nothing ends, unless another such one does it."""
        basis, grant = groups[DATA]
        self._row("revoked", stream.id, index, groups, grant=grant, basis=cell(unescape(basis)))
        self._check_by(stream, groups)
        account = self._account(stream)
        if account is None:
            return
        found = account.grants.get(int(grant))
        if found is None:
            if int(grant) >= self._replay.start:
                self._find("correction-cites-nothing", "a role that stands", grant, field_name="data.grant")
            return
        if found.role == b"administrator" and found.ends_on is None:
            self._check_one_remains(stream, groups)
        account.take([account.grants.pop(int(grant))], groups[AT])

    def account_closed(self, stream: Stream, index: int, groups: Groups) -> None:
        """Close an account with its roles."""
        basis, last_day, reason = groups[DATA]
        cells = {"ends_on": last_day or b"", "reason": _REASONS[reason], "basis": cell(unescape(basis))}
        self._row("closed", stream.id, index, groups, **cells)
        self._check_by(stream, groups)
        if (reason == b"dismissed") != (last_day is not None):
            self._find("account-state", "a last day, of who was dismissed alone", last_day or b"", field_name=_LAST)
        elif last_day is not None and last_day > around(groups[AT][:10])[-1]:
            self._find("account-state", "a day that has come", last_day, field_name=_LAST)
        account = self._account(stream)
        if account is None:
            return
        if reason not in _REASONS_OF[account.kind]:
            self._find("account-state", "a reason for such an account", reason, field_name="data.reason")
        if account.is_administrator(endless=True):
            self._check_one_remains(stream, groups)
        account.take(list(account.grants.values()), groups[AT])
        account.is_closed, account.last_day = True, last_day

    def check_employed(self, employee: bytes, day: bytes, field: str) -> None:
        """Report what is entrusted from a day on to somebody who was dismissed before it."""
        account = self._accounts.get(employee)
        if account is not None and account.last_day is not None and day > account.last_day:
            self._find("account-state", "an employee who works here", employee, field_name="data." + field)

    def confidentiality_acknowledged(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take an acknowledgement: by the account's holder, once for each text."""
        (text,) = groups[DATA]
        self._row("read", stream.id, index, groups, sha256=text)
        account = self._account(stream)
        if groups[ACTOR] != stream.id or (account is not None and account.kind == b"program"):
            self._find("account-role", "the account's holder", groups[ACTOR], field_name="actor.id")
        if account is not None:
            if text in account.read:
                self._find("recorded-twice", "a text acknowledged once", text, field_name="data.sha256")
            account.read.add(text)

    def sign_in_helped(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take help: by who may help, and by a second person where what lets in to a strong role is replaced."""
        basis, help_, reason, request = groups[DATA]
        cells = {"reason": _HELPED_FOR[reason], "basis": cell(unescape(basis or b"")), "help": _HELPS[help_]}
        self._row("helped", stream.id, index, groups, **cells, request=request or b"")
        account = self._account(stream)
        if request is not None:
            asked = self._answer(stream, request, groups)
            if basis is not None or (asked is not None and (asked.help, asked.reason) != (help_, reason)):
                self._find("request-mismatch", "what was asked for", help_, field_name="data.help")
        else:
            is_for_any = basis is None and (account is None or (bool(account.grants) and not account.is_strong))
            self._check_holds(_HELPERS if is_for_any else {b"administrator"}, groups)
        if account is None:
            return
        self._check_first(help_, account)
        others = set(people_of(groups)) - {stream.id}
        is_of_granter = help_ == b"first_code" and not account.strengthened_by.isdisjoint(others)
        is_of_two = is_of_granter or (help_ in _OF_TWO and account.is_strong)
        if is_of_two and request is None and basis is None:
            self._find("help-alone", "a request and another's answer, or a document", groups[ACTOR], field_name="type")
        rest = (one for id_, one in self._accounts.items() if id_ not in (stream.id, groups[ACTOR]))
        if basis is not None and any(one.directs(groups[AT]) for one in rest):
            self._find("help-alone", "nobody else who answers, or did lately", groups[ACTOR], field_name="data.basis")
        if help_ in (b"first_code", b"code"):
            account.let_in_by = others if request is None and basis is None else set()
        account.is_invited |= help_ in (b"first_code", b"code", b"link")

    def sign_in_help_requested(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a request that a second person help an account's holder in; one of an account waits at a time."""
        help_, reason = groups[DATA]
        self._row("asked", stream.id, index, groups, reason=_HELPED_FOR[reason], help=_HELPS[help_])
        self._check_holds(_HELPERS, groups)
        self._check_first(help_, self._account(stream))
        if stream.id in self._asked:
            self._find("request-mismatch", "an answer to the request before", self._asked[stream.id].entry)
        self._asked[stream.id] = _Asked(index, help_, reason, frozenset(people_of(groups)))

    def sign_in_help_refused(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a refusal: the account stays as it is."""
        basis, request = groups[DATA]
        self._row("refused", stream.id, index, groups, basis=cell(unescape(basis)), request=request)
        self._account(stream)
        self._answer(stream, request, groups)

    def _check_first(self, help_: bytes, account: _Account | None) -> None:
        if help_ == b"first_code" and account is not None and account.is_invited:
            self._find("account-state", "a code given for the first time", help_, field_name="data.help")

    def _answer(self, stream: Stream, request: bytes, groups: Groups) -> _Asked | None:
        """Judge an answer to the request that waits, which waits no more: by neither who asked nor the holder."""
        self._check_holds(_ANSWERERS, groups)
        asked = self._asked.pop(stream.id, None)
        people = set(people_of(groups))
        if stream.id in people or (asked is not None and not asked.people.isdisjoint(people)):
            self._find("request-same-person", "a second person", groups[ACTOR], field_name="actor")
        if (asked is None or asked.entry != int(request)) and int(request) >= self._replay.start:
            self._find("request-mismatch", "a request of this stream that waits", request, field_name="data.request")
            return None
        return asked

    def _check_holds(self, roles: set[bytes], groups: Groups) -> None:
        """Report who helps or answers and has no open account with a role that may."""
        by = self._accounts.get(groups[ACTOR])
        if not self._replay.start and (by is None or not by.has_role_of(roles)):
            self._find("account-role", "an account that may help", groups[ACTOR], field_name="actor.id")

    def _is_founding(self, stream: Stream, groups: Groups) -> bool:
        """Say whether the entry is one of the founder's own in the command that founds the accounts.

        In a range that begins later, that may have been cut in two.
        """
        if self._replay.start and not self._founding[0]:
            return True
        return self._founding == (stream.id, groups[COMMAND]) and groups[ACTOR] == stream.id

    def _account(self, stream: Stream) -> _Account | None:
        """Return the account, which is open; None where it was opened before the range."""
        account = self._accounts.get(stream.id)
        if account is not None and account.is_closed:
            self._find("account-state", "an open account", stream.key)
        return account

    def _check_by(self, stream: Stream, groups: Groups) -> None:
        """Report who changes accounts and has no open account of an administrator; the founding makes the first."""
        if self._replay.start or self._is_founding(stream, groups):
            return
        by = self._accounts.get(groups[ACTOR])
        if by is None or not by.is_administrator():
            self._find("account-role", "an administrator's account", groups[ACTOR], field_name="actor.id")

    def _check_one_remains(self, stream: Stream, groups: Groups) -> None:
        by = self._accounts.get(groups[ACTOR])
        if stream.id == groups[ACTOR] or (by is not None and not by.is_administrator(endless=True)):
            expected = "another administrator whose role has no end"
            self._find("account-role", expected, groups[ACTOR], field_name="actor.id")

    def _check_scope(
        self, role: bytes, ends_on: bytes | None, purpose: bytes | None, groups: bytes | None, periods: bytes | None
    ) -> None:
        """Report an inspection without purpose or end, and the marks of one on another role."""
        if role == b"inspector":
            if ends_on is None or purpose is None or (groups and periods):
                self._find("account-role", "purpose, end, and one scope at most", role, field_name="data.role")
        elif purpose or groups or periods:
            self._find("account-role", "no purpose and no scope", role, field_name="data.role")
        for kind, ids, field_name in ((b"class", groups, "class_groups"), (b"period", periods, "periods")):
            listed = json.loads(ids or b"[]")
            if listed != sorted(set(listed)):
                self._find("data-field", "sorted ids, each once", ids, field_name="data." + field_name)
            for one in listed:
                self._replay.made(kind, one.encode(), field_name)

    def _check_child(self, stream: Stream, role: bytes, student: bytes | None) -> None:
        """Report a guardian's role of nobody, or of a child to whom the guardian is not linked."""
        if (role == b"guardian") != (student is not None):
            self._find("account-role", "a student, for a guardian alone", role, field_name="data.student")
        elif student is not None:
            self._replay.personal.check_linked(self._replay.person(stream.id, "student", b"guardian"), student)

    def _row(self, action: str, account: bytes, index: int, groups: Groups, **cells: bytes) -> None:
        known = self._accounts.get(account)
        person = self._replay.people.get(account)
        if "name" not in cells and known is not None and known.is_named and person is not None:
            cells["name"] = cell(person.name)
        row = [cells.get(name, b"") for name in _COLUMNS]
        self._replay.tables.plain("accounts", index, [groups[AT], account, _ACTIONS[action], *row, groups[ACTOR]])

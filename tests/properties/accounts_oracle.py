"""What events.md demands of accounts and roles; a part of the journal's oracle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_ROLES = {
    "employee": {
        "teacher", "class_teacher", "deputy", "director", "administrator", "system_administrator", "archivist",
    },
    "student": {"student"},
    "guardian": {"guardian"},
    "inspector": {"inspector"},
    "program": {"export_job"},
}  # fmt: skip
_REASONS = {
    "employee": {"dismissed", "mistake"},
    "student": {"left", "graduated", "mistake"},
    "guardian": {"left", "graduated", "ended", "mistake"},
    "inspector": {"ended", "mistake"},
    "program": {"ended", "mistake"},
}

# What entrusts something to whom, and from which day on; None: from its year's first.
_GIVEN: dict[str, tuple[str, str | None]] = {
    "teacher_assigned": ("teacher", "starts_on"),
    "class_teacher_assigned": ("teacher", "starts_on"),
    "class_group_opened": ("class_teacher", None),
    "duty_assigned": ("person", "starts_on"),
    "responsible_appointed": ("person", "starts_on"),
    "substitution_planned": ("substitute", "held_on"),
}


class AccountsOracle:
    """Checks of one entry behind those before it."""

    before: Sequence[Any]
    item: Any
    data: dict[str, Any]

    def check_accounts(self) -> None:
        assert self.item.type == "accounts_founded"
        assert self.item.stream == f"accounts/{self.before[0].stream.partition('/')[2]}"
        assert self.data["account"] == self.item.actor
        assert not any(one.stream.startswith("account/") for one in self.before)

    def check_account(self) -> None:
        id_ = self.item.stream.partition("/")[2]
        own = [one for one in self.before if one.stream == self.item.stream]
        if self.item.type == "account_opened":
            return self._check_opened(id_, own)
        assert own[-1].type != "account_closed"
        kind = [one.data["kind"] for one in own if one.type == "account_opened"][-1]
        if self.item.type == "confidentiality_acknowledged":
            assert self.item.actor == id_
            assert kind != "program"
            read = [one.data["sha256"] for one in own if one.type == "confidentiality_acknowledged"]
            assert self.data["sha256"] not in read
            return None
        if self.item.type.startswith("sign_in_help"):
            return self._check_help(id_, own)
        self._check_by(id_)
        assert self.data["basis"]
        if self.item.type == "role_granted":
            return self._check_granted(id_, kind)
        standing = self._grants(id_)
        endless = {index for index, one in standing.items() if one["role"] == "administrator" and "ends_on" not in one}
        if self.item.type == "account_closed":
            assert self.data["reason"] in _REASONS[kind]
            assert (self.data["reason"] == "dismissed") == ("last_day" in self.data)
            assert date.fromisoformat(self.data.get("last_day", "2026-01-01")) <= self._today()
            lost = bool(endless)
        else:
            assert self.data["grant"] in standing
            lost = self.data["grant"] in endless
        if lost:
            assert id_ != self.item.actor
            mine = self._grants(self.item.actor).values()
            assert any(one["role"] == "administrator" and "ends_on" not in one for one in mine)
        return None

    def _check_help(self, id_: str, own: Sequence[Any]) -> None:
        """Who helps holds a role that may; a strong role's way in is replaced by two, or by one with a document."""
        data, opened = self.data, max(at for at, one in enumerate(own) if one.type == "account_opened")
        since = own[opened:]
        answered = {one.data["request"] for one in since if "request" in one.data}
        waiting = [one for one in since if one.type == "sign_in_help_requested" and one.position not in answered]
        roles, request = {"administrator", "system_administrator"}, data.get("request")
        weak = {"teacher", "class_teacher", "student", "guardian"}
        is_strong = any(one.type == "role_granted" and one.data["role"] not in weak for one in own)
        if request is not None:
            roles = {"administrator", "director"}
            assert [one.position for one in waiting] == [request]
            people = {self.item.actor, self.item.on_behalf_of} - {None}
            assert not people & {id_, waiting[0].actor, waiting[0].on_behalf_of}
        elif self.item.type == "sign_in_helped" and ("basis" in data or is_strong or not self._grants(id_)):
            roles = {"administrator"}
        assert roles & {one["role"] for one in self._grants(self.item.actor).values()}
        if data.get("help") == "first_code":
            given = [one for one in own if one.data.get("help") in {"first_code", "code", "link"}]
            assert all(one.type == "sign_in_help_requested" for one in given)
            assert not any(one.type == "role_granted" and one.data["role"] not in weak for one in own[:opened])
        if self.item.type == "sign_in_help_requested":
            assert not waiting
            assert data["help"] in {"first_code", "code", "second_factor"}
        elif self.item.type == "sign_in_helped":
            assert data["help"] in {"first_code", "code", "second_factor", "passkey", "link", "token"}
            assert data["reason"] in {"first_access", "forgotten_password", "lost_device"}
            assert "request" not in data or "basis" not in data
            is_of_two = data["help"] in {"code", "second_factor", "passkey"} and is_strong
            if data["help"] == "first_code":
                strong = [one for one in own if one.type == "role_granted" and one.data["role"] not in weak]
                is_of_two = any(self._people() & {one.actor, one.on_behalf_of} - {None, id_} for one in strong)
            assert not is_of_two or "request" in data or "basis" in data
            assert "basis" not in data or not self._answerers() - {id_, self.item.actor}

    def _people(self) -> set[str]:
        return {self.item.actor, self.item.on_behalf_of} - {None}

    def _answerers(self) -> set[str]:
        """Accounts that direct or administer today, or had such a role taken away in the last thirty days."""
        found = set()
        today, of_direction = self._today().isoformat(), {"director", "administrator"}
        for id_ in {one.stream.partition("/")[2] for one in self.before if one.stream.startswith("account/")}:
            held = [one for one in self._grants(id_).values() if one["role"] in of_direction]
            if any(one["starts_on"] <= today <= one.get("ends_on", today) for one in held):
                found.add(id_)
        granted: dict[str, dict[int, str]] = {}
        for one in self.before:
            own = granted.setdefault(one.stream, {})
            if one.type == "role_granted":
                own[one.position] = one.data["role"]
            taken = {own.pop(one.data["grant"])} if one.type == "role_revoked" else set()
            if one.type == "account_closed":
                taken = set(own.values())
                own.clear()
            later = [two for two in self.before if two.stream == one.stream and two.position > one.position]
            is_gone = one.type == "account_closed" and "last_day" in one.data and not later
            since = datetime.fromisoformat(self.item.at) - datetime.fromisoformat(one.at)
            if taken & of_direction and not is_gone and since < timedelta(days=30):
                found.add(one.stream.partition("/")[2])
        return found

    def check_employed(self) -> None:
        """What is entrusted to somebody from a day on is within the work of who was dismissed."""
        given = _GIVEN.get(self.item.type)
        employee = self.data.get(given[0]) if given else None
        if given is None or employee is None:
            return
        own = [one for one in self.before if one.stream == f"account/{employee}"]
        ends = [one for one in own if one.type in {"account_opened", "account_closed"}]
        if ends and "last_day" in ends[-1].data:
            day = self.data[given[1]] if given[1] else self._first_day_of(self.data["year"])
            assert day <= ends[-1].data["last_day"]

    def _first_day_of(self, year: str) -> str:
        return str(next(one.data["starts_on"] for one in self.before if one.stream == f"year/{year}"))

    def _today(self) -> date:
        return datetime.fromisoformat(self.item.at).astimezone(ZoneInfo("Europe/Moscow")).date()

    def _check_opened(self, id_: str, own: Sequence[Any]) -> None:
        kind, person = self.data["kind"], self._person(id_)
        assert kind in _ROLES
        if own:
            assert own[-1].type == "account_closed"
            assert [one.data["kind"] for one in own if one.type == "account_opened"][-1] == kind
        assert ("_sd" in self.data) == (person is None)
        assert len(self.data.get("_sd", "?")) == 1
        if kind in {"student", "guardian"}:
            assert person == kind
        elif person is not None:
            assert (kind, person) in {("employee", "teacher"), ("employee", "staff")}
        if not self._is_founding(id_, 1):
            self._check_by(id_)

    def _check_granted(self, id_: str, kind: str) -> None:
        data = self.data
        assert data["role"] in _ROLES[kind]
        if not self._is_founding(id_, 2):
            assert id_ not in {self.item.actor, self.item.on_behalf_of}
        own = [one for one in self.before if one.stream == self.item.stream]
        codes = [one for one in own if one.type == "sign_in_helped" and one.data["help"] in {"first_code", "code"}]
        is_alone = bool(codes) and not {"request", "basis"} & codes[-1].data.keys()
        if data["role"] not in {"teacher", "class_teacher", "student", "guardian"} and is_alone:
            assert not self._people() & {codes[-1].actor, codes[-1].on_behalf_of}
        first, last = date.fromisoformat(data["starts_on"]), date.fromisoformat(data.get("ends_on", "9999-12-31"))
        assert first <= last
        assert (data["role"] == "inspector") == ("purpose" in data)
        assert data["role"] != "inspector" or "ends_on" in data
        assert len(data.keys() & {"class_groups", "periods"}) <= (data["role"] == "inspector")
        made = {one.stream for one in self.before if one.version == 1}
        for prefix, name in (("class", "class_groups"), ("period", "periods")):
            ids = data.get(name, [])
            assert ids == sorted(set(ids))
            assert {f"{prefix}/{one}" for one in ids} <= made
        assert (data["role"] == "guardian") == ("student" in data)
        if "student" in data:
            links = [
                one.type
                for one in self.before
                if one.stream == f"person/{data['student']}" and one.data.get("guardian") == id_
            ]
            assert links[-1] == "guardian_linked"
        for other in self._grants(id_).values():
            same = (other["role"], other.get("student")) == (data["role"], data.get("student"))
            apart = other.get("ends_on", "9999") < data["starts_on"] or data.get("ends_on", "9999") < other["starts_on"]
            assert apart or not same

    def _check_by(self, id_: str) -> None:
        if not self._is_founding(id_, 2):
            assert any(one["role"] == "administrator" for one in self._grants(self.item.actor).values())

    def _is_founding(self, id_: str, behind: int) -> bool:
        at = self.item.position - behind
        founded = self.before[at]
        return (founded.type, founded.data.get("account"), self.item.actor) == ("accounts_founded", id_, id_)

    def _grants(self, id_: str) -> dict[int, dict[str, Any]]:
        """Grants that stand, by index."""
        found: dict[int, dict[str, Any]] = {}
        for one in self.before:
            if one.stream != f"account/{id_}":
                continue
            if one.type == "role_granted":
                found[one.position] = one.data
            elif one.type == "role_revoked":
                del found[one.data["grant"]]
            elif one.type == "account_closed":
                found = {}
        return found

    def _person(self, id_: str) -> str | None:
        return next((one.data["kind"] for one in self.before if one.stream == f"person/{id_}"), None)

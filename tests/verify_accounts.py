"""Accounts and roles in the small school of `verify_archive`: its entries, and their table."""

from __future__ import annotations

from typing import Any

HEADER = (
    "entry (запись);at (внесено);account (учётная запись);action (что);kind (чья);name (имя);role (роль);starts_on (с);"
    "ends_on (по);grant (дана записью);purpose (цель);scope (о чём);reason (причина);basis (основание);"
    "sha256 (SHA-256);actor (кто внёс)"
)
ACTIONS = {
    "accounts_founded": "первая", "account_opened": "открыта", "role_granted": "роль дана",
    "role_revoked": "роль снята", "account_closed": "закрыта", "confidentiality_acknowledged": "ознакомлен",
}  # fmt: skip
KINDS = {
    "employee": "сотрудник", "student": "ученик", "guardian": "законный представитель", "inspector": "проверяющий",
    "program": "программа",
}  # fmt: skip
ROLES = {
    "teacher": "учитель", "class_teacher": "классный руководитель", "deputy": "завуч", "director": "директор",
    "administrator": "администратор", "system_administrator": "системный администратор", "inspector": "инспектор",
    "archivist": "архивариус", "student": "ученик", "guardian": "законный представитель",
    "export_job": "программа выгрузки",
}  # fmt: skip
REASONS = {
    "dismissed": "уволен", "left": "выбыл", "graduated": "окончил школу", "ended": "срок истёк",
    "mistake": "заведена по ошибке",
}  # fmt: skip
TEXT = "5a" * 32


def account_row(b: Any, entry: dict[str, Any]) -> list[Any]:
    """The row of an entry about accounts."""
    data, type_ = entry["data"], entry["type"].partition("/")[0]
    account = data.get("account") or entry["stream"].partition("/")[2]
    named = [one for one in b.entries[: entry["index"] + 1] if one["stream"] == f"account/{account}"]
    sd = [one["data"].get("_sd") for one in named if one["type"] == "account_opened/1"]
    name = ""
    if sd and sd[-1] is None:
        name = b.names[account]
    elif type_ == "account_opened":
        name = b.notes.get(sd[-1][0], "")
    scope = " ".join(data.get("class_groups") or data.get("periods") or [data.get("student", "")])
    get = [data.get("starts_on", ""), data.get("ends_on", data.get("last_day", ""))]
    get += [data.get("grant", ""), data.get("purpose", "")]
    return [
        *(entry["index"], entry["at"], account, ACTIONS[type_], KINDS.get(data.get("kind", ""), ""), name),
        *(ROLES.get(data.get("role", ""), ""), *get, scope, REASONS.get(data.get("reason", ""), "")),
        *(data.get("basis", ""), data.get("sha256", ""), entry["actor"]["id"]),
    ]


def found(b: Any, basis: str = '=приказ; "1"') -> str:
    """Found accounts by whoever acts; afterwards that administrator acts."""
    b.begin()
    account = b.actor["id"]
    b.add("accounts", b.school_id, "accounts_founded", account=account)
    open_account(b, account, "employee", "-Первый; администратор")
    grant(b, account, "administrator", basis=basis)
    return str(account)


def open_account(b: Any, account: str, kind: str = "employee", name: str = "") -> int:
    """Open an account; with a name, of somebody who is not registered."""
    index = len(b.entries)
    sd = [b.disclose("account_name", name, index)] if name else None
    b.notes |= dict.fromkeys(sd or (), name)
    return int(b.add("account", account, "account_opened", kind=kind, sd=sd))


def grant(b: Any, account: str, role: str, **more: Any) -> int:
    """Grant a role."""
    fields = {"role": role, "starts_on": "2026-09-01", "basis": "приказ № 2", **more}
    return int(b.add("account", account, "role_granted", **fields))


def revoke(b: Any, account: str, granted: int) -> int:
    """Revoke a grant."""
    return int(b.add("account", account, "role_revoked", grant=granted, basis="приказ № 3"))


def close(b: Any, account: str, reason: str = "dismissed", **more: Any) -> int:
    """Close an account; of who is dismissed, on the last day of work."""
    if reason == "dismissed":
        more.setdefault("last_day", b.entries[-1]["at"][:10])
    return int(b.add("account", account, "account_closed", reason=reason, basis="+приказ", **more))


def acknowledge(b: Any, account: str, text: str = TEXT) -> int:
    """Acknowledge, by the account's holder."""
    before, b.actor = b.actor, {"id": account, "role": "teacher"}
    index = b.add("account", account, "confidentiality_acknowledged", sha256=text)
    b.actor = before
    return int(index)


def accounts(b: Any, employee: str, guardian: str, student: str, group: str, period: str) -> str:
    """One of each kind; an administrator who is followed by another, and one who is dismissed and comes back."""
    before, b.actor = b.actor, {"id": b.uuid(), "role": "administrator"}
    first = found(b)
    b.begin()
    open_account(b, employee)
    dated = grant(b, employee, "deputy", ends_on="2027-05-31")
    grant(b, employee, "administrator")
    acknowledge(b, employee)
    acknowledge(b, employee, "5b" * 32)
    revoke(b, employee, dated)
    grant(b, employee, "deputy", starts_on="2027-01-01")
    b.actor = {"id": employee, "role": "administrator"}
    revoke(b, first, next(one["index"] for one in b.entries if one["type"] == "role_granted/1"))
    open_account(b, student, "student")
    grant(b, student, "student")
    open_account(b, guardian, "guardian")
    grant(b, guardian, "guardian", student=student)
    close(b, guardian, "left")
    inspector, program = b.uuid(), b.uuid()
    open_account(b, inspector, "inspector", '=Проверяющий; "Рос"')
    fields = {"ends_on": "2026-12-31", "purpose": "-плановая; проверка"}
    grant(b, inspector, "inspector", class_groups=[group], **fields)
    grant(b, inspector, "inspector", **fields | {"starts_on": "2027-01-01", "ends_on": "2027-02-01"}, periods=[period])
    grant(b, inspector, "inspector", **fields | {"starts_on": "2027-03-01", "ends_on": "2027-04-01"})
    open_account(b, program, "program", "выгрузка")
    grant(b, program, "export_job")
    close(b, program, "ended")
    open_account(b, program, "program", "выгрузка 2")
    gone = b.uuid()
    open_account(b, gone, "employee", "=Бывший; сотрудник")
    close(b, gone)
    b.actor = before
    b.begin()
    return employee

"""Accounts and roles in the small school of `verify_archive`: its entries, and their table."""

from __future__ import annotations

from typing import Any

HEADER = (
    "entry (запись);at (внесено);account (учётная запись);action (что);kind (чья);name (имя);role (роль);starts_on (с);"
    "ends_on (по);grant (дана записью);purpose (цель);scope (о чём);reason (причина);basis (основание);"
    "sha256 (SHA-256);help (чем помогли);request (по просьбе — запись);actor (кто внёс)"
)
ACTIONS = {
    "accounts_founded": "первая", "account_opened": "открыта", "role_granted": "роль дана",
    "role_revoked": "роль снята", "account_closed": "закрыта", "confidentiality_acknowledged": "ознакомлен",
    "sign_in_helped": "помогли войти", "sign_in_help_requested": "просят помочь войти",
    "sign_in_help_refused": "помочь войти отказано",
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
    "mistake": "заведена по ошибке", "first_access": "первый вход", "code_unused": "код не использован",
    "forgotten_password": "забыт пароль", "lost_device": "потеряно устройство",
    "in_wrong_hands": "вход мог попасть в чужие руки", "provider": "смена поставщика входа",
    "program": "для программы", "other": "иное",
}  # fmt: skip
HELPS = {
    "first_code": "первый код приглашения", "code": "новый код приглашения", "second_factor": "второй фактор снят",
    "passkey": "ключ входа снят", "link": "связь с поставщиком снята", "token": "ключ для программы",
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
        *(data.get("basis", ""), data.get("sha256", ""), HELPS.get(data.get("help", ""), "")),
        *(data.get("request", ""), entry["actor"]["id"]),
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


def help_in(b: Any, account: str, help_: str, reason: str = "forgotten_password", **more: Any) -> int:
    """Help an account's holder in."""
    return int(b.add("account", account, "sign_in_helped", help=help_, reason=reason, **more))


def ask_help(b: Any, account: str, help_: str, reason: str = "lost_device") -> int:
    """Ask a second person to help an account's holder in."""
    return int(b.add("account", account, "sign_in_help_requested", help=help_, reason=reason))


def refuse_help(b: Any, account: str, request: int) -> int:
    """Leave an account as it is."""
    return int(b.add("account", account, "sign_in_help_refused", request=request, basis="=записка"))


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
    technician = _helped(b, first, employee)
    open_account(b, student, "student")
    grant(b, student, "student")
    b.actor = {"id": technician, "role": "system_administrator"}
    help_in(b, student, "first_code", "first_access")
    help_in(b, student, "code", "code_unused")
    b.actor = {"id": employee, "role": "administrator"}
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
    help_in(b, program, "token", "program")
    close(b, program, "ended")
    open_account(b, program, "program", "выгрузка 2")
    gone = b.uuid()
    open_account(b, gone, "employee", "=Бывший; сотрудник")
    close(b, gone)
    b.actor = before
    b.begin()
    return employee


def _helped(b: Any, first: str, employee: str) -> str:
    """A technician, who asks; the administrator answers, and acts alone by a document; returns the technician."""
    technician, director = str(b.uuid()), str(b.uuid())
    open_account(b, technician, "employee", "+Техник")
    grant(b, technician, "system_administrator")
    former = str(b.uuid())
    open_account(b, former, "employee", "Прежний; директор")
    grant(b, former, "director")
    close(b, former)
    help_in(b, first, "passkey", "lost_device", basis='-акт; "7"')
    open_account(b, director, "employee", "Директор")
    grant(b, director, "director", ends_on="2027-05-31")
    b.actor = {"id": technician, "role": "system_administrator"}
    first_code = ask_help(b, director, "first_code", "first_access")
    b.actor = {"id": employee, "role": "administrator"}
    help_in(b, director, "first_code", "first_access", request=first_code)
    help_in(b, director, "link", "provider")
    b.actor = {"id": technician, "role": "system_administrator"}
    of_code = ask_help(b, director, "code", "forgotten_password")
    of_factor = ask_help(b, employee, "second_factor", "in_wrong_hands")
    b.actor = {"id": employee, "role": "administrator"}
    help_in(b, director, "code", request=of_code)
    b.actor = {"id": director, "role": "director"}
    refuse_help(b, employee, of_factor)
    b.actor = {"id": employee, "role": "administrator"}
    return technician

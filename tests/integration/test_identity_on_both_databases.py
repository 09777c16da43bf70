"""The store of secrets on SQLite and on PostgreSQL: sessions end, codes are taken once, counts survive and stay few."""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from api.identity import limits, postgres
from api.identity.kept import NotTheHolder
from api.identity.limits import TooManyTries
from api.identity.passwords import Cost, Passwords
from api.identity.postgres import PostgresRows
from api.identity.second_factor import step_of
from api.identity.sessions import CLOCKS_APART_SECONDS, IDLE_SECONDS, SESSION_SECONDS
from api.identity.sqlite import SQLiteRows
from api.identity.store import INVITATION_SECONDS, Secrets
from ledger.durable import FileRefused
from ledger.errors import LetopisError
from tests.conftest import Database
from tests.overtaken_rows import Overtaken

ORIGIN = "letopis.example/school/test"
KEY = bytes(range(32))
CHEAP = Cost(time=1, memory_kib=64, lanes=1)
ACCOUNT = "7e000000-0000-4000-8000-000000000001"
PASSWORD = "верный конь скрепка"
NOW = 1_790_000_010
Opening = Callable[..., Secrets]


def secret_of(spelt: str) -> bytes:
    return base64.b32decode(spelt)


@pytest.fixture(params=["sqlite", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Opens the store of one database, of this origin or another."""
    made: list[Secrets] = []

    def open_(origin: str = ORIGIN) -> Secrets:
        if request.param == "sqlite":
            rows = SQLiteRows(tmp_path / "identity.sqlite3", create=True)
        else:
            database: Database = request.getfixturevalue("postgres_database")
            postgres.install(database.owner_dsn)
            rows = PostgresRows(database.app_dsn)  # type: ignore[assignment]
        made.append(Secrets(rows, origin, KEY, CHEAP))
        return made[-1]

    yield open_
    for one in made:
        one.close()


@pytest.fixture
def store(opening: Opening) -> Secrets:
    return opening()


def admitted(store: Secrets, account: str = ACCOUNT, login: str = "orlova") -> None:
    code, _ = store.invite(account, login, NOW)
    assert store.accept(code, PASSWORD, "::1", NOW) == account


def test_a_session_ends_when_it_idles_and_at_last_in_any_case(store: Secrets) -> None:
    admitted(store)
    secret, stage, account = store.sign_in("orlova", PASSWORD, "::1", NOW)
    assert (stage, account) == ("single", ACCOUNT)
    assert store.session(secret, NOW + IDLE_SECONDS) is None
    for moment in range(NOW, NOW + SESSION_SECONDS, IDLE_SECONDS - 1):
        assert store.session(secret, moment) is not None
    assert store.session(secret, NOW + SESSION_SECONDS) is None


def test_a_session_of_after_now_is_none(store: Secrets) -> None:
    """The clock went back: it may have idled for hours, and would stand again."""
    admitted(store)
    secret, _, _ = store.sign_in("orlova", PASSWORD, "::1", NOW)
    assert store.session(secret, NOW - CLOCKS_APART_SECONDS) is not None, "another server's clock"
    assert store.session(secret, NOW - CLOCKS_APART_SECONDS - 1) is None


def test_an_invitation_expires(store: Secrets) -> None:
    code, expires = store.invite(ACCOUNT, "orlova", NOW)
    assert expires == NOW + INVITATION_SECONDS
    with pytest.raises(NotTheHolder):
        store.accept(code, PASSWORD, "::1", expires)


def test_another_schools_secrets_let_nobody_in(opening: Opening) -> None:
    store, other = opening(), opening("letopis.example/school/other")
    admitted(store)
    token = store.make_token(ACCOUNT, "teacher", "l", NOW)
    secret, _, _ = store.sign_in("orlova", PASSWORD, "::1", NOW)
    assert other.token(token, NOW) is None
    assert other.session(secret, NOW) is None
    with pytest.raises(NotTheHolder):
        other.sign_in("orlova", PASSWORD, "::1", NOW)
    assert (other.logins(), other.tokens()) == ([], [])


def test_a_token_expires_and_says_on_which_day_it_was_used(store: Secrets) -> None:
    token = store.make_token(ACCOUNT, "teacher", "l", NOW, days=1, rights=("teach", "plan"))
    (row,) = store.tokens(ACCOUNT)
    assert (row.used_on, row.rights) == (None, ("plan", "teach"))
    assert store.token(token, NOW + 86_399) is not None
    assert store.token(token, NOW + 86_400) is None
    assert store.tokens()[0].used_on == "2026-09-22"
    assert store.token("x", NOW) is None
    assert not store.revoke_token("7e000000-0000-4000-8000-000000000002", row.id)
    assert store.revoke_token(ACCOUNT, row.id)


@pytest.mark.parametrize(("off", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_counts_one_step_beside_now_and_once(store: Secrets, off: int, taken: bool) -> None:
    admitted(store)
    secret, _, _ = store.sign_in("orlova", PASSWORD, "::1", NOW)
    session = store.session(secret, NOW)
    assert session is not None
    key, link = store.enrol(session, NOW)
    assert link.startswith("otpauth://totp/")
    code = TOTP(secret_of(key), 6, SHA1(), 30).generate(NOW + off).decode()
    if not taken:
        with pytest.raises(NotTheHolder):
            store.pass_second(session, code, NOW)
        return
    full, codes = store.pass_second(session, code, NOW)
    assert len(codes) == 10
    again = store.session(full, NOW)
    assert again is not None
    assert again.stage == "full"
    with pytest.raises(NotTheHolder):
        store.pass_second(again, code, NOW)


def test_rfc_6238_says_which_code_it_is() -> None:
    """Appendix B, SHA-1, the last six of its eight digits."""
    secret = b"12345678901234567890"
    for moment, code in ((59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")):
        assert step_of(secret, code, moment, -1) == moment // 30
    assert step_of(secret, "287082", 59, 1) is None, "taken before"
    for wrong in ("", "28708", "２８７０８２", "287082 "):
        assert step_of(secret, wrong, 59, -1) is None


def test_who_fails_waits_longer_each_time_and_is_forgiven_after_the_right_password(store: Secrets) -> None:
    admitted(store)
    moment, waits = NOW, []
    for _ in range(5):
        with pytest.raises(NotTheHolder):
            store.sign_in("orlova", "wrong", "::1", moment)
    for _ in range(7):
        with pytest.raises(TooManyTries) as told:
            store.sign_in("orlova", PASSWORD, "::1", moment)
        waits.append(told.value.seconds)
        moment += told.value.seconds
        with pytest.raises(NotTheHolder):
            store.sign_in("orlova", "wrong", "::1", moment)
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    moment += 900
    store.sign_in("orlova", PASSWORD, "::1", moment)
    with pytest.raises(NotTheHolder):
        store.sign_in("orlova", "wrong", "::1", moment)


def test_of_tries_side_by_side_one_is_let_in_where_one_is_due(opening: Opening) -> None:
    """As another server's would be, between the look at who waits and the count."""
    store, other = opening(), opening()
    admitted(store)
    for _ in range(5):
        with pytest.raises(NotTheHolder):
            store.sign_in("orlova", "wrong", "::1", NOW)
    told: list[type[LetopisError]] = []

    def attempt(by: Secrets) -> None:
        with pytest.raises(LetopisError) as refusal:
            by.sign_in("orlova", "wrong", "::1", NOW + 30)
        told.append(refusal.type)

    store._rows = Overtaken(store._rows, "INSERT INTO attempts", lambda: attempt(other))
    attempt(store)
    assert sorted(told, key=str) == [NotTheHolder, TooManyTries]


def test_a_clock_that_was_put_right_holds_nobody_up(store: Secrets) -> None:
    admitted(store)
    for day, count in ((86_400, 12), (0, 1)):
        for _ in range(count):
            with pytest.raises((NotTheHolder, TooManyTries)):
                store.sign_in("orlova", "wrong", "::1", NOW + day)
    store.sign_in("orlova", PASSWORD, "::1", NOW)


def test_an_address_that_tries_many_logins_waits_too(store: Secrets) -> None:
    for number in range(limits.LIMITS["address"]):
        with pytest.raises(NotTheHolder):
            store.sign_in(f"login{number}", "wrong", "10.0.0.9", NOW)
    with pytest.raises(TooManyTries):
        store.sign_in("fresh", "wrong", "10.0.0.9", NOW)
    with pytest.raises(NotTheHolder):
        store.sign_in("fresh", "wrong", "10.0.0.8", NOW)


@pytest.mark.parametrize(
    ("tried", "same", "other"),
    [
        ("2001:db8:1:2::{:x}", "2001:db8:1:2:ffff::1", "2001:db8:1:3::1"),
        ("fe80::{:x}%eth0", "fe80::ffff%eth0", "fe80:0:0:1::1"),
        ("::ffff:10.0.0.7", "10.0.0.7", "::ffff:10.0.0.8"),
        ("", "", "10.0.0.7"),
    ],
)
def test_an_address_is_all_that_its_holder_can_try_from(store: Secrets, tried: str, same: str, other: str) -> None:
    """A network of IPv6 has 2^64 addresses, all of them of whoever has one."""
    for number in range(limits.LIMITS["address"]):
        with pytest.raises(NotTheHolder):
            store.sign_in(f"login{number}", "wrong", tried.format(number), NOW)
    with pytest.raises(TooManyTries):
        store.sign_in("fresh", "wrong", same, NOW)
    with pytest.raises(NotTheHolder):
        store.sign_in("fresh", "wrong", other, NOW)


def test_counts_of_tries_stay_few(store: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS_MAX", 30)
    for number in range(60):
        with pytest.raises(NotTheHolder):
            store.sign_in(f"login{number}", "wrong", f"10.0.0.{number}", NOW + number)
    rows = store._rows.run(lambda execute: execute("SELECT count(*) FROM attempts", {}))
    assert rows[0][0] <= 31


def test_what_was_counted_and_kept_is_there_after_a_restart(opening: Opening) -> None:
    first = opening()
    admitted(first)
    for _ in range(5):
        with pytest.raises(NotTheHolder):
            first.sign_in("orlova", "wrong", "::1", NOW)
    with pytest.raises(TooManyTries):
        opening().sign_in("orlova", PASSWORD, "::1", NOW)


def test_a_closed_account_leaves_nothing(store: Secrets) -> None:
    admitted(store)
    store.make_token(ACCOUNT, "teacher", "l", NOW)
    store.sign_in("orlova", PASSWORD, "::1", NOW)
    store.forget(ACCOUNT)
    assert (store.login(ACCOUNT), store.tokens(), store.logins()) == (None, [], [])
    with pytest.raises(NotTheHolder):
        store.sign_in("orlova", PASSWORD, "::1", NOW)


def test_nobodys_password_takes_as_long_and_never_matches() -> None:
    passwords = Passwords(CHEAP)
    assert not passwords.matches("nobody's password", None)
    assert not passwords.matches("x", "no hash")
    assert passwords.hash("x").startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert Passwords().hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "identity.sqlite3"
    with pytest.raises(FileRefused):
        SQLiteRows(file)
    SQLiteRows(file, create=True).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    with pytest.raises(FileRefused):
        SQLiteRows(file)


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "identity.sqlite3"
    file.touch(mode=0o600)
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LetopisError):
        SQLiteRows(file)

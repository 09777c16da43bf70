"""Being a witness, for `api.cli.witness`: its folder, the logs it watches, what it found, its server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from api.cli.console import Console, Exit
from api.logs import set_up_logs
from api.server import Server, listen
from api.settings import SettingsError, passphrase
from api.witness import create_witness_app
from ledger.durable import secret_folder
from ledger.signing.keys import create_key, load_private_key, read_vkey, vkey_path
from ledger.wire.errors import WireError
from ledger.wire.note import ED25519, ED25519_COSIGNATURE, VerifierKey, format_vkey, parse_vkey
from ledger.witness.cosigner import Cosigner
from ledger.witness.store import WitnessStore, create_store
from ledger.witness.witness import Witness


def run_init(console: Console, var: Path, name: str) -> int:
    """Make a witness's folder: its key, and its memory.

    Raises:
        LetopisError: one of them is there, or cannot be made.
    """
    vkey = make_witness(var, name)
    console.result({"vkey": vkey}, f"Ключ свидетеля; его называют школам / the witness's key, for schools:\n{vkey}")
    return Exit.DONE


def run_trust(console: Console, var: Path, vkey: str) -> int:
    """Watch a log from now on.

    Raises:
        SettingsError: it is no log's key.
        LetopisError: there is no witness in this folder.
    """
    key = _log_key(vkey)
    is_new = trust_log(var, key)
    words = "под наблюдением / watched now" if is_new else "уже под наблюдением / watched already"
    console.result({"origin": key.name, "new": is_new}, f"{key.name}: {words}")
    return Exit.DONE


def run_distrust(console: Console, var: Path, vkey: str) -> int:
    """Trust a log's key no more; 1 where it was not trusted.

    Raises:
        SettingsError, LetopisError: as `run_trust`.
    """
    key = _log_key(vkey)
    with _open(var) as store:
        was = store.distrust(key)
    words = "больше не под наблюдением / watched no more" if was else "не был под наблюдением / was not watched"
    console.result({"origin": key.name, "was": was}, f"{key.name}: {words}")
    return Exit.DONE if was else Exit.FINDING


def run_status(console: Console, var: Path) -> int:
    """Say what is known of each log; 1 where one contradicted itself.

    Raises:
        LetopisError: there is no witness in this folder.
    """
    with _open(var) as store:
        conflicts = store.conflicts()
        logs: list[dict[str, object]] = []
        vkey = format_vkey(read_vkey(vkey_path(_key(var))))
        lines = [vkey]
        for origin in store.origins():
            known = store.known(origin)
            count = sum(one.origin == origin for one in conflicts)
            moment = None if known is None else _moment(known.cosigned_at)
            size = 0 if known is None else known.size
            root = None if known is None else known.root.hex()
            logs.append({"origin": origin, "size": size, "root": root, "cosigned_at": moment, "conflicts": count})
            forked = f", ПРОТИВОРЕЧИЙ / CONFLICTS: {count}" if count else ""
            lines.append(f"{origin}: записей / entries {size}, {root or '—'}, {moment or '—'}{forked}")
    console.result({"witness": vkey, "logs": logs}, "\n".join(lines))
    return Exit.FINDING if conflicts else Exit.DONE


def run_conflicts(console: Console, var: Path, out: Path) -> int:
    """Write each conflict as two files: the checkpoint cosigned before, and the request that contradicts it.

    Raises:
        SettingsError: the folder is there already, or cannot be written.
        LetopisError: there is no witness in this folder.
    """
    with _open(var) as store:
        found = store.conflicts()
    lines = [f"{one.number:04} {one.origin} {_moment(one.received_at)} {one.reason}" for one in found]
    try:
        out.mkdir()
        for one in found:
            (out / f"{one.number:04}-known.txt").write_bytes(one.known)
            (out / f"{one.number:04}-request.txt").write_bytes(one.request)
        (out / "index.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--out: {out}: нельзя записать / cannot be written ({error.strerror})") from None
    console.result({"conflicts": len(found)}, "\n".join(lines) or "Противоречий нет. / No conflicts.")
    return Exit.FINDING if found else Exit.DONE


def run_witness(console: Console, var: Path, host: str, port: int) -> int:
    """Answer logs over HTTP until interrupted.

    Raises:
        LetopisError: there is no witness in this folder, or its key cannot be used.
        UnavailableError: the address cannot be had.
    """
    set_up_logs()
    with _open(var) as store:
        witness = Witness(store, _cosigner(var))
        bound = listen(host, port)
        try:
            at = bound.getsockname()[1]
            base = f"http://[{host}]:{at}" if ":" in host else f"http://{host}:{at}"
            console.say(f"{witness.cosigner.vkey}\n{base}\nОстановить / stop: Ctrl+C")
            if console.as_json:
                console.result({"url": base, "vkey": witness.cosigner.vkey})
            Server(create_witness_app(witness), threading.Event()).run(sockets=[bound])
        finally:
            bound.close()
        console.say("Остановлено. / Stopped.")
    return Exit.DONE


def make_witness(var: Path, name: str) -> str:
    """Make a witness's key and memory in a folder; returns its verifier key.

    Raises:
        LetopisError: as `run_init`.
    """
    secret_folder(var, create=True)
    vkey = create_key(_key(var), name, passphrase(), algorithm=ED25519_COSIGNATURE)
    create_store(_store(var))
    return vkey


def trust_log(var: Path, key: VerifierKey) -> bool:
    """Have a witness watch a log from now on; returns whether it did not before.

    Raises:
        LetopisError: there is no witness in this folder.
    """
    with _open(var) as store:
        return store.trust(key)


@contextmanager
def answering(var: Path) -> Iterator[str]:
    """A witness's folder, answering on a free port of this machine while the block runs; yields its link.

    Raises:
        LetopisError: as `run_witness`.
        UnavailableError: the address cannot be had.
    """
    with _open(var) as store:
        bound = listen("127.0.0.1", 0)
        server = Server(create_witness_app(Witness(store, _cosigner(var))), threading.Event(), is_alone=False)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="witness", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            bound.close()


@contextmanager
def _open(var: Path) -> Iterator[WitnessStore]:
    store = WitnessStore(_store(var))
    try:
        yield store
    finally:
        store.close()


def _key(var: Path) -> Path:
    return var / "witness.pem"


def _store(var: Path) -> Path:
    return var / "witness.sqlite3"


def _cosigner(var: Path) -> Cosigner:
    name = read_vkey(vkey_path(_key(var))).name
    return Cosigner(name, load_private_key(_key(var), name, passphrase(), algorithm=ED25519_COSIGNATURE))


def _log_key(text: str) -> VerifierKey:
    try:
        key = parse_vkey(text)
    except WireError as error:
        raise SettingsError(f"ключ журнала / the log's key: {error}") from None
    if key.algorithm != ED25519:
        raise SettingsError("это ключ свидетеля, а нужен ключ журнала / this is a witness's key, and a log's is needed")
    return key


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()

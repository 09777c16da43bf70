"""What a server writes while it serves: a JSON line a request, and nothing of what people sent."""

from __future__ import annotations

import socket
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import orjson

from tests.command_line import acknowledge, founded, serving

KEYS = {"at", "level", "logger", "message", "method", "route", "status", "ms", "school", "role", "request"}
CANARY = "Kanareika7d1f"
"""In every value that follows: whatever of it is written anywhere is found."""


def test_a_server_writes_a_line_a_request_and_nothing_of_what_people_sent(tmp_path: Path) -> None:
    var = tmp_path / "school"
    signs: Any = founded(var)
    secret, account = (signs["sign_ins"]["administrator"][name] for name in ("token", "actor"))
    (var / "passkeys.json").write_text('{"address":"https://journal.example"}', encoding="utf-8")
    russian, ids = f"Канарейкина{CANARY}", []
    with serving("--var", str(var)) as (process, base, said):
        begun = len(said)
        school = f"{base}/v1/schools/{httpx.get(f'{base}/v1/health').json()['schools'].popitem()[0]}"
        signed = {"Authorization": f"Bearer {secret}"}
        acknowledge(school, signed)
        with httpx.Client(base_url=school, headers={"User-Agent": CANARY, "Referer": f"https://{CANARY}/"}) as client:
            person = {"person": str(uuid4()), "kind": "student", "family_name": russian, "given_name": CANARY}
            password = {"login": CANARY, "password": f"{CANARY}-password"}
            for answer in (
                client.post("/people", json=person, headers=signed),
                client.post("/people", json={**person, "kind": CANARY}, headers=signed),
                client.post("/people", content=f'{{"{CANARY}":"{russian}",'.encode(), headers=signed),
                client.post("/people", json=person, headers={**signed, "Idempotency-Key": f"{CANARY} 1"}),
                client.post("/people", json=person, headers={**signed, "If-Match": f'"{CANARY}"'}),
                client.post("/sign-in", json=password),
                client.post("/invitation", json={"code": CANARY, "password": f"{CANARY}-password"}),
                client.get(f"/lessons/{CANARY}", headers=signed),
                client.get(f"/people/{account}/guardians/{CANARY}"),
                client.get("/classes", params={"at": CANARY, russian: CANARY}, headers=signed),
                client.get("/classes", headers={"Authorization": f"Bearer {CANARY}"}),
                client.get("/classes", headers={**signed, "Letopis-Role": CANARY}),
                client.get("/classes", headers={**signed, "Letopis-Purpose": CANARY, "Letopis-Basis": CANARY}),
                client.get("/classes", headers={"Cookie": f"__Host-letopis-x={CANARY}", "X-Request-ID": CANARY}),
                client.get(f"{base}/v1/schools/{CANARY}/classes"),
                client.get(f"{base}/{russian}?{CANARY}"),
                client.request(CANARY.upper(), "/classes"),
                client.head(f"/lessons/{CANARY}", headers=signed),
                client.get("/openid/callback", params={"code": CANARY, "state": CANARY}),
                client.post("/passkeys/sign-in", json=_signed(CANARY, CANARY)),
                client.post("/passkeys/sign-in", json=_signed(CANARY, client.post("/passkeys/challenge").json())),
            ):
                assert answer.status_code < 500, answer.text
                ids.append(answer.headers["x-request-id"])
        _send_rubbish(base, f"{CANARY} / {CANARY}\r\n{russian}\r\n\r\n".encode())
        _send_rubbish(base, f"GET / HTTP/1.1\r\nHost: {CANARY}\r\nContent-Length: {CANARY}\r\n\r\n".encode())
        process.terminate()
        process.wait(30)
    text = "\n".join(said)
    assert not [word for word in (CANARY, CANARY.upper(), CANARY.lower(), "Канарейкина", secret) if word in text], text
    lines = [orjson.loads(line) for line in said[begun:] if line.startswith("{")]
    requests = {line["request"]: line for line in lines if line["logger"] == "api.request"}
    assert all(requests.keys() >= {told} for told in ids)
    assert all(line.keys() == KEYS for line in requests.values())
    made = requests[ids[0]]
    assert (made["method"], made["route"], made["status"]) == ("POST", "/people", 201)
    assert (made["school"], made["role"]) == (school.rpartition("/")[2], "administrator")
    assert requests[ids[7]]["route"] == "/lessons/{lesson}"
    assert (requests[ids[16]]["method"], requests[ids[17]]["method"]) == ("other", "HEAD")
    assert [line for line in said[begun:] if not line.startswith("{")] == ["Остановлено. / Stopped."]


def _signed(text: str, asked: Any) -> dict[str, str]:
    """A passkey's answer that nobody signed, to what was asked."""
    challenge = asked["publicKey"]["challenge"] if isinstance(asked, dict) else asked
    client = orjson.dumps({"type": text, "challenge": challenge, "origin": f"https://{text}"})
    spelt = urlsafe_b64encode(client).rstrip(b"=").decode()
    id_ = urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    return {"id": id_, "client_data": spelt, "authenticator_data": text, "signature": text}


def _send_rubbish(base: str, content: bytes) -> None:
    place = urlsplit(base)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as connection:
        connection.sendall(content)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")

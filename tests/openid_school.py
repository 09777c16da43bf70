"""A school whose people sign in at a real provider: `oidc-provider` in a process of its own, over loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.http_school import Served

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv" / "provider"
CALLBACK = "https://journal.example/v1/schools/1534/openid/callback"
CLIENT = "letopis"
CLIENT_SECRET = "kept % in + a file"
START_SECONDS = 30


@dataclass(frozen=True)
class ProviderProcess:
    """A provider that runs; `tell` says who signs in next, and what is wrong."""

    issuer: str
    process: subprocess.Popen[str]

    def tell(self, subject: str = "somebody", **more: Any) -> None:
        httpx.post(
            f"{self.issuer}/told", json={"subject": subject, **more}, timeout=30, verify=False
        ).raise_for_status()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def provider(callback: str = CALLBACK) -> Iterator[ProviderProcess]:
    """Start a provider that sends browsers back to an address; the test is skipped where Node.js or its packages are not there, but fails in CI."""
    # The lock's own, for Debian 12 has Node.js 18, which lacks what the provider calls.
    own = (str(one) for one in FOLDER.glob("node_modules/node-linux-*/bin/node"))
    node = next(own, None) or shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "oidc-provider").exists():
        if "CI" in os.environ:
            pytest.fail("Node.js or the provider is not there: make .venv/provider.stamp")
        pytest.skip("no Node.js, or no provider in .venv/provider: make .venv/provider.stamp installs it")
    script = ROOT / "tests" / "openid_provider" / "provider.mjs"
    command = [node, str(script), str(FOLDER), CLIENT, CLIENT_SECRET, callback]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            issuer = process.stdout.readline().strip()
            assert issuer, "the provider did not start"
            yield ProviderProcess(issuer, process)
        finally:
            process.kill()


def configure(folder: Path, at: str, **more: Any) -> None:
    """Write a school's settings of its provider, and the client's secret."""
    settings = {"issuer": at, "client_id": CLIENT, "callback": CALLBACK, **more}
    (folder / "openid.json").write_text(json.dumps(settings), encoding="utf-8")
    secret = folder / "keys" / "openid.secret"
    secret.write_text(f"{CLIENT_SECRET}\n", encoding="utf-8")
    secret.chmod(0o600)


@dataclass
class Browser:
    """Goes where it is sent, keeps cookies by host, and shows the journal its own ones."""

    server: Served
    cookies: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    @property
    def session(self) -> str:
        return self.cookies.get("__Host-letopis-1534", "")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Origin": self.server.base, "Sec-Fetch-Site": "same-origin"} if method == "POST" else {}
        sent |= headers
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        link = f"{self.server.base}/v1/schools/1534{path}"
        # No TLS here, and to read authorities' certificates for it takes longer than the request.
        answer = httpx.request(method, link, json=body, headers=sent, timeout=60, verify=False)
        for header in answer.headers.get_list("set-cookie"):
            name, _, rest = header.partition("=")
            value, _, attributes = rest.partition("; ")
            site = "lax" if name.endswith("-openid") else "strict"
            assert {"httponly", "path=/", "secure", f"samesite={site}"} <= set(attributes.lower().split("; ")), header
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        return answer

    def leave(self, code: str | None = None) -> str:
        """Begin a sign-in; where it goes."""
        answer = self.ask("POST", "/openid/sign-in", {} if code is None else {"code": code})
        assert answer.status_code == 200, answer.text
        location: str = answer.json()["location"]
        return location

    def visit(self, location: str) -> str:
        """Sign in at the provider; the query that it sends the browser back with."""
        with httpx.Client(follow_redirects=False, timeout=30, verify=False) as client:
            while not location.startswith(CALLBACK):
                self.visited.append(location)
                answer = client.get(location)
                assert answer.is_redirect, answer.text
                location = str(answer.url.join(answer.headers["location"]))
        return urlsplit(location).query

    def come_back(self, query: str) -> httpx.Response:
        return self.ask("GET", f"/openid/callback?{query}")

    def sign_in(self, code: str | None = None) -> httpx.Response:
        return self.come_back(self.visit(self.leave(code)))


def changed(query: str, **more: str | None) -> str:
    """A query with some parameters set, or taken out."""
    values = dict(parse_qsl(query)) | more
    return str(httpx.QueryParams({name: value for name, value in values.items() if value is not None}))

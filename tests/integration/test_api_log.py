"""The log over HTTP, read by a program that nobody here wrote; the feed while others write, and at the server's end."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
from tlog_scales import tlog
from tlog_scales.backend import HttpBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from ledger.journal.commands import RegisterPerson
from ledger.tree.hashing import leaf_hash
from ledger.wire.entry import Actor
from ledger.wire.proof import parse_proof
from tests.http_class import SmallClass, problem
from tests.http_school import Served, make_school, post, served


def grow(server: Served, count: int) -> None:
    """Record people, one entry each, as fast as it goes."""
    actor = Actor(server.actors["administrator"], "administrator")
    for _ in range(count):
        server.school.execute(RegisterPerson(person=str(uuid4()), kind="staff", sd=()), actor)


def peer_of(server: Served) -> TilesReader:
    """The foreign reader, signed in for entry bundles."""
    backend = HttpBackend(f"{server.base}/v1/schools/1534/log")
    backend.session.headers["Authorization"] = f"Bearer {server.tokens['inspector']}"
    return TilesReader(backend)


def test_a_foreign_program_checks_the_log_over_http(server: Served) -> None:
    SmallClass(server)
    with server.as_("inspector") as inspector:
        old = inspector.post("/checkpoints").json()
        grow(server, 530)
        new = inspector.post("/checkpoints").json()
        peer = peer_of(server)
        checkpoint = peer.get_checkpoint()
        checkpoint.verify(Vkey.from_string(server.school.signer.vkey))
        assert (checkpoint.size, checkpoint.root_hash.hex()) == (new["size"], new["root"])
        assert new["size"] > 512, "a full tile and more"
        assert peer.calculate_root_hash() == checkpoint.root_hash
        for index in (0, 255, 256, 511, 512, checkpoint.size - 1):
            entry = peer.get_entry(index)
            assert entry == inspector.get(f"/entries/{index}").content
            peer.get_inclusion_proof(index, checkpoint.size).check(leaf_hash(entry), checkpoint.root_hash)
            ours = parse_proof(inspector.get(f"/entries/{index}/proof").content)
            tlog.InclusionProof(index, checkpoint.size, list(ours.hashes)).check(leaf_hash(entry), checkpoint.root_hash)
        consistency = peer.get_consistency_proof(old["size"], new["size"])
        consistency.check(bytes.fromhex(old["root"]), checkpoint.root_hash)
        with pytest.raises(tlog.ConsistencyProofInvalid):
            consistency.check(sha256(b"another tree").digest(), checkpoint.root_hash)


def test_full_tiles_may_be_kept_for_ever_and_bundles_by_nobody(server: Served) -> None:
    grow(server, 300)
    with server.as_("inspector") as inspector, server.as_(None) as nobody:
        post(inspector, "/checkpoints", {})
        full = nobody.get("/log/tile/0/000")
        assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert len(full.content) == 256 * 32
        assert nobody.get("/log/tile/0/001.p/45").headers["cache-control"] == "no-cache"
        bundle = inspector.get("/log/tile/entries/000")
        assert bundle.headers["cache-control"] == "private, no-store"
        problem(nobody.get("/log/tile/entries/000"), 401, "unauthorized")


def test_an_entry_has_a_proof_once_it_is_signed(server: Served) -> None:
    SmallClass(server)
    with server.as_("inspector") as inspector:
        post(inspector, "/checkpoints", {})
        grow(server, 1)
        last = server.school.recorder.head().size - 1
        if server.school.recorder.checkpoint().size == last:  # type: ignore[union-attr]
            problem(inspector.get(f"/entries/{last}/proof"), 404, "not_found")
        post(inspector, "/checkpoints", {})
        assert inspector.get(f"/entries/{last}/proof").text.startswith("c2sp.org/tlog-proof@v1\n")


def test_an_entry_has_the_disclosures_that_it_commits_to(server: Served) -> None:
    with server.as_("administrator") as admin, server.as_("inspector") as inspector:
        person = {"kind": "staff", "family_name": "Петрова", "given_name": "Анна"}
        index = post(admin, "/people", person)["first_index"]
        digests = inspector.get(f"/entries/{index}").json()["data"]["_sd"]
        answer = inspector.get(f"/entries/{index}/disclosures")
        assert answer.headers["cache-control"] == "private, no-store"
        texts = answer.json()["disclosures"]
        hashed = [urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode() for text in texts]
        assert hashed == digests
        opened = [json.loads(urlsafe_b64decode(text + "==")) for text in texts]
        assert {name: value for _, name, value in opened} == {"family_name": "Петрова", "given_name": "Анна"}
        assert inspector.get("/entries/0/disclosures").json() == {"index": 0, "disclosures": []}
        problem(inspector.get("/entries/99999/disclosures"), 404, "not_found")
        for role in ("teacher", "deputy"):
            with server.as_(role) as other:
                problem(other.get(f"/entries/{index}/disclosures"), 403, "forbidden")


def test_lines_are_the_entries_byte_for_byte(server: Served) -> None:
    grow(server, 40)
    entries = list(server.school.recorder.entries())
    with server.as_("inspector") as inspector:
        assert inspector.get("/feed.jsonl").content == b"".join(entry + b"\n" for entry in entries)
        assert inspector.get("/feed.jsonl", params={"from": "39", "limit": "100"}).content == b"".join(
            entry + b"\n" for entry in entries[39:]
        )
        for beyond in (len(entries), 10**14):
            answer = inspector.get("/feed.jsonl", params={"from": str(beyond)})
            assert (answer.status_code, answer.content) == (200, b"")
        assert inspector.get("/feed.jsonl", params={"limit": "0"}).content == b""


def events(lines: Iterator[str]) -> Iterator[tuple[int, str, bytes]]:
    """Parse server-sent events as a browser does."""
    id_, type_, data = -1, "", ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            id_ = int(value)
        elif name == "event":
            type_ = value
        elif name == "data":
            data = value
        elif not line and data:
            yield id_, type_, data.encode()
            data = ""


def test_a_feed_that_breaks_off_again_and_again_loses_and_repeats_nothing(server: Served) -> None:
    writer = threading.Thread(target=grow, args=(server, 120))
    writer.start()
    seen: list[bytes] = []
    ids: list[int] = []
    rounds = 0
    with server.as_("inspector") as inspector:
        while len(ids) < 121:
            rounds += 1
            headers = {"Last-Event-ID": str(ids[-1])} if ids else {}
            with inspector.stream("GET", "/feed", headers=headers) as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                for id_, type_, data in events(stream.iter_lines()):
                    ids.append(id_)
                    seen.append(data)
                    assert orjson.loads(data)["type"] == type_
                    if len(ids) % 25 == 0 or len(ids) == 121:
                        break  # in the middle of the stream: the connection is cut
    writer.join()
    assert rounds >= 5
    assert ids == list(range(121))
    assert seen == list(server.school.recorder.entries())


def test_a_feed_ends_when_the_server_does(tmp_path: Path) -> None:
    tokens, actors = make_school(tmp_path / "school", "sqlite")
    begun = threading.Event()
    ended: list[str] = []

    def follow(server: Served) -> None:
        with server.as_("inspector") as inspector, inspector.stream("GET", "/feed") as stream:
            for line in stream.iter_lines():
                if line.startswith("id:"):
                    begun.set()
            ended.append("in order")

    with served(tmp_path / "school", tokens, actors) as server:
        follower = threading.Thread(target=follow, args=(server,))
        follower.start()
        assert begun.wait(10)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 8
    follower.join(10)
    assert ended == ["in order"]


def test_a_client_that_goes_leaves_no_feed_behind(server: Served) -> None:
    for _ in range(5):
        with server.as_("inspector") as inspector, inspector.stream("GET", "/feed") as stream:
            next(stream.iter_lines())
    with server.as_("inspector") as inspector:
        assert inspector.get("/classes").status_code == 200


def test_the_document_describes_itself_without_a_sign_in(server: Served) -> None:
    assert httpx.get(f"{server.base}/docs").status_code == 200
    assert httpx.get(f"{server.base}/openapi.json").json()["openapi"].startswith("3.1")

"""The log over HTTP, read by a program that nobody here wrote; as C2SP tlog-tiles says."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import httpx
import pytest
from tlog_scales import tlog
from tlog_scales.backend import HttpBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from ledger.tree.hashing import leaf_hash
from ledger.wire.proof import parse_proof
from tests.http_class import SmallClass, problem
from tests.http_school import Served, grow, post
from verify.findings import Verdict
from verify.note import parse_vkey
from verify.proof import verify_proof


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


TEXT, OCTETS = "text/plain; charset=utf-8", "application/octet-stream"
FOREVER, FRESH, PRIVATE = "public, max-age=31536000, immutable", "no-cache", "private, no-store"


def test_each_resource_has_its_type_and_may_be_kept_as_long_as_it_stands(server: Served) -> None:
    grow(server, 300)
    with server.as_("inspector") as inspector, server.as_(None) as nobody:
        post(inspector, "/checkpoints", {})
        for client, path, type_, kept, size in (
            (nobody, "/log/checkpoint", TEXT, FRESH, None),
            (nobody, "/log/tile/0/000", OCTETS, FOREVER, 256 * 32),
            (nobody, "/log/tile/0/001.p/45", OCTETS, FRESH, 45 * 32),
            (nobody, "/log/tile/1/000.p/1", OCTETS, FRESH, 32),
            (inspector, "/log/tile/entries/000", OCTETS, PRIVATE, None),
            (inspector, "/log/tile/entries/001.p/45", OCTETS, PRIVATE, None),
            (inspector, "/entries/300", "application/json", PRIVATE, None),
            (inspector, "/entries/300/proof", TEXT, PRIVATE, None),
        ):
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert (answer.headers["content-type"], answer.headers["cache-control"]) == (type_, kept), path
            assert size in (None, len(answer.content)), path
        problem(nobody.get("/log/tile/entries/000"), 401, "unauthorized")


def test_tiles_that_no_signed_tree_has_are_not_there(server: Served) -> None:
    grow(server, 301 - server.school.recorder.head().size)
    with server.as_("inspector") as inspector:
        post(inspector, "/checkpoints", {})
        for place in ("0/001", "0/001.p/46", "0/001.p/0", "0/000.p/256", "1/000", "1/000.p/2", "2/000.p/1", "64/000"):
            problem(inspector.get(f"/log/tile/{place}"), 404, "not_found")
            problem(inspector.get(f"/log/tile/entries/{place[2:]}x"), 404, "not_found")


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
        # What the server serves is what the verifier takes, as it came.
        post(inspector, "/checkpoints", {})
        proof, entry = (inspector.get(f"/entries/{index}{rest}").content for rest in ("/proof", ""))
        report = verify_proof(proof, entry, answer.content, parse_vkey(server.school.signer.vkey))
        assert (report.verdict, report.facts["disclosures"]) == (Verdict.VERIFIED, 2), report.findings
        changed = answer.content.replace(texts[0].encode(), texts[1].encode())
        assert verify_proof(proof, entry, changed, None).verdict is Verdict.FINDING
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


def test_the_document_describes_itself_without_a_sign_in(server: Served) -> None:
    assert httpx.get(f"{server.base}/docs").status_code == 200
    assert httpx.get(f"{server.base}/openapi.json").json()["openapi"].startswith("3.1")

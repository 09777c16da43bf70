"""Hypothesis strategies for what the log's formats can carry."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from ledger.wire import Actor, Checkpoint, Entry, Note, Signature, TlogProof, format_at, format_checkpoint

INTEGER_MAX = 2**53 - 1

ids = st.uuids().map(str)
snake = st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,6}){0,2}", fullmatch=True)
keys = st.one_of(snake, st.just("_sd"))
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(['},"at":"', ',"index":1', '"', "\\", "\u2028", "\x00\x1f\x7f", "Ёлкин", "\U0001f393", ""]),
)
integers = st.integers(-INTEGER_MAX, INTEGER_MAX)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), integers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
objects: st.SearchStrategy[dict[str, Any]] = st.dictionaries(keys, values, max_size=6)

printable = st.text(min_size=1, max_size=30).filter(str.isprintable)
actors = st.builds(Actor, ids, snake, st.none() | ids, st.none() | printable).filter(
    lambda actor: actor.on_behalf_of is None or actor.basis is not None
)
moments = st.datetimes(timezones=st.just(dt.UTC)).map(format_at)
hashes = st.binary(min_size=32, max_size=32)

entries = st.builds(
    Entry,
    actor=actors,
    at=moments,
    command=ids,
    data=objects,
    index=st.integers(0, INTEGER_MAX),
    prev=hashes,
    stream=st.builds("{}/{}".format, snake, ids),
    type=st.builds("{}/{}".format, snake, st.integers(1, 999_999)),
    version=st.integers(1, INTEGER_MAX),
)

names = st.text(min_size=1, max_size=20).filter(
    lambda name: "+" not in name and not any(c.isspace() or c < " " for c in name)
)
signatures = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
signature_tuples = st.lists(signatures, min_size=1, max_size=4).map(tuple)
note_texts = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n"), max_size=60)
notes = st.builds(Note, note_texts.map("{}\n".format), signature_tuples)
sizes = st.integers(0, 2**63 - 1)
checkpoints = st.builds(Checkpoint, names, sizes, hashes)
signed_checkpoints = st.builds(Note, checkpoints.map(format_checkpoint), signature_tuples)
proofs = st.builds(
    TlogProof,
    sizes,
    st.lists(hashes, max_size=8).map(tuple),
    signed_checkpoints,
    st.none() | st.binary(min_size=1, max_size=40),
)

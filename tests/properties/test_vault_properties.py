"""Disclosures of any value, and a vault against the dictionary that it stands for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.vault import OpenedDisclosure, digest_of, make_disclosure, parse_disclosure
from ledger.wire.errors import WireError
from tests.small_vaults import person, sqlite_vault

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,8}){0,3}", fullmatch=True)
VALUES = st.text(max_size=60)
SALTS = st.binary(min_size=16, max_size=64)


@given(NAMES, VALUES, SALTS)
def test_what_is_made_is_read(name: str, value: str, salt: bytes) -> None:
    disclosure = make_disclosure(name, value, lambda _size: salt)
    assert parse_disclosure(disclosure.text) == OpenedDisclosure(name, value, salt)
    assert digest_of(disclosure.text) == disclosure.digest


@given(VALUES, SALTS, st.integers(min_value=0), st.characters(max_codepoint=0x7F))
def test_a_changed_character_gives_another_digest_or_no_disclosure(
    value: str, salt: bytes, place: int, character: str
) -> None:
    disclosure = make_disclosure("note", value, lambda _size: salt)
    place %= len(disclosure.text)
    changed = disclosure.text[:place] + character + disclosure.text[place + 1 :]
    if changed == disclosure.text:
        return
    assert digest_of(changed) != disclosure.digest
    try:
        opened = parse_disclosure(changed)
    except WireError:
        return
    assert opened != OpenedDisclosure("note", value, salt)


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_parsing_anything_gives_a_disclosure_or_one_kind_of_error(text: str) -> None:
    try:
        opened = parse_disclosure(text)
    except WireError:
        return
    assert make_disclosure(opened.name, opened.value, lambda _size: opened.salt).text == text


class VaultMachine(RuleBasedStateMachine):
    """Keeps, keeps again, opens anew; always reads what the model holds."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._context = sqlite_vault(Path(self._folder.name))
        self.vault = self._context.__enter__()
        self.model: dict[str, tuple[str, str, str]] = {}

    @rule(who=st.integers(0, 3), retention=st.sampled_from(["journal", "medical"]), values=st.lists(VALUES, max_size=4))
    def keep(self, who: int, retention: str, values: list[str]) -> None:
        made = [make_disclosure("note", value) for value in values]
        self.vault.keep(person(who), retention, [one.text for one in made])
        self.model.update({one.digest: (one.text, person(who), retention) for one in made})

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def keep_again(self, data: st.DataObject) -> None:
        text, who, retention = self.model[data.draw(st.sampled_from(sorted(self.model)))]
        self.vault.keep(who, retention, [text])

    @rule()
    def open_anew(self) -> None:
        self._context.__exit__(None, None, None)
        self._context = sqlite_vault(Path(self._folder.name))
        self.vault = self._context.__enter__()

    @invariant()
    def reads_what_the_model_holds(self) -> None:
        expected = {digest: text for digest, (text, _, _) in self.model.items()}
        assert self.vault.read([*self.model, "A" * 43]) == expected

    def teardown(self) -> None:
        self._context.__exit__(None, None, None)
        self._folder.cleanup()


VaultMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
TestVault = VaultMachine.TestCase

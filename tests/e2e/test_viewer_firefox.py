"""`ПРОЧТИ.html` in a Firefox, where there is one: another engine's streams, digests and signatures, the same answers."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conformance.test_viewer_zips import OPEN, honest, in_python, mutated
from tests.firefox import Firefox, running_firefox
from tests.verify_archive import sample, write_zip
from tests.verify_pair_mutations import changed, longer, otherwise
from verify.findings import Place

CASES = 300


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with running_firefox(tmp_path_factory.mktemp("firefox")) as session:
        yield session


def judge(firefox: Firefox, page: Path, archive: Path, key: str, other: Path | None = None) -> str:
    """What the page says of a ZIP that was picked by hand."""
    firefox.open(page)
    firefox.fill("#zip", str(archive))
    if other is not None:
        firefox.click("#others summary")
        firefox.fill("#other-zip", str(other))
    firefox.fill("#key", key)
    firefox.click("#verify")
    firefox.wait("return !document.getElementById('answer').hidden")
    said: str = firefox.run("return document.getElementById('verdict').innerText")
    return said


def test_verifies_an_archive_and_finds_what_was_changed(firefox: Firefox, viewer_file: Path, tmp_path: Path) -> None:
    builder = sample().builder
    said = judge(firefox, viewer_file, write_zip(builder.files(), tmp_path / "a.zip"), builder.key.vkey)
    assert said.startswith("ПОДТВЕРЖДЕНО VERIFIED"), said
    firefox.click("#to-class")
    firefox.wait("return document.querySelectorAll('.grid td button').length > 0")
    said = judge(firefox, viewer_file, write_zip(changed(builder.files()), tmp_path / "b.zip"), builder.key.vkey)
    assert said.startswith("НАЙДЕНЫ РАСХОЖДЕНИЯ"), said
    assert "prev-mismatch" in said


def test_shows_a_fork(firefox: Firefox, viewer_file: Path, tmp_path: Path) -> None:
    first, second = longer(), otherwise()
    zips = [write_zip(one.files(), tmp_path / f"{name}.zip") for name, one in (("a", first), ("b", second))]
    assert "РАЗВЕТВЛЕНИЕ" in judge(firefox, viewer_file, zips[0], first.key.vkey, zips[1])


def test_takes_of_a_zip_what_python_takes(firefox: Firefox, viewer_file: Path, tmp_path: Path) -> None:
    chance = random.Random(153)
    path = tmp_path / "a.zip"
    begun = honest(path)
    zips = [*begun, *(mutated(chance.choice(begun[:-1]), chance) for _ in range(CASES))]
    firefox.open(viewer_file)
    sent = json.dumps([base64.b64encode(raw).decode() for raw in zips])
    answers = json.loads(firefox.run(f"return ({OPEN})(arguments[0])", sent))
    with ThreadPoolExecutor(1) as pool:
        for raw, (taken, findings) in zip(zips, answers, strict=True):
            path.write_bytes(raw)
            placed = sorted((each["code"], str(Place(**each["place"]))) for each in findings)
            assert (taken, placed) == in_python(path, pool), raw

"""Ids in an answer's bytes, wherever they stand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from api.whose import ids_in

ANNA, BORIS = "3c16a9d0-52f1-4d1c-9f0e-0d6c1b7a2e41", "9ab35f27-8e04-4b6f-8a55-c1f7e20d9b38"


@pytest.mark.parametrize(
    "content",
    [
        f'{{"people":{{"{ANNA}":"Иванова"}},"rows":[{{"student":"{BORIS}"}}]}}',
        f'{{"stream":"person/{ANNA}","data":{{"student":"{BORIS}"}}}}',
        f'{{"note":"он сказал \\"да\\"","people":["{ANNA}","{BORIS}"]}}',
        f'{{"content":"{{\\"student\\":\\"{ANNA}\\"}}","to":"{BORIS}"}}',
        f"student,subject\r\n{ANNA},Физика\r\n{BORIS},Химия\r\n",
        f"student;teacher;teacher_name\r\n{ANNA};;\r\nФизика;{BORIS};Орлова\r\n",
        f'{{"people":"{ANNA} {BORIS}"}}',
        f'{{"stream":"person/{ANNA}"}}\n{{"stream":"person/{BORIS}"}}\n',
        f'\x00\x90{{"student":"{ANNA}"}}\x00\x91{{"student":"{BORIS}"}}',
    ],
)
def test_ids_are_found_as_texts_as_names_of_streams_in_tables_and_in_bundles(content: str) -> None:
    assert ids_in(content.encode()) == {ANNA, BORIS}


_PLAIN = re.compile(
    rb'["/,; \n]([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=["\\,; \r\n])', re.ASCII
)


@given(
    st.lists(
        st.one_of(st.sampled_from([ANNA, BORIS, ANNA[:13], BORIS[9:], "-", "a", '"', ",", ";", " ", "/", "\\", "\r\n"]))
    )
)
def test_every_id_is_found_that_a_plain_reading_finds(parts: list[str]) -> None:
    content = "".join(parts).encode()
    assert {found.decode() for found in _PLAIN.findall(content)} == ids_in(content) & {ANNA, BORIS}


def test_a_part_of_a_longer_text_is_not_taken_for_an_id() -> None:
    assert ANNA not in ids_in(f'{{"a":"{ANNA.upper()}","b":"x{ANNA}","c":"{ANNA}x"}}'.encode())

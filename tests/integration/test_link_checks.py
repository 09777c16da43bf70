"""What comes of asking a portal for its link: a real server on loopback answers."""

from __future__ import annotations

import socket

import pytest

from api.cli.link_checks import ask_for
from tests.portal_server import DIARY, portal


@pytest.mark.clause("R27", breaks="api.cli.link_checks:_judge", instead=lambda *_: ("found", ""))
@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/found", "found"),
        ("/moved", "found"),
        ("/plain", "no_link"),
        ("/longer", "no_link"),
        ("/nowhere", "not_found"),
        ("/away", "not_found"),
        ("/round", "not_found"),
        ("/broken", "no_answer"),
    ],
)
def test_a_page_is_found_with_the_diarys_link_in_it_or_it_is_said_what_lacks(path: str, outcome: str) -> None:
    with portal() as served:
        assert ask_for(served.base + path, DIARY)[0] == outcome
        if path != "/found" and outcome == "found":
            assert served.asked == [path, "/found"]


def test_another_host_is_named_and_not_asked() -> None:
    with portal() as served:
        answered = ask_for(served.base + "/away", DIARY)
        assert "localhost" in answered.why
        assert served.asked == ["/away"]


def test_who_does_not_answer_in_time_or_at_all_gives_no_answer() -> None:
    with portal() as served:
        assert ask_for(served.base + "/slow", DIARY, seconds=0.3).outcome == "no_answer"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert ask_for(f"http://127.0.0.1:{port}/found", DIARY).outcome == "no_answer"

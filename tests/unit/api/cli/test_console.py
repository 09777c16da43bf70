from __future__ import annotations

import json

import pytest
from eventsourcing.persistence import OperationalError

from api.cli.console import Console, Exit
from api.cli.failing import explain
from api.settings import SettingsError
from ledger.errors import LedgerDamaged, LedgerInUse, Refused


def test_with_json_only_the_result_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=True)
    console.say("hello")
    with console.progress("work", 10) as done:
        done(5)
    console.result({"b": 1, "a": "я"}, "text")
    out, err = capsys.readouterr()
    assert json.loads(out) == {"a": "я", "b": 1}
    assert err == ""


def test_off_a_terminal_progress_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=False)
    with console.progress("work", None) as done:
        done(5_000)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            Refused("period_not_over", "a period is closed after its last day", clause="3.3"),
            Exit.FINDING,
            "период закрывают после его последнего дня (п. 3.3 регламента) / a period is closed after its last day",
        ),
        (LedgerDamaged("chain_broken", "entry 3"), Exit.FINDING, "entry 3"),
        (SettingsError("--at: no"), Exit.USAGE, "--at: no"),
        (LedgerInUse("taken"), Exit.UNAVAILABLE, "taken"),
        (OperationalError("row (Иванова)"), Exit.UNAVAILABLE, "OperationalError"),
        (
            PermissionError(13, "Permission denied", "/var/x"),
            Exit.UNAVAILABLE,
            "/var/x: система отказала / Permission denied",
        ),
    ],
)
def test_an_error_is_one_line_and_a_code(error: Exception, code: int, words: str) -> None:
    text, found = explain(error)
    assert found == code
    assert words in text
    assert "Иванова" not in text


def test_an_error_that_nobody_foresaw_names_its_kind_and_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise KeyError("Иванова")

    for shown in ("0", "1"):
        monkeypatch.setenv("LETOPIS_TRACEBACK", shown)
        try:
            fail()
        except KeyError as error:
            text, code = explain(error)
        assert code == Exit.UNAVAILABLE
        assert "KeyError at test_console.py:" in text
        assert "Иванова" not in text
        assert ("Traceback" in capsys.readouterr().err) == (shown == "1")

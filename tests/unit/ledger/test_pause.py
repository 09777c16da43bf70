from __future__ import annotations

import threading

import pytest

from ledger.pause import pause_of

ORIGIN = "letopis.example/school/pause"


def test_applications_on_one_log_share_a_pause() -> None:
    pause = pause_of(ORIGIN)
    assert pause_of(ORIGIN) is pause
    assert pause_of(f"{ORIGIN}/other") is not pause


def test_who_begins_meanwhile_waits_until_it_is_over() -> None:
    pause = pause_of(ORIGIN)
    went_on = threading.Event()

    def begin() -> None:
        pause.wait()
        went_on.set()

    thread = threading.Thread(target=begin)
    with pause.asked():
        thread.start()
        assert not went_on.wait(0.05)
    assert went_on.wait(10)
    thread.join()


def test_a_pause_that_does_not_end_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.pause.WAIT_SECONDS_MAX", 0.01)
    pause = pause_of(ORIGIN)
    with pause.asked():
        pause.wait()


def test_it_ends_with_an_error_too() -> None:
    pause = pause_of(ORIGIN)
    with pytest.raises(RuntimeError), pause.asked():
        raise RuntimeError
    pause.wait()
    assert pause._open.is_set()

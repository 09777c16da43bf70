"""A command line that is wrong is explained in Russian too."""

from __future__ import annotations

import pytest

from api.cli.app import run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["checkpoint", "--nothing"], "такого параметра нет"),
        (["extract"], "не всё указано"),
        (["rebuild", "--var"], "команда записана неверно"),
        (["audit", "--nothing", "x"], "такого параметра нет"),
        (["check-print", "--at", "1"], "такого параметра нет"),
        (["nothing"], "команда записана неверно"),
        (["certify", "x", "--by", "1", "--office", "1", "--on", "1"], "значение не годится"),
    ],
)
def test_what_is_wrong_is_said_in_russian_and_where_in_the_librarys_words(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"letopis: {said}, см. --help / see --help\n")
    assert "Error:" in told

import base64

import pytest

from ledger.wire import (
    Checkpoint,
    WireError,
    cosigned_message,
    format_checkpoint,
    format_cosignature,
    parse_checkpoint,
    parse_cosignature,
)

ORIGIN = "letopis.example/school/1534"
ROOT = base64.b64encode(bytes(range(32))).decode()
TEXT = f"{ORIGIN}\n20852163\n{ROOT}\n"
CHECKPOINT = Checkpoint(ORIGIN, 20852163, bytes(range(32)))


def test_three_lines() -> None:
    assert format_checkpoint(CHECKPOINT) == TEXT
    assert parse_checkpoint(TEXT) == CHECKPOINT


def test_size_zero_and_the_largest() -> None:
    for size in (0, 2**63 - 1):
        checkpoint = Checkpoint(ORIGIN, size, bytes(32))
        assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "size",
    ["01", "+1", "-1", "1_000", " 1", "1 ", "", "1.0", "1e3", "0x10", "٣", "１", "9223372036854775808", "9" * 5000],
)
def test_refuses_any_other_spelling_of_a_size(size: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_checkpoint(f"{ORIGIN}\n{size}\n{ROOT}\n")
    assert (caught.value.what, caught.value.where) == ("checkpoint", "line 2")


@pytest.mark.parametrize(
    "root",
    [
        "",
        ROOT[:-1],
        ROOT + "=",
        ROOT + " ",
        ROOT[:-2] + "9=",
        base64.urlsafe_b64encode(b"\xfb" * 32).decode(),
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(33)).decode(),
        bytes(32).hex(),
        "\u0410" + ROOT[1:],
    ],
)
def test_refuses_any_other_spelling_of_a_root(root: str) -> None:
    with pytest.raises(WireError) as caught:
        parse_checkpoint(f"{ORIGIN}\n5\n{root}\n")
    assert caught.value.where == "line 3"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "extension\n",
        f"\n5\n{ROOT}\n",
        f"{ORIGIN}\n\n5\n{ROOT}\n",
        f"{ORIGIN} \n5\n{ROOT}\n",
        f"{ORIGIN}\r\n5\r\n{ROOT}\r\n",
        f"a+b\n5\n{ROOT}\n",
        f"{'a' * 256}\n5\n{ROOT}\n",
        f"a\x00b\n5\n{ROOT}\n",
        f"a\ud800\n5\n{ROOT}\n",
    ],
)
def test_refuses_other_lines(text: str) -> None:
    with pytest.raises(WireError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 5, bytes(32)),
        Checkpoint("a b", 5, bytes(32)),
        Checkpoint("a\nb", 5, bytes(32)),
        Checkpoint("a", -1, bytes(32)),
        Checkpoint("a", 2**63, bytes(32)),
        Checkpoint("a", 5, bytes(31)),
    ],
)
def test_refuses_to_write_what_it_could_not_read(checkpoint: Checkpoint) -> None:
    with pytest.raises(WireError):
        format_checkpoint(checkpoint)


def test_cosigned_message_is_two_lines_and_the_text() -> None:
    """As in the example of tlog-cosignature."""
    assert cosigned_message(TEXT, 1679315147) == f"cosignature/v1\ntime 1679315147\n{TEXT}".encode()


@pytest.mark.parametrize("seconds", [-1, 2**63])
def test_cosignature_bounds_its_time(seconds: int) -> None:
    with pytest.raises(WireError):
        cosigned_message(TEXT, seconds)
    with pytest.raises(WireError):
        format_cosignature(seconds, bytes(64))


def test_refuses_to_cosign_what_is_no_checkpoint() -> None:
    with pytest.raises(WireError):
        cosigned_message(TEXT + "extension\n", 1)


def test_cosignature_is_time_and_signature() -> None:
    raw = format_cosignature(1679315147, b"\x07" * 64)
    assert raw == bytes.fromhex("00000000641850cb") + b"\x07" * 64
    assert parse_cosignature(raw) == (1679315147, b"\x07" * 64)
    for wrong in (raw[:-1], raw + b"\x00", b"", b"\x80" + raw[1:]):
        with pytest.raises(WireError):
            parse_cosignature(wrong)
    with pytest.raises(WireError):
        format_cosignature(1, bytes(63))

"""Codes are read from paper as scanners give it, and hostile files end in a kind refusal."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageFilter

from exports.documents.pages import Certification, Code, Stamp, render
from exports.printing.code import PrintCode, draw_code, format_code, lines_of, origin_digest
from exports.printing.scan import PIXELS_MAX, ScanRefused, read_codes
from tests.printed_sheets import class_page

TEXT = format_code(
    PrintCode(
        origin_digest("letopis.example/school/1534"), 1_204_119, 1_204_118, bytes(range(16)), sha256(b"form").digest(),
        1_204_200, sha256(b"root").digest(),
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def pdf() -> bytes:
    code = Code(draw_code(TEXT), TEXT, "\n".join(lines_of(TEXT)))
    return render("Проба", [class_page()], Stamp("letopis.example/school/1534", 9, "9c" * 32, code, Certification()))


def page(pdf: bytes, dpi: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    image: Image.Image = document[len(document) - 1].render(scale=dpi / 72, grayscale=True).to_pil()
    return image


def tilted(image: Image.Image) -> Image.Image:
    return image.rotate(1.7, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(0.8))


def pressed(image: Image.Image) -> Image.Image:
    """Through JPEG of quality 60."""
    raw = io.BytesIO()
    image.save(raw, "JPEG", quality=60)
    return Image.open(raw)


HARM: dict[str, list[Callable[[Image.Image], Image.Image]]] = {
    "plain": [],
    "tilted": [tilted],
    "blurred": [blurred],
    "pressed": [pressed],
    "tilted and pressed": [tilted, pressed],
    "tilted, blurred and pressed": [tilted, blurred, pressed],
}


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("harm", HARM)
def test_reads_the_exact_text_of_a_scanned_sheet(pdf: bytes, dpi: int, harm: str) -> None:
    image = page(pdf, dpi)
    for spoil in HARM[harm]:
        image = spoil(image)
    raw = io.BytesIO()
    image.save(raw, "TIFF")
    assert read_codes(raw.getvalue()) == [TEXT]


def test_reads_the_sheet_itself_and_other_kinds_of_pictures(pdf: bytes) -> None:
    assert read_codes(pdf) == [TEXT]
    for kind in ("JPEG", "PNG"):
        raw = io.BytesIO()
        page(pdf, 200).save(raw, kind)
        assert read_codes(raw.getvalue()) == [TEXT]


def test_the_code_is_wide_enough_to_be_read(pdf: bytes) -> None:
    """30 mm without its quiet zone, a module 0.5 mm: measured on the page's pixels."""
    import zxingcpp

    (found,) = zxingcpp.read_barcodes(page(pdf, 300))
    corners = found.position
    width_mm = (corners.top_right.x - corners.top_left.x) / 300 * 25.4
    assert width_mm >= 30
    assert width_mm / 49 >= 0.5


def test_a_page_without_a_code_has_none() -> None:
    raw = io.BytesIO()
    Image.new("L", (400, 300), 255).save(raw, "PNG")
    assert read_codes(raw.getvalue()) == []


def png(width: int, height: int) -> bytes:
    """A PNG whose header promises so many pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a picture",
        b"%PDF-1.7\nnothing",
        png(PIXELS_MAX, 2),
        png(1 << 30, 1 << 30),
        png(10, 10),
        b"GIF89a" + bytes(100),
        b"\xff\xd8\xff\xe0" + bytes(50),
    ],
)
def test_refuses_what_is_no_scan(raw: bytes) -> None:
    with pytest.raises(ScanRefused, match="/"):
        read_codes(raw)


def test_a_file_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.printing.scan.SCAN_BYTES_MAX", 10)
    with pytest.raises(ScanRefused):
        read_codes(bytes(11))


def test_a_document_of_too_many_pages_is_not_read(monkeypatch: pytest.MonkeyPatch, pdf: bytes) -> None:
    monkeypatch.setattr("exports.printing.scan.PAGES_MAX", 0)
    with pytest.raises(ScanRefused, match="0"):
        read_codes(pdf)


def test_broken_scans_are_read_or_refused_and_nothing_else(pdf: bytes) -> None:
    picture = io.BytesIO()
    page(pdf, 75).save(picture, "PNG")
    source: Any = random.Random(1)
    for whole in (pdf, picture.getvalue()):
        for _ in range(30):
            raw = bytearray(whole[: source.randrange(1, len(whole))])
            raw[source.randrange(len(raw))] ^= 1 << source.randrange(8)
            try:
                read_codes(bytes(raw))
            except ScanRefused:
                continue

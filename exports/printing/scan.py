"""Codes on a scanned sheet: PNG, JPEG, TIFF or PDF in, the texts of its QR codes out; hostile files are refused.

What is read is bounded before it is unpacked: bytes, pages, pixels. Nothing of a scan but the codes' text is kept.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

import pypdfium2
import zxingcpp
from PIL import Image

from ledger.errors import LetopisError

SCAN_BYTES_MAX: Final = 64 << 20
PIXELS_MAX: Final = 80_000_000
"""An A4 page at 600 dpi has 35 million."""
PAGES_MAX: Final = 200
DPI: Final = 300
_PAGE_PIXELS_MAX: Final = 20_000_000
_FORMATS: Final = ("PNG", "JPEG", "TIFF")
_QR: Final = zxingcpp.barcode_formats_from_str("QRCode")


class ScanRefused(LetopisError):  # noqa: N818 - reads as what it says
    """A scan cannot be read, or is larger than a scan should be; the text says so in both languages."""


def read_codes(raw: bytes) -> list[str]:
    """The different texts of all QR codes in a scan, in the order found.

    Raises:
        ScanRefused: no picture or PDF, broken, or too large.
    """
    if len(raw) > SCAN_BYTES_MAX:
        raise ScanRefused(f"скан больше {SCAN_BYTES_MAX >> 20} МБ / the scan is larger than {SCAN_BYTES_MAX >> 20} MB")
    pages = _pdf_pages(raw) if raw[:1_024].lstrip().startswith(b"%PDF-") else _picture(raw)
    found: dict[str, None] = {}
    for page in pages:
        for code in zxingcpp.read_barcodes(page, formats=_QR):
            found[code.text] = None
    return list(found)


def _picture(raw: bytes) -> Iterator[Any]:
    try:
        with warnings.catch_warnings():
            # Pillow warns of a picture too large and refuses one twice that; here both are refused by its header.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
                _check_size(*image.size)
                yield image.convert("L")
    except ScanRefused:
        raise
    except Exception as error:  # a decoder of pictures raises whatever the bytes make of it
        raise ScanRefused("это не PNG, JPEG, TIFF или PDF / neither PNG, JPEG, TIFF nor PDF, or broken") from error


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS_MAX:
        most = PIXELS_MAX // 1_000_000
        raise ScanRefused(f"на скане больше {most} млн точек / the scan has more than {most} million pixels")


def _pdf_pages(raw: bytes) -> Iterator[Any]:
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError:
        raise ScanRefused("этот PDF не открывается / this PDF does not open") from None
    try:
        if len(document) > PAGES_MAX:
            raise ScanRefused(f"страниц больше {PAGES_MAX} / more than {PAGES_MAX} pages")
        for number in range(len(document)):
            page = document[number]
            width, height = page.get_size()
            scale = min(DPI / 72, (_PAGE_PIXELS_MAX / max(width * height, 1.0)) ** 0.5)
            yield page.render(scale=scale, grayscale=True).to_pil()
            page.close()
    except pypdfium2.PdfiumError:
        raise ScanRefused("страница этого PDF не читается / a page of this PDF cannot be read") from None
    finally:
        document.close()

"""What is packed is the same PDF, by a foreign reader; what is not in the typesetter's form is refused."""

from __future__ import annotations

import io
import re
from typing import Final

import pikepdf
import pytest
import typst

from exports.documents.packing import OBJECTS_PER_STREAM, pack

PAGES: Final = b"""#set document(title: "t")
#for at in range(9) [= Part #at\n#table(columns: 4, ..range(100).map(str))]
#pdf.attach("a.csv", bytes("trailer endobj"), relationship: "data", mime-type: "text/csv", description: "a")"""


@pytest.fixture(scope="module")
def made() -> bytes:
    written = typst.compile(PAGES, format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=0)
    assert isinstance(written, bytes)
    return written


def said(pdf: pikepdf.Pdf, count: int) -> list[tuple[bytes, bytes]]:
    """What the first objects say, streams as they are compressed."""
    found = [pdf.get_object(number, 0) for number in range(1, count)]
    return [(one.unparse(), one.read_raw_bytes() if isinstance(one, pikepdf.Stream) else b"") for one in found]


def test_a_packed_file_has_the_same_objects_under_the_same_numbers_in_less_room(made: bytes) -> None:
    packed = pack(made)
    with pikepdf.open(io.BytesIO(made)) as before, pikepdf.open(io.BytesIO(packed)) as after:
        count = int(before.trailer["/Size"])
        assert count > 4 * OBJECTS_PER_STREAM
        assert said(after, count) == said(before, count)
        assert after.check_pdf_syntax() == []
        for key in ("/Root", "/Info", "/ID"):
            assert after.trailer[key].unparse() == before.trailer[key].unparse()
    assert len(packed) < len(made) / 3
    assert pack(made) == packed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"%%EOF$", b"%%EOF\n"),
        (rb"/Size (\d+)", rb"/Size 1\1"),
        (rb"startxref\n(\d)", rb"startxref\n9\1"),
        (rb"0000000016 00000 n", b"0000000017 00000 n"),
        (rb"(trailer\n<<)", rb"\1/Prev 1"),
    ],
)
def test_another_form_is_refused(made: bytes, old: bytes, new: bytes) -> None:
    changed, count = re.subn(old, new, made, count=1)
    assert count == 1
    with pytest.raises(ValueError, match=r"typesetter|not where"):
        pack(changed)

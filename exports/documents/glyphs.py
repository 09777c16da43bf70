"""Which characters can be drawn: PDF/A forbids a page to show one that its fonts lack, and people type anything.

What cannot be drawn is spelled, ``[U+1F600]``, and stands as it was typed in the attached table.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

import fontpkg_pt_sans
import fontpkg_pt_sans_narrow
import typst

STANDARDS: Final[list[typst.PDFStandard]] = ["a-3a", "ua-1"]
FOLDER: Final = Path(__file__).parent
# The embedded ones have arrows, Greek and mathematics.
FONTS: Final = typst.Fonts(
    include_system_fonts=False,
    include_embedded_fonts=True,
    font_paths=[str(Path(package.__file__).parent / "files") for package in (fontpkg_pt_sans, fontpkg_pt_sans_narrow)],
)


class Glyphs:
    """Asks the program that sets the pages, once for each character."""

    def __init__(self) -> None:
        self._compiler = typst.Compiler(FOLDER / "glyphs.typ", root=FOLDER, font_paths=FONTS, ignore_system_fonts=True)
        self._drawn: set[str] = {"\n"}
        self._spelled: dict[str, str] = {}

    def drawable(self, text: str) -> str:
        """The text in composed form (NFC), what cannot be drawn spelled in it."""
        composed = unicodedata.normalize("NFC", text)
        if not self._drawn.issuperset(composed):
            self._learn(sorted(set(composed) - self._drawn - self._spelled.keys()))
            return "".join(self._spelled.get(one, one) for one in composed)
        return composed

    def _learn(self, new: list[str]) -> None:
        # Characters without a shape of their own, which would hide or turn round what stands beside them.
        hidden = [one for one in new if unicodedata.category(one).startswith("C")]
        self._spelled |= {one: f"[U+{ord(one):04X}]" for one in hidden}
        self._halve([one for one in new if one not in self._spelled])

    def _halve(self, new: list[str]) -> None:
        if not new:
            return
        try:
            self._compiler.compile(format="pdf", sys_inputs={"text": "".join(new)}, pdf_standards=STANDARDS)
        except typst.TypstError:
            if len(new) == 1:
                self._spelled[new[0]] = f"[U+{ord(new[0]):04X}]"
                return
            middle = len(new) // 2
            self._halve(new[:middle])
            self._halve(new[middle:])
        else:
            self._drawn.update(new)

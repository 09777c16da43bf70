"""`ПРОЧТИ.html` as a file: the same bytes every time, a policy that fits them, no markup from data, colours to be read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from exports.viewer import SCRIPTS, ViewerError, viewer_page
from verify.columns import COLUMNS

SPEC = (Path(__file__).parents[3] / "verify" / "spec" / "tables.md").read_text(encoding="utf-8")
PAGE = viewer_page(SPEC).decode()
STYLE = files("exports.viewer").joinpath("page.css").read_text(encoding="utf-8")
# Text and the ground it stands on, as page.css pairs them.
PAIRS = [
    *(("ink", "paper"), ("ink", "ground"), ("quiet", "paper"), ("quiet", "ground"), ("link", "paper"), ("link", "ground")),
    *(("on-accent", "accent"), ("good", "good-ground"), ("bad", "bad-ground"), ("bad", "paper"), ("open", "open-ground")),
    *(("ink", "open-ground"), ("quiet", "open-ground"), ("ink", "mark-ground"), ("quiet", "good-ground")),
]  # fmt: skip


def test_the_same_parts_give_the_same_bytes_whatever_the_line_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert viewer_page(SPEC).decode() == PAGE
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path).replace(b"\n", b"\r\n"))
    assert viewer_page(SPEC).decode() == PAGE


def test_every_part_is_joined() -> None:
    there = {path.name for path in files("exports.viewer").iterdir() if path.name.endswith(".js")}
    assert there == {f"{name}.js" for name in SCRIPTS}


def test_the_policy_allows_its_one_script_and_its_one_style_and_nothing_else() -> None:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', PAGE)
    assert found
    policy = dict(part.strip().split(" ", 1) for part in found[1].split(";"))
    assert policy["default-src"] == "'none'"
    for element in ("script", "style"):
        contents = re.findall(rf"<{element}>(.*?)</{element}>", PAGE, re.DOTALL)
        assert len(contents) == 1
        digest = base64.b64encode(hashlib.sha256(contents[0].encode()).digest()).decode()
        assert policy[f"{element}-src"] == f"'sha256-{digest}'"
    others = {"base-uri": "'none'", "form-action": "'none'", "trusted-types": "'none'"}
    assert policy.items() >= others.items()
    assert len(PAGE.split("Content-Security-Policy")[0]) < 200, "before anything that it is to govern"


def test_nothing_in_it_makes_markup_of_text_or_asks_a_network() -> None:
    # Names of what a workbook is made of are no addresses.
    script = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)[0].replace("http://schemas.openxmlformats.org/", "")
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|DOMParser|fetch\(|XMLHttp|import\(|"
        r"setAttribute\(\"on|WebSocket|sendBeacon|localStorage|https?://"
    )
    assert re.findall(forbidden, script) == []
    assert (
        re.findall(r'\s(?:src|href|on[a-z]+|style)="(?!#)', PAGE.partition("<body>")[2].partition("<script>")[0]) == []
    )


def test_it_knows_the_tables_of_the_specification() -> None:
    found = re.search(r"const COLUMNS = (\{.*?\});", PAGE)
    assert found
    assert json.loads(found[1]) == {name: list(columns) for name, columns in COLUMNS.items()}


def test_refuses_a_specification_without_tables() -> None:
    with pytest.raises(ViewerError, match="no table"):
        viewer_page("# Tables\n")


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_colours_can_be_read(text: str, ground: str) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", STYLE))
    lighter, darker = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5, "WCAG 2.1, 1.4.3"


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.1)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_it_knows_what_the_specification_lets_stand_beside_the_tables() -> None:
    listed = "\n## Beside the tables\n\n| file | what |\n|---|---|\n| `a.json` | x |\n| `b.xlsx` `c-d.xlsx` | `e.txt` |\n\n## More\n| `f.json` | y |\n"
    assert (
        'const BESIDE = ["a.json", "b.xlsx", "c-d.xlsx"];'
        in viewer_page(SPEC.partition("\n## Beside")[0] + listed).decode()
    )

from __future__ import annotations

import re

from api.app import create_app
from api.reference import POLICY, format_reference
from api.schools import Registry


def test_the_page_names_every_route_and_loads_nothing() -> None:
    document = create_app(Registry([])).openapi()
    page = format_reference(document)
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page
    assert not re.search(r"<script|src=|https?://|@import|url\(", page)
    assert "default-src 'none'" in POLICY


def test_a_description_cannot_break_out_of_the_page() -> None:
    document = {"paths": {"/<b>": {"get": {"tags": ["log"], "description": "<script>alert(1)</script>"}}}}
    page = format_reference(document)
    assert "<script>" not in page
    assert "/<b>" not in page

"""The web app from its sources: what it is made of."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"


def test_the_lock_names_no_registry():
    lock = (WEB / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    named = [about for name, about in json.loads(lock)["packages"].items() if name]
    assert len(named) > 100
    assert all(about["integrity"].startswith("sha512-") for about in named)


def test_the_client_is_made_of_the_service_as_it_is():
    written = runpy.run_path(str(ROOT / "scripts" / "generate_openapi.py"))["written"]
    assert (WEB / "openapi.json").read_bytes() == written(), "python scripts/generate_openapi.py"


def test_nothing_of_the_app_is_from_elsewhere():
    for file in [WEB / "index.html", *(WEB / "src").rglob("*.css")]:
        assert not re.search(r"https?://(?!www\.w3\.org)", file.read_text()), file

"""The web app from its sources: what it is made of, and one run through it in a real Chromium."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tapehawk.api import web_app
from tests.app.service import Service
from tests.simulated import fill_market

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")


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


def welcomed(service: Service) -> str:
    """Return what the service has said, once it has shown the owner's link."""
    until = time.monotonic() + 60
    while "/welcome#" not in service.said:
        assert time.monotonic() < until, service.said
        time.sleep(0.05)
    return service.said


@pytest.mark.slow
@pytest.mark.skipif(not web_app.BUILT.joinpath("index.html").is_file(), reason="the web app is not built: make web")
@pytest.mark.skipif(not (CHROMIUM and shutil.which("node")), reason="no chromium, or no node")
def test_a_trader_signs_in_scans_and_opens_a_row(tmp_path):
    fill_market(tmp_path / "store")
    with Service(tmp_path, PYTHONUNBUFFERED="1") as service:
        link = re.search(r"http\S+/welcome#[\w-]+", welcomed(service))
        command = ["node", "end-to-end/run.mjs", service.url, link[0]]
        environment = {**os.environ, "CHROMIUM": CHROMIUM}
        run = subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr

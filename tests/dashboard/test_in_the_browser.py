"""The dashboard in a real Chromium: every tab in both themes, no error in its console, no request elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.dashboard.test_serving import running

WEB = Path(__file__).parents[2] / "web"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not (CHROMIUM and shutil.which("node") and (WEB / "node_modules" / "playwright-core").is_dir()),
        reason="no chromium, no node, or web/node_modules are not installed: make web",
    ),
]


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.soak)])
def test_an_analyst(stored, tmp_path, monkeypatch, theme):
    monkeypatch.setenv("SCANNER__STREAMLIT__THEME", theme)
    with running(tmp_path) as (_, url, said):
        command = ["node", "end-to-end/dashboard/bench.mjs", url, theme]
        environment = {**os.environ, "CHROMIUM": CHROMIUM or ""}
        done = subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr + said.read_text()
        assert "Traceback" not in said.read_text()

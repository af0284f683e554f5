"""The demo: a simulated market is made, scanned and explained, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_demo_shows_its_steps_prints_signals_and_says_what_to_type_next(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tapehawk.demo"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=280
    )
    assert (done.returncode, done.stderr) == (0, "")
    for step in ("filling a store", "compiling kernels", "building panels", "scanning 2025-12-31"):
        assert f"· {step}" in done.stdout
    assert "Signals of 2025-12-31, best first [simulated]" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if path.name == "demo-data"] == ["demo-data"]
    assert not Path(os.environ["SCANNER_DATA_DIR"]).exists()
    commands = [line.strip() for line in done.stdout.splitlines() if line.startswith("  SCANNER_DATA_DIR=demo-data ")]
    assert len(commands) >= 5
    for command in commands:
        answer = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, (command, answer.stderr)

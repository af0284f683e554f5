"""The wheel: it carries the built app, so that nobody who installs it needs Node."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = """\
<script type="module" crossorigin src="/assets/index-1a2b.js"></script>
<link rel="stylesheet" crossorigin href="/assets/index-3c4d.css">
"""


@pytest.fixture
def project(tmp_path):
    """Return the project with an app that was built: what `make web` writes, and the stamp that it leaves."""
    root = tmp_path / "project"
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    package = root / "src" / "tapehawk"
    (package / "web_app" / "assets").mkdir(parents=True)
    (package / "__init__.py").touch()
    for name, text in {
        "index.html": PAGE, "icon.svg": "<svg/>", ".built": "", "assets/index-1a2b.js": "import('./Desk-5e6f.js')",
        "assets/index-3c4d.css": "", "assets/Desk-5e6f.js": "", "THIRD-PARTY.txt": "", "manifest.json": "{}",
    }.items():  # fmt: skip
        (package / "web_app" / name).write_text(text)
    return root


def wheel_of(project: Path) -> zipfile.ZipFile:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(project / "dist")]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=60)
    (wheel,) = (project / "dist").glob("*.whl")
    return zipfile.ZipFile(wheel)


def test_the_wheel_carries_the_app_and_not_its_stamp(project):
    with wheel_of(project) as wheel:
        carried = {name.removeprefix("tapehawk/web_app/") for name in wheel.namelist() if "/web_app/" in name}
        page = wheel.read("tapehawk/web_app/index.html").decode()
    built = {str(path.relative_to(project / "src/tapehawk/web_app")) for path in project.rglob("web_app/**/*.*")}
    assert carried == built - {".built"}
    assert set(re.findall(r'(?:src|href)="/([^"]+)"', page)) <= carried

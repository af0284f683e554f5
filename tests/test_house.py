"""The house rules: what a newcomer installs, what CI runs, what the documentation points at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)([^\\\n]*)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]


def pins(lock: Path) -> dict[str, set[str]]:
    """Return the versions a lock pins for each name (more than one where Python's version decides)."""
    found: dict[str, set[str]] = {}
    for name, version, _, _ in PIN.findall(lock.read_text()):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def wanted(*groups: str) -> list[Requirement]:
    """Return what pyproject.toml asks for: the core, the sql extra, the named groups and those they include."""
    lines = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["sql"]]
    waiting = list(groups)
    while waiting:
        for entry in PROJECT["dependency-groups"][waiting.pop()]:
            if isinstance(entry, dict):
                waiting.append(entry["include-group"])
            else:
                lines.append(entry)
    return [Requirement(line) for line in lines]


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=120
    )


# ------------------------------------------------------------------------------------------ requirements


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_registry(lock):
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host|\bpypi\b|pythonhosted", lock.read_text())


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "pyproject.toml"])
def test_pip_chooses_its_index_from_the_users_own_configuration(name):
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|\bpypi\b", (ROOT / name).read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_its_hashes_and_nothing_else_stands_in_a_lock(lock):
    rest = PIN.sub("", lock.read_text())
    assert [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")] == []
    assert pins(lock)


@pytest.mark.parametrize(("name", "groups"), [("core.txt", ["build"]), ("dev.txt", ["dev"])])
def test_a_lock_pins_what_the_project_asks_for(name, groups):
    pinned = pins(ROOT / "requirements" / name)
    for requirement in wanted(*groups):
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} is not in {name}: run `make lock`"
        assert all(requirement.specifier.contains(Version(version)) for version in versions), requirement


def test_development_runs_on_the_versions_that_users_run():
    development = pins(ROOT / "requirements" / "dev.txt")
    for name, versions in pins(ROOT / "requirements" / "core.txt").items():
        assert development.get(name) == versions, name


def test_the_core_brings_no_web_server_no_pandas_and_no_notebook():
    heavy = {"pandas", "pyarrow", "fastapi", "starlette", "uvicorn", "flask", "django", "aiohttp", "tornado", "jupyter"}
    heavy |= {"notebook", "ipython", "ipykernel", "streamlit", "matplotlib", "sqlalchemy", "duckdb"}
    brought, waiting = set(), ["tapehawk"]
    while waiting:
        name = waiting.pop()
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            needed = canonicalize_name(requirement.name)
            if needed not in brought and (not requirement.marker or requirement.marker.evaluate({"extra": ""})):
                brought.add(needed)
                waiting.append(needed)
    assert "polars" in brought
    assert brought & heavy == set()


# ----------------------------------------------------------------------------------- commands and imports


@pytest.mark.parametrize("script", PROJECT["project"]["scripts"])
def test_every_console_script_answers(script):
    answer = run(Path(sys.executable).parent / script, "--help")
    assert answer.returncode == 0, answer.stderr
    assert "Usage" in answer.stdout


IMPORT_EVERYTHING = """
import importlib, pkgutil, sys, tapehawk
for module in pkgutil.walk_packages(tapehawk.__path__, "tapehawk."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(*sorted({"pandas", "pyarrow", "duckdb", "talib"} & sys.modules.keys()))
"""


def test_importing_the_whole_package_does_nothing_and_loads_no_pandas_and_no_sql_engine(tmp_path):
    answer = run(sys.executable, "-W", "error", "-c", IMPORT_EVERYTHING, cwd=tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_asks_no_provider_loads_nothing_for_the_network(tmp_path):
    loads = "import sys, tapehawk.cli.main, tapehawk.scan.desk; print(*sorted({names} & sys.modules.keys()))"
    answer = run(sys.executable, "-c", loads.format(names={"httpx2", "websockets", "stamina", "ccxt"}), cwd=tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "\n", "")


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of the package in `folder`/src."""
    linter = Path(sys.executable).parent / "lint-imports"
    return run(linter, "--no-cache", "--no-logo", cwd=folder, PYTHONPATH=str(folder / "src"), COLUMNS="200")


@pytest.fixture
def copied_package(tmp_path) -> Path:
    """Return a folder with a copy of the package, to plant bugs in."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for file in (ROOT / "src").rglob("*.py"):
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    return tmp_path


def test_the_import_contracts_hold():
    answer = contracts(ROOT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("planted_in", "planted", "contract"),
    [
        ("core/planted.py", "import os", "The core is pure"),
        ("core/planted.py", "import tapehawk", "front door"),
        ("core/planted.py", "import tapehawk.scanners", "Arrows point down"),
        ("core/kernels/planted.py", "import polars", "Kernels are numbers"),
        ("scanners/planted.py", "import tapehawk.data", "Arrows point down"),
        ("scanners/planted.py", "import tapehawk.scanners.planted_too", "Scanners do not know"),
        ("data/providers/planted.py", "import tapehawk.data.providers.planted_too", "Providers do not know"),
        ("analysis/planted.py", "import tapehawk.analysis.planted_too", "Parts of the deep analysis do not know"),
        ("analysis/planted.py", "import tapehawk.scan", "Arrows point down"),
        ("data/planted.py", "def frame():\n    import pandas", "No pandas"),
        ("core/planted.py", "import rich", "The terminal stays"),
        ("scanners/planted.py", "import duckdb", "Delta Lake and DuckDB stay"),
        ("scan/planted.py", "import httpx2", "The network stays"),
        ("planted.py", "", "Arrows point down"),
    ],
)
def test_the_import_contracts_catch_a_planted_import(copied_package, planted_in, planted, contract):
    target = copied_package / "src" / "tapehawk" / planted_in
    target.write_text(planted + "\n")
    target.with_name("planted_too.py").write_text("")
    broken = [line for line in contracts(copied_package).stdout.splitlines() if " BROKEN" in line]
    assert any(contract in line for line in broken), broken


# ------------------------------------------------------------------------------------------ skipped tests


@pytest.fixture
def suite_with_a_skip(tmp_path) -> Path:
    """Return a folder with our conftest and two tests, one of which skips."""
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    (tmp_path / "test_two.py").write_text(
        "import pytest\n\ndef test_passes():\n    pass\n\ndef test_skips():\n    pytest.skip('no server')\n"
    )
    return tmp_path


@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize(("no_skips", "code", "said"), [("0", 0, "1 skipped for want"), ("1", 1, "FAILED: 1 skipped")])
def test_a_skipped_test_is_counted_and_fails_the_run_only_where_none_are_allowed(
    suite_with_a_skip, processes, no_skips, code, said
):
    pytest_again = [sys.executable, "-m", "pytest", "-n", processes]
    answer = run(*pytest_again, cwd=suite_with_a_skip, TAPEHAWK_NO_SKIPS=no_skips, PYTEST_ADDOPTS="")
    assert answer.returncode == code, answer.stdout
    assert said in answer.stdout


# ------------------------------------------------------------------------------------- one way to run it


def test_ci_runs_what_a_person_runs_and_allows_no_skips():
    script = ROOT / ".ci" / "run"
    lines = script.read_text().splitlines()
    assert os.access(script, os.X_OK)
    assert {"make lint", "make test", "export TAPEHAWK_NO_SKIPS=1"} <= set(lines)


def test_make_alone_lists_every_target():
    answer = run("make")
    assert answer.returncode == 0, answer.stderr
    for target in ("setup", "demo", "test", "lint", "bench", "soak", "docs", "help"):
        assert f"make {target}" in answer.stdout


# ------------------------------------------------------------------------------------------ documentation


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_example_environment_lists_every_name_the_program_reads():
    listed = set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    sources = "".join(file.read_text() for file in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r"[\"'](SCANNER_[A-Z]+(?:_[A-Z]+)*)[\"']", sources))
    assert "SCANNER_DATA_DIR" in listed
    assert read - listed == set()

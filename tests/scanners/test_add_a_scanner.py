"""The how-to's example does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tapehawk.catalog import scanner_names, scanner_type
from tests.scanners import laws

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-scanner.md").read_text()
SCANNER, TRIAL = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a user's folder with the page's scanner in it."""
    (tmp_path / "nr7_break.py").write_text(SCANNER)
    return tmp_path


def test_the_example_is_found_under_the_name_the_page_uses(folder):
    assert "nr7_break" in scanner_names(folder)
    assert "nr7_break" in PAGE
    kind = scanner_type("nr7_break", folder)
    assert set(re.findall(r"--set (\w+)=", PAGE)) <= set(kind.model_fields)


def test_the_trial_on_known_bars_finds_what_it_says(folder):
    exec(compile(TRIAL, "add-a-scanner.md", "exec"), {"Nr7Break": scanner_type("nr7_break", folder)})  # noqa: S102


def test_the_example_keeps_the_laws_of_scanners(folder):
    scanner, panel = scanner_type("nr7_break", folder)(), laws.market("1d")
    laws.the_future_changes_nothing(scanner, panel, 300)
    laws.cutting_changes_nothing(scanner, panel, [1, 300])
    laws.symbols_are_independent(scanner, panel)
    laws.nulls_stand_only_before_the_stated_history(scanner, panel)


def test_every_name_the_page_speaks_of_can_be_imported_from_tapehawk():
    import tapehawk

    spoken = {
        "close",
        "high",
        "atr",
        "rvol",
        "highest",
        "raw",
        "session_high",
        "session_open",
        "volume_so_far",
        "on",
        "daily",
        "NONE",
    }
    assert spoken <= set(tapehawk.__all__)
    assert all(name in PAGE for name in spoken)

"""The how-to's example does what the page says."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pytest

from tests.analysis import tapes
from tests.analysis.test_every_part import NOON, is_plain, scale_changes_nothing_but_prices, the_future_changes_nothing
from tests.scan import market

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-an-analysis-part.md").read_text()
PART, TRIAL, STORED = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def extension(monkeypatch) -> type:
    module = types.ModuleType("extension")
    monkeypatch.setitem(sys.modules, "extension", module)
    exec(compile(PART, "add-an-analysis-part.md", "exec"), vars(module))  # noqa: S102
    return module.Extension


def test_the_trial_on_known_values_says_what_the_page_says(extension):
    exec(compile(TRIAL, "add-an-analysis-part.md", "exec"), {"Extension": extension})  # noqa: S102


def test_the_trial_on_a_store_prints_every_part(extension, tmp_path, capsys):
    market.fill(tmp_path / "demo-data", market.frame("AAA", market.calm(60), market.days(60)))
    exec(compile(STORED, "add-an-analysis-part.md", "exec"), {"Extension": extension})  # noqa: S102
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()][-1] == "extension"


def test_the_example_keeps_the_laws_of_parts(extension):
    panels = tapes.every(200)
    scale_changes_nothing_but_prices(extension(), panels, "BUY")
    the_future_changes_nothing(extension(), panels, NOON)
    (found,) = tapes.analyst(panels, extension()).analyse(["AAA"], {"AAA": "SELL"}).values()
    assert is_plain(found["extension"])
    assert found["extension"]["available"]

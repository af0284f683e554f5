"""What the front page shows works as it stands."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_ten_lines_of_the_front_page_find_something_in_the_demos_market(capsys):
    fill(Path("demo-data"), Simulator(seed=7, symbols=300), dt.date(2025, 1, 2), dt.date(2025, 12, 31))
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102 - the page's own lines
    printed = capsys.readouterr().out.splitlines()
    assert printed
    assert all(line.endswith("['simulated']") for line in printed)

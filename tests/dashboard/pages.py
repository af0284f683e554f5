"""The dashboard's page without a browser, and what the command line says to the same question."""

from __future__ import annotations

import json
import math
import shlex
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from tapehawk import dashboard
from tapehawk.cli.main import app

PAGE = Path(dashboard.__file__).with_name("page.py")


def opened(**question: str) -> AppTest:
    """Open the page at an address with this question."""
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in question.items():
        page.query_params[name] = value
    return run(page)


def run(page: AppTest) -> AppTest:
    """Run the page again; it may never fail."""
    page.run()
    assert not page.exception, [one.stack_trace for one in page.exception]
    return page


def rows(page: AppTest, *, column: str = "", without: str = "-") -> list[dict[str, Any]]:
    """Return the rows of the table to choose from, else of the one with and without some column, as plain values."""
    has = [column in one.value and without not in one.value if column else bool(one.key) for one in page.dataframe]
    (found,) = [one for one, is_it in zip(page.dataframe, has, strict=True) if is_it]
    return [{name: plain(value) for name, value in row.items()} for row in found.value.to_dict("records")]


def plain(value: Any) -> Any:
    """Return a cell as JSON has it."""
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value.tolist()]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def figure(page: AppTest, key: str) -> dict[str, Any]:
    """Return the figure whose key begins so."""
    (found,) = [one for one in page.get("plotly_chart") if f"-{key}" in one.proto.id]
    return json.loads(found.proto.spec)


def said(page: AppTest) -> str:
    """Return every text of the page's main part, as it reads."""
    return _texts(page.main)


def aside(page: AppTest) -> str:
    """Return every text of the sidebar, as it reads."""
    return _texts(page.sidebar)


def _texts(part: Any) -> str:
    kinds = (part.markdown, part.caption, part.info, part.error, part.code)
    return "\n".join(str(one.value).replace("\\", "") for kind in kinds for one in kind)


def typed(line: str, *more: str) -> Any:
    """Return what the command line answers for programs."""
    done = CliRunner().invoke(app, [*shlex.split(line)[1:], *more, "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)

"""The rows of a scan: a table to sort, and the chart of the row that is chosen."""

from __future__ import annotations

import streamlit as st

from tapehawk.app.asking import Asked
from tapehawk.app.settings import Settings
from tapehawk.dashboard import symbol_chart, tables
from tapehawk.dashboard.wording import many, plain
from tapehawk.scan.report import Report


def show(known: Settings, asked: Asked, report: Report, key: str) -> None:
    """Show a report's rows."""
    rows = report.results
    if not rows:
        st.info(f"No symbol meets every condition. {_narrowest(report)}")
        return
    row = rows[tables.choose(rows, f"rows·{key}")]
    symbol_chart.show(known, asked, row, _session(report, row))


def _session(report: Report, row: symbol_chart.Row) -> str:
    """Return the date of a row's session, which the rows of a range say themselves."""
    if "date" in row:
        return str(row["date"])
    same = (date for date, one in report.dated() if one["symbol"] == row["symbol"])
    return next(same)


def _narrowest(report: Report) -> str:
    """Say which condition of which pattern took the last symbols away."""
    told = []
    for one in report.funnel:
        before = None
        for step in one["steps"]:
            if step["passed"] == 0 and before is not None:
                left = many(before, str(step["unit"]).removesuffix("s"))
                told.append(f"{plain(one['pattern'])}: {plain(step['name'])} left none of {left}.")
                break
            before = step["passed"]
    return "  \n".join(["", *told])

"""The script that Streamlit runs at every touch of a page: the sidebar asks, the desk answers, a tab shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st

from tapehawk.app.asking import Asked
from tapehawk.app.settings import Settings, settings
from tapehawk.core.errors import NoData, TapehawkError
from tapehawk.core.series import TIMEFRAMES
from tapehawk.dashboard import (
    comparison_tab,
    exports_tab,
    failure,
    heading,
    help_tab,
    live_tab,
    results_tab,
    statistics_tab,
)
from tapehawk.dashboard.answers import Answer, Answers
from tapehawk.dashboard.drawing import palette
from tapehawk.dashboard.sidebar import Draft, draft
from tapehawk.data.versions import HOW_TO_FILL, bars_table, table_version
from tapehawk.scan.report import Report

ICON: Final = Path(__file__).with_name("icon.svg")
STYLE: Final = Path(__file__).with_name("page.css")
SIDEBAR: Final = 320  # pixels; a text below it would be shown on the page
RESULTS: Final = "Results"
TABS: Final = ("Live scan", RESULTS, "Charts and statistics", "Comparison", "Exports", "Help")


def show() -> None:
    """Show the page."""
    try:
        known = settings()
    except TapehawkError as error:
        st.set_page_config("Tapehawk", ICON, "wide")
        failure.show(error)
        return
    st.set_page_config("Tapehawk", ICON, known.streamlit.dashboard_layout, SIDEBAR)
    st.html(STYLE)
    st.html(f"<style>:root {{ --ground: {palette().ground} }}</style>")
    if not _is_filled(known):
        _teach(known)
        return
    _bench(known)


def _is_filled(known: Settings) -> bool:
    return any(table_version(known.store, bars_table(name)) for name in TIMEFRAMES)


def _teach(known: Settings) -> None:
    """Say how a store gets its first bars."""
    failure.show(NoData("nothing is stored", hint=HOW_TO_FILL, path=known.store))
    st.markdown("Any of these fills it; this page goes on when there are bars.")
    st.code(
        "scanner sync --provider sim            # a simulated market, labelled as such\n"
        "scanner sync --provider polygon        # a provider you have a key for\n"
        "scanner import bars.csv --adjustment none",
        language=None,
    )
    st.button("Look again", key="again")


def _bench(known: Settings) -> None:
    """Ask the desk what the sidebar asks, and show what it says in the tab that is open."""
    asks, answer = draft(known), Answer()
    answers: Answers = st.session_state.setdefault("answers", Answers())
    if asks.asked is not None:
        with st.spinner("Scanning"):
            answer = answers.to(known, asks.asked)
    if answer.error is not None:
        asks.refuse(answer.place, answer.error)
    if answer.report is not None:
        heading.show(answer.report)
        if asks.asked is not None and asks.asked.date is asks.asked.end_date is None:
            st.session_state["newest"] = dt.date.fromisoformat(answer.report.as_of)
    _tabs(known, asks, answer, answers)


def _tabs(known: Settings, asks: Draft, answer: Answer, answers: Answers) -> None:
    live, results, statistics, comparison, exports, help_ = st.tabs(
        TABS, default=RESULTS, key="tab", bind="query-params"
    )
    if live.open or live_tab.is_on():  # its rounds go on while another tab is open
        with live:
            live_tab.show(known, asks.asked if answer.report else None)
    if results.open:
        with results:
            _answered(asks, answer, lambda asked, report: results_tab.show(known, asked, report, answer.key))
    if statistics.open:
        with statistics:
            _answered(asks, answer, lambda asked, report: statistics_tab.show(known, asked, report, answer.key))
    if comparison.open and asks.about is not None:
        about = asks.about
        with comparison:
            _answered(asks, answer, lambda asked, report: comparison_tab.show(known, about, asked, report, answers))
    if exports.open:
        with exports:
            _answered(asks, answer, lambda asked, report: exports_tab.show(known, asked, report))
    if help_.open and asks.about is not None:
        with help_:
            help_tab.show(asks.about, asks.asked)


def _answered(asks: Draft, answer: Answer, show_it: Callable[[Asked, Report], None]) -> None:
    """Show something of an answer, or why there is none."""
    if asks.asked is not None and answer.report is not None:
        show_it(asks.asked, answer.report)
    elif answer.error is not None:
        failure.show(answer.error)
    else:
        st.info("The sidebar marks what can't be asked.")


if __name__ == "__main__":
    show()

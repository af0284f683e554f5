"""Charts and statistics: what a scan found and what became of the rest, and how such signals have turned out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from tapehawk.app import asking
from tapehawk.app.asking import ALL, NEEDS_MORE, Asked
from tapehawk.app.settings import Settings
from tapehawk.app.signals import HISTORY, SOURCES, Counting, Rates, rates
from tapehawk.core.errors import TapehawkError
from tapehawk.dashboard import charts, failure, heading, tables
from tapehawk.dashboard.drawing import draw, palette
from tapehawk.dashboard.wording import many, plain
from tapehawk.scan.hit_rates import BY
from tapehawk.scan.report import Report

WAYS: Final = [name for name in BY if name != "date"]
_EVERY, _RATES = "statistics·every", "statistics·rates"


def show(known: Settings, asked: Asked, report: Report, key: str) -> None:
    """Show the tab."""
    _scan(report)
    _by_scanner(known, asked, key)
    _hit_rates(known, asked)


def _scan(report: Report) -> None:
    look, dated = palette(), list(report.dated())
    rows = [row for _, row in dated]
    left, right = st.columns(2)
    if rows:
        with left:
            st.markdown("**Scores**")
            draw(charts.scores(rows, look), "scores", f"how {many(len(rows), 'row')} spread over the scores")
        with right:
            st.markdown("**Patterns**")
            draw(charts.patterns(rows, look), "patterns", "rows of each pattern, by side")
    if report.is_range and rows:
        st.markdown("**Sessions**")
        draw(charts.sessions([date for date, _ in dated], look), "sessions", "rows of each session")
    _funnel(report)


def _funnel(report: Report) -> None:
    names = [str(one["pattern"]) for one in report.funnel]
    st.markdown("**Funnel**", help="what each condition left of everything that was asked for")
    number = 0
    if len(names) > 1:
        number = st.selectbox("Pattern", range(len(names)), format_func=names.__getitem__, key="funnel·pattern")
    if number < len(report.funnel):
        one = report.funnel[number]
        draw(charts.funnel(one, palette()), "funnel", f"{names[number]}: {one['steps'][-1]['passed']} left at the end")


def _by_scanner(known: Settings, asked: Asked, key: str) -> None:
    st.markdown("**Scanners**", help="how many rows every scanner finds in the same bars, as the settings set it")
    if st.button("Scan with every scanner", key="every"):
        every = replace(asked, scanners=[ALL], parameters=None)
        try:
            with st.spinner("Scanning with every scanner"):
                reports = asking.run(known, every)
        except TapehawkError as error:
            failure.show(error)
            return
        st.session_state[_EVERY] = key, {one.scanner_type: len(one) for one in reports}
    of, counts = st.session_state.get(_EVERY, ("", {}))
    if of == key:
        draw(charts.by_scanner(counts, palette()), "by_scanner", "rows of each scanner")
    else:
        st.caption(f"All but {' and '.join(NEEDS_MORE)}, which need more than bars.")


def _hit_rates(known: Settings, asked: Asked) -> None:
    st.markdown("**Hit rates**", help="of signals that came to an end, the share that reached target1 before the stop")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        source = st.selectbox("Signals of", SOURCES, key="rates·source", width=160, format_func=_source_name)
        by = st.multiselect("By", WAYS, ["pattern"], key="rates·by", width=360)
        wanted = st.button("Follow the signals", key="follow")
    counting = Counting(tuple(by) or ("scanner",), source)
    about = repr((_ranged(asked), counting.by, source))
    if wanted:
        try:
            with st.spinner("Following the signals to their ends"):
                st.session_state[_RATES] = about, rates(known, _ranged(asked), counting)
        except TapehawkError as error:
            failure.show(error)
            return
    of, found = st.session_state.get(_RATES, ("", None))
    if of == about and found is not None:
        _rates(found)
    else:
        st.caption(
            "*history* follows every row of the sidebar's dates (of everything stored up to its date) to its end;"
            " *live* and *simulated* are what was said."
        )


def _ranged(asked: Asked) -> Asked:
    """Return a question about a range: where one date is asked for, everything stored up to it."""
    return replace(asked, date=None, end_date=asked.end_date or asked.date, cutoff=None)


def _source_name(source: str) -> str:
    return "history, scanned now" if source == HISTORY else source


def _rates(found: Rates) -> None:
    rows: list[dict[str, Any]] = [one.flat() for one in found.rates]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(found.made_of), width="content")
        heading.labels(found.labels)
    if not rows:
        st.info("No signals.")
        return
    draw(charts.rates(_names(rows, found.by), rows, palette()), "rates", "hit rates with 95 % intervals")
    tables.show(rows, "rates·rows")
    for note in found.notes:
        st.caption(f":orange[**note**] {plain(note)}")


def _names(rows: Sequence[dict[str, Any]], by: Sequence[str]) -> list[str]:
    return [" · ".join("–" if row[name] is None else str(row[name]) for name in by) for row in rows]

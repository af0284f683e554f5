"""The head of the page: what answered, and what must be known of it, above whichever tab is open."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from tapehawk.dashboard.wording import many, plain
from tapehawk.scan.report import Report


def labels(found: Iterable[str]) -> None:
    """Show what bars are labelled with: simulated, stale, a part of the market's volume."""
    for label in dict.fromkeys(found):
        st.badge(plain(label), color="orange")


def show(report: Report) -> None:
    """Show a report's head, which stays in sight (`page.css`)."""
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"### {plain(report.scanner_type)}", width="content", anchors=False)
        labels(report.labels)
    rows = many(len(report.results), "row")
    st.caption(
        f"**{rows}** · {'to ' if report.is_range else ''}{plain(report.as_of)} · {plain(report.series)}"
        f" · data {plain(report.data_version)} · {report.elapsed_ms:,.0f} ms"
    )
    for note in report.notes:
        st.caption(f":orange[**note**] {plain(note)}")

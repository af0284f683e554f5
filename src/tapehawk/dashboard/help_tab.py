"""Help: what the scanner looks for, what each tab shows, and the words of formulas."""

from __future__ import annotations

from typing import Final

import streamlit as st

from tapehawk.app.asking import Asked
from tapehawk.app.describing import Description
from tapehawk.app.formula_words import every_word
from tapehawk.dashboard import tables
from tapehawk.dashboard.command import command
from tapehawk.dashboard.wording import plain

TABS: Final = """\
- **Live scan** asks the sidebar's question in rounds and marks what is new and what is gone.
- **Results** has every row. Click a row for its chart with entry, stop and targets; click a head to sort.
- **Charts and statistics** shows scores, patterns and the funnel of this scan, the rows of every scanner, and how often
  such signals reached their target before their stop, with 95 % intervals.
- **Comparison** puts two or three parameter sets side by side: hits in common, hits of one alone, funnels.
- **Exports** gives the rows as CSV, JSON, Parquet and Excel.

Labels in amber must be known of the bars: *simulated*, *stale*, a part of the market's volume. R and P&L are
hypothetical, at the prices of bars and without costs. The address of the page keeps the question: a bookmark asks it
again.
"""


def show(about: Description, asked: Asked | None) -> None:
    """Show the tab."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"#### {plain(about.name)}", anchors=False)
        st.markdown(plain(about.title.replace("`", "")))
        if about.description:
            st.markdown(plain(about.description.replace("`", "")))
        patterns = ", ".join(f"{name} ({side})" for name, side in about.patterns)
        st.caption(f"Patterns: {plain(patterns) or 'by what is asked'}. Bars: {plain(', '.join(about.timeframes))}.")
        fields = ("name", "default", "bounds", "description")
        tables.show([{name: getattr(one, name) for name in fields} for one in about.parameters], "help·parameters")
    with right:
        st.markdown("#### The tabs", anchors=False)
        st.markdown(TABS)
        if asked is not None:
            st.caption("The sidebar's question in a terminal")
            st.code(command(asked), language=None, wrap_lines=True)
    with st.expander("Words of formulas"):
        words = [{"word": one.signature, "meaning": one.meaning} for one in every_word()]
        tables.show(words, "help·words")

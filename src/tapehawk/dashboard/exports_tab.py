"""Exports: the rows of the scan as files, byte for byte what `scanner run --format` writes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Final

import streamlit as st

from tapehawk.app.asking import Asked
from tapehawk.app.saving import FORMATS, TYPES, as_bytes
from tapehawk.app.settings import Settings
from tapehawk.dashboard.command import command
from tapehawk.dashboard.wording import many
from tapehawk.scan.report import Report

WORDS: Final = {
    "csv": "a table; a text that a spreadsheet would take for a formula stands behind an apostrophe",
    "json": "what the API answers, with the funnel and notes",
    "parquet": "a table with types, for Polars, DuckDB, pandas",
    "xlsx": "an Excel sheet",
}


def show(known: Settings, asked: Asked, report: Report) -> None:
    """Show the tab."""
    if not known.streamlit.enable_export:
        st.info("Exports are switched off: `scanner config set streamlit.enable_export true` offers them.")
        return
    st.markdown(f"**{many(len(report.results), 'row')}** of the scan above, labels with every row.")
    for format_ in sorted(FORMATS, key=list(WORDS).index):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _button(report, format_)
            st.caption(WORDS[format_], width="content")
    st.caption("The same from a terminal")
    st.code(command(asked, "--format", "csv", "--output", f"{report.scanner_type}.csv"), language=None, wrap_lines=True)


def _button(report: Report, format_: str) -> None:
    if format_ == "xlsx" and find_spec("xlsxwriter") is None:
        st.button(format_, key="file·xlsx", disabled=True, help="pip install 'tapehawk[excel]'", width=120)
        return
    made: Callable[[], bytes] = partial(as_bytes, [report], format_)
    name = f"{report.scanner_type}_{report.as_of}.{format_}"
    st.download_button(format_, made, name, TYPES[format_], key=f"file·{format_}", on_click="ignore", width=120)

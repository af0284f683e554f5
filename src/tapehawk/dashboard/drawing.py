"""Drawing a figure on the page, in the colours of the theme that is on."""

from __future__ import annotations

from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from tapehawk.dashboard.themes import LIGHT, PALETTES, Palette

_BAR: Final[dict[str, Any]] = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


def palette() -> Palette:
    """Return the colours of the theme that is on."""
    return PALETTES.get(st.context.theme.type or "", LIGHT)


def draw(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a figure; `alt` says it in words."""
    st.plotly_chart(figure, key=key, config=_BAR, alt=alt)

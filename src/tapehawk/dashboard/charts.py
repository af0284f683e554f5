"""Charts of a scan, as Plotly draws them: figures of plain rows, which know neither the desk nor the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from textwrap import shorten
from typing import Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from tapehawk.dashboard.themes import Palette

Row = Mapping[str, Any]
LEVELS: Final = ("entry", "stop", "target1", "target2")
MARGINS: Final = {"l": 8, "r": 8, "t": 32, "b": 8}
_LONGEST: Final = 44


def candles(bars: Sequence[Row], labels: Sequence[str], row: Row, at: int | None, look: Palette) -> go.Figure:
    """Return a symbol's bars with the levels of a row. `labels`: of each bar; `at`: the row's bar among them."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.78, 0.22], vertical_spacing=0.02)
    prices = {name: [bar[name] for bar in bars] for name in ("open", "high", "low", "close")}
    colours = {f"{side}_line_color": colour for side, colour in (("increasing", look.up), ("decreasing", look.down))}
    figure.add_trace(go.Candlestick(x=list(labels), name="price", **prices, **colours), row=1, col=1)
    rose = [look.up if bar["close"] >= bar["open"] else look.down for bar in bars]
    volume = [bar["volume"] for bar in bars]
    figure.add_trace(go.Bar(x=list(labels), y=volume, marker_color=rose, opacity=0.6, name="volume"), row=2, col=1)
    if at is not None:
        figure.add_vline(x=at, line_color=look.quiet, line_dash="dot", line_width=1)
    for name, value in levels_of(row).items():
        colour = {"entry": look.accent, "stop": look.down}.get(name, look.up)
        figure.add_hline(
            y=value, row=1, col=1, line_color=colour, line_width=1, line_dash="solid" if name == "entry" else "dash",
            annotation_text=f"{name} {value:,.2f}", annotation_position="top left", annotation_font_color=colour,
        )  # fmt: skip
    figure.update_xaxes(type="category", nticks=8, showgrid=False)
    figure.update_xaxes(rangeslider_visible=False, row=1, col=1)
    figure.update_yaxes(title_text="volume", row=2, col=1)
    return figure.update_layout(height=460, margin=MARGINS, showlegend=False, hovermode="x unified")


def levels_of(row: Row) -> dict[str, float]:
    """Return the levels that a row has."""
    return {name: float(row[name]) for name in LEVELS if isinstance(row.get(name), int | float)}


def scores(rows: Sequence[Row], look: Palette) -> go.Figure:
    """Return how the scores of rows are spread, pattern by pattern."""
    figure = go.Figure()
    for number, pattern in enumerate(_patterns(rows)):
        values = [row["score"] for row in rows if row["pattern"] == pattern and row["score"] is not None]
        figure.add_trace(go.Histogram(x=values, name=safe(pattern), marker_color=_colour(look, number), nbinsx=20))
    return _titled(figure, "score", "rows").update_layout(barmode="stack")


def patterns(rows: Sequence[Row], look: Palette) -> go.Figure:
    """Return how many rows each pattern has, by side."""
    counts = Counter((row["pattern"], row["direction"]) for row in rows)
    colours = {"BUY": look.up, "SELL": look.down, "NONE": look.quiet}
    figure = go.Figure()
    for side, colour in colours.items():
        mine = {pattern: counts[pattern, side] for pattern in _patterns(rows) if counts[pattern, side]}
        if mine:
            figure.add_trace(go.Bar(y=list(map(safe, mine)), x=list(mine.values()), name=side, marker_color=colour,
                                    orientation="h"))  # fmt: skip
    return _titled(figure, "rows", "").update_layout(barmode="stack", yaxis_autorange="reversed")


def sessions(dates: Sequence[str], look: Palette) -> go.Figure:
    """Return how many rows each session has."""
    counts = Counter(dates)
    days = sorted(counts)
    figure = go.Figure(go.Bar(x=days, y=[counts[day] for day in days], marker_color=look.accent))
    return _titled(figure, "session", "rows")


def by_scanner(counts: Mapping[str, int], look: Palette) -> go.Figure:
    """Return how many rows each scanner finds."""
    figure = go.Figure(
        go.Bar(y=list(map(safe, counts)), x=list(counts.values()), orientation="h", marker_color=look.accent,
               text=list(counts.values()), textposition="outside", cliponaxis=False)
    )  # fmt: skip
    figure.update_layout(yaxis_autorange="reversed", height=max(200, 60 + 22 * len(counts)))
    return _titled(figure, "rows", "")


def funnel(one: Row, look: Palette) -> go.Figure:
    """Return what each condition of a pattern left."""
    steps = one["steps"]
    names = [safe(f"{number}. {shorten(step['name'], _LONGEST)}") for number, step in enumerate(steps, 1)]
    figure = go.Figure(
        go.Funnel(y=names, x=[step["passed"] for step in steps], textinfo="value", marker_color=look.accent,
                  textfont_color=look.ground, insidetextfont_color=look.ground,
                  connector_line_color=look.rule, customdata=[step["unit"] for step in steps],
                  hovertemplate="%{y}<br>%{value:,} %{customdata}<extra></extra>")
    )  # fmt: skip
    return figure.update_layout(height=80 + 26 * len(steps), margin=MARGINS)


def rates(names: Sequence[str], found: Sequence[Row], look: Palette) -> go.Figure:
    """Return hit rates with both intervals: the thick one takes signals for independent, the thin one whole dates."""
    figure = go.Figure()
    for low, high, width, name, colour in (
        ("low", "high", 8, "95 %", look.quiet),
        ("low_by_dates", "high_by_dates", 2, "95 % by dates", look.accent),
    ):
        known = [
            (safe(label), one) for label, one in zip(names, found, strict=True) if one["rate"] is not None
            and one[low] is not None
        ]  # fmt: skip
        error = {
            "type": "data", "symmetric": False, "width": 0, "thickness": width, "color": colour,
            "array": [one[high] - one["rate"] for _, one in known],
            "arrayminus": [one["rate"] - one[low] for _, one in known],
        }  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=[one["rate"] for _, one in known], y=[label for label, _ in known], mode="markers", name=name,
                error_x=error, marker={"size": 9, "color": colour}, opacity=1 if width == 2 else 0.6,
                customdata=[(one["n"], one["successes"]) for _, one in known],
                hovertemplate="%{y}: %{x:.1%} (%{customdata[1]} of %{customdata[0]})<extra></extra>",
            )
        )  # fmt: skip
    figure.update_layout(yaxis_autorange="reversed", xaxis_tickformat=".0%", xaxis_range=[0, 1])
    return _titled(figure, "reached target1 before the stop", "").update_layout(height=max(200, 90 + 30 * len(found)))


def memberships(counts: Mapping[str, int], look: Palette) -> go.Figure:
    """Return how many hits are in which parameter sets."""
    figure = go.Figure(go.Bar(y=list(counts), x=list(counts.values()), orientation="h", marker_color=look.accent,
                              text=list(counts.values()), textposition="outside", cliponaxis=False))  # fmt: skip
    return _titled(figure, "hits", "").update_layout(yaxis_autorange="reversed", height=80 + 28 * len(counts))


def safe(text: object) -> str:
    """Return a text as Plotly shows it: it reads some HTML."""
    return escape(str(text))


def _titled(figure: go.Figure, x: str, y: str) -> go.Figure:
    figure.update_layout(margin=MARGINS, xaxis_title=x, yaxis_title=y, legend={"orientation": "h", "y": 1.15})
    if figure.layout.height is None:
        figure.update_layout(height=260)
    return figure


def _patterns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["pattern"] for row in rows))


def _colour(look: Palette, number: int) -> str:
    return look.series[number % len(look.series)]

"""Live scan: the sidebar's question asked again and again, and what is new and what is gone each time.

A scan goes on with the question it was started with, whichever tab is open, as long as the page is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from tapehawk.app.asking import Asked
from tapehawk.app.settings import Settings
from tapehawk.app.streaming import RoundNews, Turns
from tapehawk.core.errors import TapehawkError
from tapehawk.core.phases import phase_at
from tapehawk.dashboard import failure, heading, tables
from tapehawk.dashboard.command import command
from tapehawk.dashboard.wording import many, plain
from tapehawk.data.providers.wire.clock import SYSTEM

GONE_KEPT: Final = 50
EARLY: Final = 0.5
"""Seconds that a browser's timer may come before its time."""
_LIVE: Final = "live"


@dataclass
class LiveScan:
    """A scan in rounds: what is asked, how often, the last news, and the rows that are gone, the newest first."""

    asked: Asked
    every: float
    turns: Turns
    news: RoundNews | None = None
    due: float = 0.0
    gone: deque[Mapping[str, Any]] = field(default_factory=lambda: deque(maxlen=GONE_KEPT))

    def go_on(self, now: float) -> RoundNews:
        """Return the news, having made a round if one is due. Raises BadInput as a round does."""
        if self.news is None or now >= self.due - EARLY:
            self.due = now + self.every
            self.news = self.turns.next()
            for look in self.news.round.looks:
                self.gone.extendleft(look.changes.withdrawn)
        return self.news


def is_on() -> bool:
    """Say whether a live scan goes on."""
    return _LIVE in st.session_state


def show(known: Settings, asked: Asked | None) -> None:
    """Show the tab. `asked`: the sidebar's question, None where it can't be asked."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state.setdefault("interval", known.streamlit.auto_refresh_interval)
        every = st.number_input(
            "Seconds between rounds", 1, 86_400, value="min", key="interval", disabled=is_on(), persist_state="session",
            width=200,
        )  # fmt: skip
        if is_on():
            st.button("Stop Live Scan", key="stop", on_click=_stop)
        else:
            st.button(
                "Start Live Scan", key="start", type="primary", disabled=asked is None,
                on_click=_start, args=(known, asked, float(every or 1)),
            )  # fmt: skip
    refused = st.session_state.pop("live·refused", None)
    if refused is not None:
        failure.show(refused)
    if not is_on():
        st.caption("Scans with the sidebar's question, again and again. With *Today* of what `scanner live` receives.")
        return
    live: LiveScan = st.session_state[_LIVE]
    st.code(command(live.asked, "--stream", "--interval", f"{live.every:g}"), language=None, wrap_lines=True)
    if asked is not None and asked != live.asked:
        st.caption(":orange[**note**] The sidebar asks something else by now. Stop and start to scan with it.")
    by_itself = known.streaming.auto_refresh_ui
    st.fragment(_round, run_every=live.every if by_itself else None)()


def _start(known: Settings, asked: Asked, every: float) -> None:
    try:
        st.session_state[_LIVE] = LiveScan(asked, every, Turns(known, asked, every))
    except TapehawkError as error:
        st.session_state["live·refused"] = error


def _stop() -> None:
    st.session_state.pop(_LIVE, None)


def _round() -> None:
    """Show the round that is due, and what came of those before."""
    live: LiveScan | None = st.session_state.get(_LIVE)
    if live is None:
        return
    try:
        news = live.go_on(SYSTEM.tick())
    except TapehawkError as error:
        failure.show(error)
        return
    _about(live, news)
    _rows(live, news)


def _about(live: LiveScan, news: RoundNews) -> None:
    looks = news.round.looks
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        new, gone = (sum(len(getattr(look.changes, kind)) for look in looks) for kind in ("added", "withdrawn"))
        phase = phase_at(live.asked.market, news.round.at).name.replace("_", "-")
        st.markdown(
            f"**round {news.round.number:,}** · {many(len(news.round.rows), 'row')}, {new:,} new, {gone:,} gone"
            f" · {sum(look.took_ms for look in looks):,.0f} ms · {phase}",
            width="content",
        )
        heading.labels(label for look in looks if look.report for label in look.report.labels)
    reports = [look.report for look in looks if look.report]
    if reports:
        st.caption(f"bars of {plain(reports[0].as_of)} · {plain(reports[0].series)}")
    for look in looks:
        if look.error:
            failure.show(look.error)


def _rows(live: LiveScan, news: RoundNews) -> None:
    fresh = [row for look in news.round.looks for row in look.changes.added] if news.round.number > 1 else []
    if news.round.rows:
        marked = [{"news": "new" if row in fresh else "", **row} for row in news.round.rows]
        tables.show(marked, "live·rows")
    else:
        st.caption("No row holds.")
    if live.gone:
        st.markdown("**No longer**")
        tables.show(list(live.gone), "live·gone")
    counts = [{"": name, **values} for name, values in (*news.by_scanner.items(), *news.by_phase.items())]
    with st.expander("Counts by scanner and phase"):
        tables.show(counts, "live·counts")

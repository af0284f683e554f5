"""The sidebar: a question, field by field, with a place below each group where its errors are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tapehawk.app.asking import CRYPTO, Asked
from tapehawk.app.describing import Description, describe
from tapehawk.app.settings import Settings
from tapehawk.catalog import scanner_names
from tapehawk.core.errors import TapehawkError
from tapehawk.core.slower import MINUTES
from tapehawk.dashboard import failure
from tapehawk.dashboard.answers import GIVEN_BY, PARAMETERS, SCANNER, WHEN, WHICH
from tapehawk.dashboard.parameter_form import Filled, form
from tapehawk.dashboard.wording import plain
from tapehawk.data.versions import table_version
from tapehawk.scan.universe import ALL, universes

WHENS: Final = ("Latest", "Today", "Date", "Range")
LATEST, TODAY, DATE, RANGE = WHENS
NEW_YORK: Final = ZoneInfo("America/New_York")
YEAR: Final = dt.timedelta(days=365)
FIRST, LAST = dt.date(1998, 1, 1), dt.date(2030, 12, 31)
"""The days that the calendars reach."""


@dataclass(frozen=True)
class Draft:
    """What the sidebar asks. `places`: where errors are shown; `asked` None: where one is shown already."""

    about: Description | None
    asked: Asked | None
    places: Mapping[str, DeltaGenerator]

    def refuse(self, place: str, error: TapehawkError) -> None:
        """Show an error in its place."""
        if place in self.places:
            with self.places[place]:
                failure.show(error)


def draft(known: Settings) -> Draft:
    """Draw the sidebar and return its question."""
    places: dict[str, DeltaGenerator] = {}
    with st.sidebar:
        name = _scanner(known)
        places[SCANNER] = st.container()
        try:
            about = describe(name, known.scanners)
        except TapehawkError as error:
            Draft(None, None, places).refuse(SCANNER, error)
            return Draft(None, None, places)
        st.caption(plain(about.title.replace("`", "")))
        timeframe, hours, cutoff = _bars(about)
        dates = _dates()
        places[WHEN] = st.container()
        symbols, universe, strict = _which(known.store)
        places[WHICH] = st.container()
        filled = _parameters(known, about, places)
    if filled is None or not filled.is_whole:
        return Draft(about, None, places)
    asked = Asked(
        scanners=[name],
        **dates,
        cutoff=cutoff,
        timeframe=timeframe,
        hours=hours,
        symbols=symbols,
        universe=universe,
        parameters=filled.changed,
        strict=strict,
        given_by=GIVEN_BY,
    )
    return Draft(about, asked, places)


def _scanner(known: Settings) -> str:
    names = scanner_names(known.scanners)
    first = known.streamlit.default_scanner
    if first not in names:
        first = names[0]
    return st.selectbox("Scanner", names, names.index(first), key="scanner", bind="query-params")


def _bars(about: Description) -> tuple[str, str, str | None]:
    """Return the timeframe, and of intraday bars the hours and the cutoff."""
    offered = list(about.timeframes)
    usual = offered.index("1d") if "1d" in offered else 0
    timeframe = st.selectbox("Bars", offered, usual, key=f"{about.name}·timeframe", persist_state="session")
    if timeframe not in MINUTES:
        return timeframe, "regular", None
    hours = st.segmented_control(
        "Hours", ["regular", "extended"], default="regular", key="hours", required=True, persist_state="session"
    )
    cutoff = st.text_input(
        "Cutoff", key="cutoff", placeholder="09:50", help="bars closed by this time", persist_state="session"
    )
    return timeframe, hours or "regular", (cutoff or "").strip() or None


def _dates() -> dict[str, dt.date | None]:
    """Return the session or the range."""
    when = st.segmented_control(
        "Session", WHENS, default=LATEST, key="when", required=True,
        bind="query-params", help="Latest: the last complete one. Today: the open one, as `scanner live` receives it.",
    )  # fmt: skip
    if when == TODAY:
        return {"date": dt.datetime.now(NEW_YORK).date()}
    if when == DATE:
        return {"date": _date("Date", "date", _newest())}
    if when == RANGE:
        first, last = st.columns(2)
        with first:
            start = _date("From", "from", _newest() - YEAR)
        with last:
            return {"start_date": start, "end_date": _date("To", "to", _newest())}
    return {}


def _date(label: str, key: str, usual: dt.date) -> dt.date:
    return st.date_input(label, usual, FIRST, LAST, key=key, format="YYYY-MM-DD", bind="query-params", required=True)


def _newest() -> dt.date:
    """Return the last complete session that was seen, today where none was."""
    seen = st.session_state.get("newest")
    return seen if isinstance(seen, dt.date) else dt.datetime.now(NEW_YORK).date()


def _which(store: Path) -> tuple[list[str], str | None, bool]:
    """Return who is asked, and whether stale bars are refused."""
    names = [ALL, *_universes(str(store), table_version(store, "symbols")), CRYPTO]
    universe = st.selectbox("Universe", names, key="universe", persist_state="session")
    typed = st.text_input("Symbols", key="symbols", placeholder="all, or AAPL, NVDA", bind="query-params")
    symbols = [name.strip() for name in (typed or "").split(",") if name.strip()]
    strict = st.toggle("Strict", key="strict", help="refuse stale bars instead of answering without them")
    return symbols, None if universe == ALL else universe, strict


@lru_cache(maxsize=4)
def _universes(store: str, _version: int | None) -> list[str]:
    return universes(Path(store))


def _parameters(known: Settings, about: Description, places: dict[str, DeltaGenerator]) -> Filled | None:
    """Return the parameters; None where the settings have some that can't be used."""
    st.markdown("**Parameters**")
    try:
        filled = form(known, about.name, about.schema)
    except TapehawkError as error:
        failure.show(error)
        filled = None
    places[PARAMETERS] = st.container()
    return filled

"""Joining a stored panel with the bars of journals. Imported only when there are some (data/view.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np
import polars as pl

from tapehawk.core.errors import NoData
from tapehawk.core.panel import Column, Flags, Ints, Panel
from tapehawk.core.series import CONSOLIDATED, TIMEFRAMES, Series
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.data.actions import splits_in
from tapehawk.data.building import panel_of
from tapehawk.data.journal import about_of, found_at
from tapehawk.data.open_session import MINUTE_US, frame_of
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.resampling import slower_panel
from tapehawk.data.sealing import Newest, newest
from tapehawk.data.so_far import SoFar
from tapehawk.data.store import read_actions
from tapehawk.data.versions import NOTHING, faster
from tapehawk.data.view import Unsealed, View


@dataclass(frozen=True)
class Some:
    """Some symbols only; `so_far`: what a journal at a path has, kept by whoever asks often."""

    symbols: tuple[str, ...]
    so_far: Callable[[Path], SoFar]

    def read(self, path: Path, until: int | None = None) -> Newest:
        """Return their bars; `until` is not looked at: whoever asks often asks for the newest."""
        assert until is None  # noqa: S101 - a named version is read whole
        return self.so_far(path).bars_of(self.symbols)

    def reach(self, root: Path, journals: Sequence[Unsealed], calendar: str, hours: str) -> tuple[int, int]:
        """Return the starts of the first and the last bar that any symbol has within the hours, -1 without one."""
        starts = np.concatenate([self.so_far(journal_of(root, one)).starts() for one in journals])
        inside = starts[calendar_named(calendar).locate(starts, hours)[0] >= 0]
        return (int(inside.min()), int(inside.max())) if inside.size else (-1, -1)


def journal_of(root: Path, one: Unsealed) -> Path:
    """Return where a journal is."""
    return root / "journal" / one.folder / f"{one.session}.journal"


def joined(  # noqa: PLR0913 - the stored bars, the journals, and whose bars are wanted
    root: Path,
    question: PanelQuestion,
    view: View,
    source: str,
    journals: Sequence[Unsealed],
    some: Some | None = None,
) -> View:
    """Return a view with the bars of journals, oldest first, behind the stored ones.

    `source`: the timeframe of the bars that both are made of. Journals without a bar within the hours add nothing.
    `some`: only these symbols' bars, the same as those they have among all.
    """
    bars, offsets = _read(root, journals, some.read if some else newest)
    if bars.is_empty():
        return view
    newest_day, series = max(offsets), replace(view.series, timeframe=source)
    actions = read_actions(root, version=view.panel.data_version)
    try:
        fresh = panel_of(bars, series, hours=question.stored_hours, actions=actions, as_of=question.as_of or newest_day)
    except NoData:  # none within the hours
        return view
    base = replace(question, timeframe=source, as_of=_as_of(question, view.panel, actions, newest_day))
    stored, reach = open_panel(root, base), None
    if some is not None:
        _, last = some.reach(root, journals, stored.calendar, question.stored_hours)
        reach = int(stored.time.min()), max(int(stored.time.max()), last)
        stored = stored.select(some.symbols)
    panel = merged(stored, fresh)
    if source != question.timeframe:
        panel = slower_panel(panel, question.timeframe, reach=reach)
    stale = tuple(name for name in view.panel.stale if name not in set(fresh.symbols))
    panel = replace(panel, left_out=view.panel.left_out, stale=stale, apart=view.panel.apart)
    version = view.panel.data_version + _named(offsets)
    return View(replace(panel, data_version=version), view.series, _reach(fresh, source))


def unstored(
    root: Path, question: PanelQuestion, journals: Sequence[Unsealed], some: Some | None = None
) -> View | None:
    """Return the bars of journals alone, where nothing is stored that answers; None where they have none either.

    They are of the one series that will answer once they are stored. `some`: as of `joined`.
    """
    for source in (question.timeframe, *faster(question.timeframe)):
        mine = [one for one in journals if one.folder.startswith(f"{source}.{question.market}:")]
        newest_of = {one.folder: one for one in mine}
        abouts = [(one, about_of(journal_of(root, one))) for one in newest_of.values()]
        found = [(_rank(root, one, about.series), one.folder, about.series) for one, about in abouts if about]
        wanted = [one for one in found if question.prefer in (None, one[2].id)]
        if wanted:
            _, folder, series = min(wanted)
            return _alone(root, question, series, [one for one in mine if one.folder == folder], some)
    return None


def merged(stored: Panel, fresh: Panel) -> Panel:
    """Return the bars of both, symbol by symbol in time order; of one (symbol, start) in both the fresh one counts."""
    at, twin = _places(stored, fresh)
    old = at[twin]
    cuts, runs = np.unique(at - np.searchsorted(old, at), return_index=True)  # as if the twins were gone already

    def both(ours: Column, theirs: Column) -> Column:
        kept = np.split(np.delete(ours, old) if old.size else ours, cuts)
        between = np.split(theirs, runs[1:])
        parts = [part for pair in zip(kept, between, strict=False) for part in pair]
        return np.concatenate([*parts, kept[-1]])

    symbols = np.union1d(np.array(stored.symbols, dtype=object), np.array(fresh.symbols, dtype=object))
    counts = np.zeros(symbols.size + 1, dtype=np.int64)
    counts[np.searchsorted(symbols, np.array(stored.symbols, dtype=object)) + 1] += np.diff(stored.starts)
    new = np.add.reduceat((~twin).astype(np.int64), fresh.starts[:-1])
    counts[np.searchsorted(symbols, np.array(fresh.symbols, dtype=object)) + 1] += new
    return replace(
        stored,
        symbols=tuple(symbols.tolist()),
        starts=np.cumsum(counts),
        time=both(stored.time, fresh.time),
        columns=Columns(
            dict.fromkeys((*stored.columns, *fresh.columns)),
            lambda name: both(_column(stored, name), _column(fresh, name)),
        ),
    )


class Columns(Mapping[str, Column]):
    """Columns that are made when they are first asked for: a scan reads some of a dozen, and each is a large copy."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Column]) -> None:
        self._made: dict[str, Column | None] = dict.fromkeys(names)
        self._make, self._making = make, Lock()

    def __getitem__(self, name: str) -> Column:
        """Return a column; threads that ask for the same one at once wait for each other."""
        with self._making:
            made = self._made[name]
            if made is None:
                made = self._made[name] = self._make(name)
            return made

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._made)

    def __len__(self) -> int:
        """Count the columns."""
        return len(self._made)

    def __contains__(self, name: object) -> bool:
        """Say whether there is such a column, without making it."""
        return name in self._made


def _alone(
    root: Path, question: PanelQuestion, series: Series, journals: Sequence[Unsealed], some: Some | None
) -> View | None:
    bars, offsets = _read(root, journals, some.read if some else newest)
    if bars.is_empty():
        return None
    hours, as_of = question.stored_hours, question.as_of or max(offsets)
    reach = some.reach(root, journals, series.market, hours) if some else None
    try:
        panel = fresh = panel_of(bars, series, hours=hours, actions=read_actions(root), as_of=as_of)
        if series.timeframe != question.timeframe:
            panel = slower_panel(fresh, question.timeframe, reach=reach)
    except NoData:  # none within the hours, or no slower one is whole yet
        return None
    panel = replace(panel, hours=question.hours, data_version=NOTHING + _named(offsets))
    return View(panel, replace(series, timeframe=question.timeframe), _reach(fresh, series.timeframe))


def _rank(root: Path, newest: Unsealed, series: Series) -> tuple[bool, bool, int, int]:
    """Order series as `preferred_series` does, by the newest journal of each: a longer one is of more symbols."""
    size = newest.until or found_at(journal_of(root, newest)).stat().st_size
    return series.simulated, series.volume_scope != CONSOLIDATED, -newest.session.toordinal(), -size


def _named(offsets: Mapping[dt.date, int]) -> str:
    """Return how far journals were read, as a data version says it."""
    return "".join(f"+journal_{session:%Y%m%d}@{offset}" for session, offset in offsets.items())


def _read(
    root: Path, journals: Sequence[Unsealed], read: Callable[[Path, int | None], Newest]
) -> tuple[pl.DataFrame, Mapping[dt.date, int]]:
    """Return the newest bars of journals, sorted, and of those that have any how far they were read."""
    frames, offsets = [], {}
    for one in journals:
        said = read(journal_of(root, one), one.until)
        if said.bars.size:
            frames.append(frame_of(said.bars, said.names))
            offsets[one.session] = said.offset
    return pl.concat(frames).sort("symbol", "time") if frames else pl.DataFrame(), offsets


def _as_of(question: PanelQuestion, stored: Panel, actions: pl.DataFrame, last: dt.date) -> dt.date | None:
    """Return up to when stored prices are adjusted: anew where a split lies behind the last stored session."""
    known = int(stored.columns["session"].max())
    later = any(split.ex_day > known for split in splits_in(actions, as_of=last))
    return last if question.as_of is None and later else question.as_of


def _places(stored: Panel, fresh: Panel) -> tuple[Ints, Flags]:
    """Return where each fresh bar goes among the stored ones, and whether the one that is there is the same bar's."""
    at, twin = np.empty(fresh.n_bars, dtype=np.int64), np.zeros(fresh.n_bars, dtype=bool)
    ours = np.array(stored.symbols, dtype=object)
    owner = np.searchsorted(ours, np.array(fresh.symbols, dtype=object))
    for number, symbol in enumerate(fresh.symbols):
        mine, place = slice(fresh.starts[number], fresh.starts[number + 1]), owner[number]
        known = place < ours.size and ours[place] == symbol
        first = stored.starts[place]
        theirs = stored.time[first : stored.starts[place + 1] if known else first]
        found = np.searchsorted(theirs, fresh.time[mine])
        at[mine] = first + found
        if theirs.size:
            twin[mine] = theirs[np.minimum(found, theirs.size - 1)] == fresh.time[mine]
    return at, twin


def _column(panel: Panel, name: str) -> Column:
    """Return a column; prices as traded are the plain ones where no split changes them."""
    return panel.columns[name if name in panel.columns else name.removeprefix("raw.")]


def _reach(fresh: Panel, source: str) -> Mapping[dt.date, int]:
    sessions = fresh.columns["session"].astype(np.int64)
    length = TIMEFRAMES[source] * MINUTE_US
    return {date_of(day): int(fresh.time[sessions == day].max()) + length for day in np.unique(sessions).tolist()}

"""Two parts, one view: the stored panel, and behind it the bars of sessions that are still in their journals.

    stored panel (mapped) ────────────────────┐
    journals not sealed ── newest bars ── cut ┴─ joined, in memory ── folded where slower bars are made of these

Only a question that names a day that far gets the joined panel; any other finds its panel mapped, and looking for
journals costs it the names of a few files. The joined one equals what the store says once the sessions are sealed: of a
bar that is in both the journal's counts, prices are adjusted up to the last session, and its data version names the
journals' offsets, so that it can be made again. Where nothing is stored that answers, the journals answer alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tapehawk.core.errors import NoData
from tapehawk.core.panel import Panel
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.data.panels import PanelQuestion, open_panel, panel_series
from tapehawk.data.versions import NOTHING, no_bars, parse_version

if TYPE_CHECKING:
    from tapehawk.data.joining import Some
    from tapehawk.data.so_far import SoFar

_JOURNAL = re.compile(r"\+journal_(\d{4})(\d\d)(\d\d)@(\d+)")


@dataclass(frozen=True, eq=False)
class View:
    """The bars that answer, and whose they are.

    `reach`: session of which bars came from a journal → the end of its newest bar (µs UTC).
    """

    panel: Panel
    series: Series
    reach: Mapping[dt.date, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Unsealed:
    """A journal to be read as far as byte `until` (None: its end), and the folder that says whose it is."""

    folder: str
    session: dt.date
    until: int | None = None


def open_view(
    root: Path, question: PanelQuestion, upto: dt.date | None, *, on_build: Callable[[], None] | None = None
) -> View:
    """Open what answers `question`, with the sessions up to a date that are not in the store yet (None: without).

    Raises what `open_panel` does, and CorruptStore for a journal that can't be read.
    """
    stored, named = _parts(question)
    # Before the panel is opened: what is sealed in between is then in both, not in neither.
    found = unsealed(root, upto) if upto else []
    if stored.version == NOTHING:
        then = [one for one in unsealed(root, dt.date.max, "*/*") if one.session in named]
        view = _unstored(root, stored, [replace(one, until=named[one.session]) for one in then])
        if view is None:
            raise no_bars(root, question.timeframe)
        return view
    try:
        panel = open_panel(root, stored, on_build=on_build)
    except NoData:
        view = _unstored(root, stored, found)
        if view is None:
            raise
        return view
    series = panel_series(root, replace(stored, version=panel.data_version))
    source = _source(panel)
    folder = f"{source}.{series.id}".replace("/", "_")
    mine = [one for one in found if one.folder == folder] + [
        Unsealed(folder, session, until) for session, until in named.items()
    ]
    if not mine:
        return View(panel, series)
    from tapehawk.data.joining import joined

    return joined(root, stored, View(panel, series), source, mine)


def open_view_of(
    root: Path, question: PanelQuestion, stored: View, symbols: tuple[str, ...], so_far: Callable[[Path], SoFar]
) -> View:
    """Open the bars of some symbols as `open_view` would, of a stored panel that is open and all journals there are.

    `so_far`: what a journal has, kept by whoever asks. Raises CorruptStore for a journal that can't be read.
    """
    source = _source(stored.panel)
    mine = journals_of(root, stored.series, source)
    if not mine:
        return replace(stored, panel=stored.panel.select(symbols))
    from tapehawk.data.joining import Some, joined

    found = joined(root, question, stored, source, mine, Some(symbols, so_far))
    return replace(found, panel=found.panel.select(symbols))


def open_unstored_of(
    root: Path, question: PanelQuestion, symbols: tuple[str, ...], so_far: Callable[[Path], SoFar]
) -> View | None:
    """Open the bars of some symbols that journals have, where nothing stored answers; None where they have none.

    Raises CorruptStore for a journal that can't be read.
    """
    from tapehawk.data.joining import Some

    return _unstored(root, question, unsealed(root, dt.date.max), Some(symbols, so_far))


def journals_of(root: Path, series: Series, source: str | None = None, *, sealed: bool = False) -> Sequence[Unsealed]:
    """List the journals of a series that are not in the store yet, oldest first, fastest bars last.

    `source`: of bars of one timeframe only. `sealed`: those that are in the store, too, as far as they are kept.
    """
    ends = f".{series.id}".replace("/", "_")
    found = unsealed(root, dt.date.max, "*/*" if sealed else "*/*.journal")
    mine = [one for one in found if one.folder.endswith(ends) and source in (None, one.folder[: -len(ends)])]
    return sorted(mine, key=lambda one: (one.session, -TIMEFRAMES.get(one.folder[: -len(ends)], 0)))


def unsealed(root: Path, upto: dt.date, which: str = "*/*.journal") -> Sequence[Unsealed]:
    """List the journals that are not in the store yet, of sessions up to a date, oldest first."""
    paths = sorted((root / "journal").glob(which), key=lambda path: path.stem)
    paths = [path for path in paths if path.suffix in (".journal", ".sealed")]
    found = [Unsealed(path.parent.name, dt.date.fromisoformat(path.stem)) for path in paths]
    return [one for one in found if one.session <= upto]


def _unstored(
    root: Path, question: PanelQuestion, journals: Sequence[Unsealed], some: Some | None = None
) -> View | None:
    """Return the bars of journals alone, None where they have none."""
    if not journals:
        return None
    from tapehawk.data.joining import unstored

    return unstored(root, question, journals, some)


def _parts(question: PanelQuestion) -> tuple[PanelQuestion, Mapping[dt.date, int]]:
    """Cut a data version into the tables' and the journals': session → offset."""
    if question.version is None:
        return question, {}
    offsets = {
        dt.date(int(year), int(month), int(day)): int(offset)
        for year, month, day, offset in _JOURNAL.findall(question.version)
    }
    return replace(question, version=_JOURNAL.sub("", question.version)), offsets


def _source(panel: Panel) -> str:
    """Return the timeframe of the stored bars that a panel is made of: the last that its version names."""
    tables = [name for name in parse_version(panel.data_version) if name.startswith("bars_")]
    return tables[-1].removeprefix("bars_")

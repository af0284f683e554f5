"""Two parts, one view: the stored panel, and behind it the bars of sessions that are still in their journals.

    stored panel (mapped) ────────────────────┐
    journals not sealed ── newest bars ── cut ┴─ joined, in memory ── folded where slower bars are made of these

Only a question that names a day that far gets the joined panel; any other finds its panel mapped, and looking for
journals costs it the names of a few files. The joined one equals what the store says once the sessions are sealed: of a
bar that is in both the journal's counts, prices are adjusted up to the last session, and its data version names the
journals' offsets, so that it can be made again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tapehawk.core.panel import Panel
from tapehawk.core.series import Series
from tapehawk.data.panels import PanelQuestion, open_panel, panel_series
from tapehawk.data.versions import parse_version

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
    panel = open_panel(root, stored, on_build=on_build)
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


def unsealed(root: Path, upto: dt.date) -> Sequence[Unsealed]:
    """List the journals that are not in the store yet, of sessions up to a date, oldest first."""
    paths = sorted((root / "journal").glob("*/*.journal"), key=lambda path: path.stem)
    found = [Unsealed(path.parent.name, dt.date.fromisoformat(path.stem)) for path in paths]
    return [one for one in found if one.session <= upto]


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

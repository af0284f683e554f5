"""The store's panels by timeframe, opened once per data version and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock

from tapehawk.core.errors import NoData
from tapehawk.core.panel import Panel
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.versions import panel_versions


class StoredBars:
    """Panels of one market and one kind of hours, from whichever thread they are asked.

    `question`: what is asked of every timeframe. `on_build` is called before a panel is built, which takes seconds.
    """

    def __init__(self, root: Path, question: PanelQuestion, *, on_build: Callable[[], None] | None = None) -> None:
        self._root, self._question, self._on_build = root, question, on_build
        self._kept: dict[str, tuple[dict[str, str], Panel | NoData]] = {}
        self._opening = Lock()

    def __call__(self, timeframe: str) -> Panel:
        """Return the newest panel. Raises NoData where no bars answer; that too is looked up once a data version."""
        versions = panel_versions(self._root, timeframe)
        with self._opening:
            if timeframe not in self._kept or self._kept[timeframe][0] != versions:
                self._kept[timeframe] = versions, self._opened(timeframe)
            found = self._kept[timeframe][1]
        if isinstance(found, NoData):
            raise found
        return found

    def _opened(self, timeframe: str) -> Panel | NoData:
        try:
            return open_panel(self._root, replace(self._question, timeframe=timeframe), on_build=self._on_build)
        except NoData as nothing:
            return nothing

"""Panels: the store's bars as memory-mapped columns, built once per question and data version, then only opened.

    ROOT/panels/1d.us.regular.latest.any/bars_1d@3+actions@1/meta.json, time, open, high, …

A folder is built aside and renamed, so a reader finds all of it or none. Its name holds everything that decides its
content; a newer data version makes a new folder and removes the older ones of the same question (processes that have
them mapped keep them until they close). Columns are raw little-endian files, shared through the page cache.

Opening reads file names, `meta.json` and nothing else: neither Polars nor a Delta reader is imported. Those are the
business of data/building.py, which is imported only when a panel has to be built.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.panel import Panel
from tapehawk.core.series import MARKETS, SESSION_TIMEFRAMES, Series, check_timeframe
from tapehawk.data.versions import panel_versions, parse_version

FORMAT: Final = 3
"""Layout of a panel folder; folders of another layout are rebuilt."""

_BUILDING: Final = ".building-"
HOURS: Final = ("regular", "extended")


@dataclass(frozen=True)
class PanelQuestion:
    """What a panel is asked for.

    `as_of`: adjust for the splits up to this date, None for those up to the last bar stored. `prefer`: the id of the
    series that answers, None for the store's choice. `version`: a data version, None for the newest.
    """

    timeframe: str = "1d"
    market: str = "us"
    hours: str = "regular"
    as_of: dt.date | None = None
    prefer: str | None = None
    version: str | None = None

    def __post_init__(self) -> None:
        check_timeframe(self.timeframe)
        for kind, name, valid in (("market", self.market, MARKETS), ("hours", self.hours, HOURS)):
            if name not in valid:
                raise UnknownName(kind, name, valid)

    @property
    def stored_hours(self) -> str:
        """Hours that the stored panel has: daily bars and crypto know one kind only."""
        return "regular" if self.timeframe in SESSION_TIMEFRAMES or self.market == "crypto" else self.hours

    @property
    def folder(self) -> str:
        """Name of the folder of this question's panels."""
        series = (self.prefer or "any").replace("/", "_")
        return ".".join((self.timeframe, self.market, self.stored_hours, str(self.as_of or "latest"), series))


def open_panel(root: Path, question: PanelQuestion, *, on_build: Callable[[], None] | None = None) -> Panel:
    """Open the panel that answers `question`, building it first when this data version has none.

    `on_build` is called before a build starts, which takes seconds. Raises NoData when no bars answer, CorruptStore
    when stored ones can't be read, TryAgain when the disk is full.
    """
    return find_panel(root, question) or _built(root, question, on_build)


def find_panel(root: Path, question: PanelQuestion) -> Panel | None:
    """Open the panel that answers `question` if it is built already. Raises NoData when no bars are stored."""
    for folder in _places(root, question):
        try:
            meta = json.loads((folder / "meta.json").read_bytes())
            if meta["format"] == FORMAT:
                return replace(_mapped(folder, meta), hours=question.hours)
        except (FileNotFoundError, json.JSONDecodeError):
            continue
    return None


def panel_series(root: Path, question: PanelQuestion) -> Series:
    """Return the series whose bars a built panel holds. Raises NoData when it is not built."""
    built = [folder / "meta.json" for folder in _places(root, question) if (folder / "meta.json").is_file()]
    if not built:
        raise NoData("no panel is built for this question", hint="open it first")
    facts = json.loads(built[0].read_bytes())["series"]
    as_of = facts.pop("adjusted_as_of")
    return Series(**facts, adjusted_as_of=as_of and dt.date.fromisoformat(as_of))


def write_panel(root: Path, question: PanelQuestion, panel: Panel, series: Series) -> Panel:
    """Store a panel where `open_panel` finds it, in one step, and return it mapped from there."""
    place = root / "panels" / question.folder / panel.data_version
    place.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(root / "panels")
    aside = Path(tempfile.mkdtemp(prefix=f"{_BUILDING}{os.getpid()}-", dir=root / "panels"))
    try:
        _write(aside, panel, series)
        mapped = _mapped(aside, json.loads((aside / "meta.json").read_bytes()))  # stays valid wherever the folder goes
        _take_place(aside, place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return mapped


def remove_older(root: Path, question: PanelQuestion, version: str) -> None:
    """Delete this question's panels of other data versions than `version`."""
    for folder in (root / "panels" / question.folder).iterdir():
        if folder.name != version:
            shutil.rmtree(folder, ignore_errors=True)


def _built(root: Path, question: PanelQuestion, on_build: Callable[[], None] | None) -> Panel:
    from tapehawk.data.building import build_panel

    if on_build is not None:
        on_build()
    return build_panel(root, question)


def _places(root: Path, question: PanelQuestion) -> list[Path]:
    """Where the question's panel may lie: made of its own bars, or of faster ones."""
    if question.version is None:
        versions = list(panel_versions(root, question.timeframe).values())
    else:
        parse_version(question.version)
        versions = [question.version]
    return [root / "panels" / question.folder / version for version in versions]


def _mapped(folder: Path, meta: Mapping[str, Any]) -> Panel:
    return Panel(
        symbols=tuple(meta["symbols"]),
        starts=np.array(meta["starts"], dtype=np.int64),
        time=np.memmap(folder / "time", dtype="<i8", mode="r"),
        columns={name: np.memmap(folder / name, dtype="<f8", mode="r") for name in meta["columns"]},
        timeframe=meta["timeframe"],
        hours=meta["hours"],
        calendar=meta["calendar"],
        labels=tuple(meta["labels"]),
        data_version=meta["data_version"],
        left_out=meta["left_out"],
        stale=tuple(meta["stale"]),
        apart=tuple(meta["apart"]),
    )


def _write(folder: Path, panel: Panel, series: Series) -> None:
    # Not numpy's tofile: its error does not say that the disk is full.
    (folder / "time").write_bytes(np.ascontiguousarray(panel.time, "<i8").data)
    for name, column in panel.columns.items():
        (folder / name).write_bytes(np.ascontiguousarray(column, "<f8").data)
    meta = {
        "format": FORMAT,
        "timeframe": panel.timeframe,
        "hours": panel.hours,
        "calendar": panel.calendar,
        "labels": panel.labels,
        "data_version": panel.data_version,
        "left_out": dict(panel.left_out),
        "stale": panel.stale,
        "apart": panel.apart,
        "series": {**vars(series), "adjusted_as_of": series.adjusted_as_of and series.adjusted_as_of.isoformat()},
        "columns": list(panel.columns),
        "symbols": panel.symbols,
        "starts": panel.starts.tolist(),
    }
    (folder / "meta.json").write_text(json.dumps(meta))


def _take_place(aside: Path, place: Path) -> None:
    """Rename; when another process has just put the same panel there, its copy is as good."""
    try:
        aside.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if _format_of(place) != FORMAT:
            shutil.rmtree(place)
            aside.rename(place)


def _format_of(folder: Path) -> int | None:
    """Layout of the panel in `folder`, None when there is no readable one."""
    try:
        return int(json.loads((folder / "meta.json").read_bytes())["format"])
    except (OSError, ValueError, KeyError):
        return None


def _remove_abandoned(panels: Path) -> None:
    """Delete what builders that died have left."""
    for folder in panels.glob(f"{_BUILDING}*"):
        try:
            os.kill(int(folder.name.removeprefix(_BUILDING).split("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue  # alive, and another user's

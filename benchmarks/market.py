"""The bars that benchmarks run on: the real daily bars beside the checkout, and simulated ones, as built panels."""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from tapehawk.core.panel import Panel
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "us_daily_adjusted.parquet"
SINCE = dt.date(2022, 1, 1)
_FOLDER = tempfile.TemporaryDirectory(prefix="tapehawk-bench-")


def folder(name: str) -> Path:
    """Return a folder that lives as long as the run."""
    path = Path(_FOLDER.name) / name
    path.mkdir(exist_ok=True)
    return path


@cache
def real_store() -> Path:
    """Return a store with the real daily bars, its panel built."""
    root = folder("real")
    import_path(root, REAL, ImportOptions(adjustment="split"))
    open_panel(root, PanelQuestion())
    return root


@cache
def simulated_store() -> Path:
    """Return a store with 10,000 simulated symbols × 1,255 sessions, its panel built."""
    root = folder("simulated")
    fill(root, Simulator(seed=7, symbols=10_000), dt.date(2019, 1, 2), dt.date(2023, 12, 28))
    open_panel(root, PanelQuestion())
    return root


def panel(root: Path) -> Panel:
    """Return the built panel of a store, its bytes read once so that it is warm."""
    opened = open_panel(root, PanelQuestion())
    for column in opened.columns.values():
        np.asarray(column).sum()
    return opened


@cache
def real_frame() -> pl.DataFrame:
    """Return the real daily bars as a frame, the form our peers start from."""
    frame = pl.read_parquet(REAL).with_columns(pl.col("volume").cast(pl.Float64))
    return frame.sort("symbol", "date").rechunk()

"""The Polars program as a script that reads the Parquet file and prints its hits."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.peers.lc_polars import scan

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "us_daily_adjusted.parquet"

if __name__ == "__main__":
    bars = pl.read_parquet(DATA).with_columns(pl.col("volume").cast(pl.Float64)).sort("symbol", "date")
    print(scan(bars, dt.date.fromisoformat(sys.argv[1]), "in-memory").write_json())

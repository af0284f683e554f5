"""The analysis against another hand: the same parts written in pandas, on walks and on real bars."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks.peers import deep_pandas
from tapehawk.core.panel import Panel
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.scan.deep import usual_parts
from tests.analysis import tapes


def frame_of(panel: Panel, symbol: str) -> pd.DataFrame:
    place = panel.symbols.index(symbol)
    rows = slice(panel.starts[place], panel.starts[place + 1])
    return pd.DataFrame({name: panel.columns[name][rows] for name in (*tapes.PRICES, "volume")})


def said(found: dict) -> dict:
    """What both hands say of a symbol."""
    levels, regime = found["sl_tp"], found["market_regime"]
    return {
        "score": found["opportunity_score"]["score"],
        **{name: regime[name] for name in ("regime", "confidence", "volatility")},
        **{name: levels[name] for name in ("stop", "target", "reward_risk")},
        "strength": found["confluence"]["strength"],
    }


def agree(a: dict, b: dict) -> bool:
    """Whether both say the same, numbers to 1e-6."""
    numbers = [name for name, value in a.items() if isinstance(value, float)]
    words = [name for name in a if name not in numbers]
    same = [a[name] for name in words] == [b[name] for name in words]
    return same and [a[name] for name in numbers] == pytest.approx([b[name] for name in numbers], rel=1e-6)


@pytest.mark.parametrize("side", ["BUY", "SELL"])
@pytest.mark.parametrize(("seed", "drift"), [(11, 0.0), (12, 0.002), (13, -0.002), (14, 0.0)])
def test_both_hands_agree_on_walks(seed, drift, side):
    panels = tapes.every(400, seed=seed, drift=drift)
    found = tapes.analyst(panels, *usual_parts()).analyse(tapes.SYMBOLS, dict.fromkeys(tapes.SYMBOLS, side))
    for symbol in tapes.SYMBOLS:
        bars = {timeframe: frame_of(panel, symbol) for timeframe, panel in panels.items()}
        assert agree(said(found[symbol]), deep_pandas.analysis(bars, side))


def test_both_hands_agree_on_real_bars(shared, tmp_path):
    files = {"1d": "crypto_1d.parquet", "1h": "crypto_1h.parquet", "5m": "crypto_5m.parquet"}
    for timeframe, name in files.items():
        import_path(tmp_path, shared / name, ImportOptions(adjustment="none", timeframe=timeframe, market="crypto"))
    panels = {tf: open_panel(tmp_path, PanelQuestion(tf, market="crypto")) for tf in ("5m", "1h", "1d", "1w")}
    end = pd.Timestamp(int(max(panel.time.max() for panel in panels.values())), unit="us", tz="UTC")
    analyst = tapes.analyst(panels, *usual_parts(), at=(end + pd.Timedelta(days=1)).to_pydatetime())
    common = set.intersection(*(set(panel.symbols) for panel in panels.values()))
    for side in ("BUY", "SELL"):
        for symbol, found in analyst.analyse(sorted(common), dict.fromkeys(common, side)).items():
            assert found["confluence"]["available"], found
            bars = {tf: frame_of(panel, symbol) for tf, panel in panels.items() if tf != "1w"}
            assert agree(said(found), deep_pandas.analysis(bars, side))

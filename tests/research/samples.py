"""Samples made for tests: of numbers with a known edge, and of the simulated market's own signals."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tapehawk.core.features import features_of
from tapehawk.core.panel import Panel
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill
from tapehawk.research.labels import samples_of
from tapehawk.research.samples import Samples
from tapehawk.scan.asked import asked_for
from tapehawk.scan.past import past_signals
from tapehawk.scan.question import Question
from tapehawk.scanners.volume_spike import VolumeSpike

FIRST, LAST = dt.date(2022, 1, 3), dt.date(2024, 6, 28)


def numbers(count: int = 1500, *, edge: float = 1.0, seed: int = 0, horizon: int = 14) -> Samples:
    """Signals on about a day each of 500 days with three features; the second one moves the odds by `edge`."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, 3))
    label = (rng.random(count) < 1 / (1 + np.exp(-edge * features[:, 1]))).astype(float)
    day = np.sort(rng.integers(18_000, 18_500, count))
    return Samples(("noise", "edge", "more noise"), features, label, day, day + horizon)


@cache
def market(seed: int, symbols: int = 40) -> Panel:
    """Return two and a half years of a simulated market."""
    with TemporaryDirectory() as folder:
        fill(Path(folder), Simulator(symbols=symbols, seed=seed), FIRST, LAST)
        panel = open_panel(Path(folder), PanelQuestion())
        columns = {name: np.array(column) for name, column in panel.columns.items()}
        return replace(panel, columns=columns, time=np.array(panel.time), starts=np.array(panel.starts))


def signals(panel: Panel) -> Samples:
    """Return the volume spikes of a market as samples."""
    scanner, question = VolumeSpike(), Question("volume_spike", start_date=FIRST)
    past = past_signals(scanner, question, asked_for(Path("/nowhere"), question, panel), features_of)
    return samples_of(past.panel, past.found, tuple(features_of(past.found[0].setup))).complete()


def shuffled(samples: Samples, seed: int) -> Samples:
    """Return the same signals with each other's outcomes."""
    return replace(samples, label=np.random.default_rng(seed).permutation(samples.label))


def reversed_in_time(samples: Samples) -> Samples:
    """Return the same outcomes with the features of the signal that is as far from the other end."""
    return replace(samples, features=samples.features[::-1].copy())


def with_an_edge(panel: Panel, drift: float = 0.01) -> Panel:
    """Return the market with what follows on busy bars decided by how busy they are.

    For ten sessions after a bar on more than three times its usual volume the price goes on as the bar did, after one
    on two to three times it turns: `drift` (log) a session. All prices of a bar move alike, so its shape stays.
    """
    o, c, v = (panel.columns[name] for name in ("open", "close", "volume"))
    push = np.zeros(panel.n_bars)
    for first, last in zip(panel.starts[:-1], panel.starts[1:], strict=True):
        for i in range(first + 20, last - 1):
            times = v[i] / v[i - 20 : i].mean()
            if times > 2:
                push[i + 1 : min(i + 11, last)] += drift * np.sign(c[i] - o[i]) * (1 if times > 3 else -1)
        push[first:last] = np.cumsum(push[first:last])
    prices = ("open", "high", "low", "close")
    moved = {name: x * np.exp(push) for name, x in panel.columns.items() if name.removeprefix("raw.") in prices}
    return replace(panel, columns={**panel.columns, **moved})

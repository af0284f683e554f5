"""Triple-barrier labels: each signal walked bar by bar, slowly; none whose horizon the bars do not reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tapehawk.core.features import features_of
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import BUY
from tapehawk.core.sessions import us_calendar
from tapehawk.core.watch import Found
from tapehawk.research.labels import samples_of
from tapehawk.research.samples import Samples
from tapehawk.scan.asked import asked_for
from tapehawk.scan.past import PastSignals, past_signals
from tapehawk.scan.question import Question
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.research.samples import FIRST, market

HORIZON, COOLDOWN = 10, 5  # sessions


@pytest.fixture(scope="module")
def past() -> PastSignals:
    question = Question("volume_spike", start_date=FIRST)
    panel = market(7, symbols=12)
    return past_signals(VolumeSpike(), question, asked_for(Path("/nowhere"), question, panel), features_of)


def names(past: PastSignals) -> tuple[str, ...]:
    return tuple(features_of(past.found[0].setup))


def walked(panel: Panel, found: Found) -> list[tuple[int, int, float]]:
    """Return (signal's day, last day of its horizon, label) of every signal that was traded to the end."""
    every = us_calendar().date
    session = panel.columns["session"].astype(int)
    o, h, l = (panel.columns[name] for name in ("open", "high", "low"))
    side = 1 if found.setup.direction is BUY else -1
    told, silent = [], {}
    for symbol, bar, entry, stop in zip(
        found.symbol, found.bar, found.columns["entry"], found.columns["stop"], strict=True
    ):
        end, risk = panel.starts[symbol + 1], side * (entry - stop)
        at = int(np.searchsorted(every, session[bar]))
        if risk <= 0 or at <= silent.get(symbol, -1):
            continue
        silent[symbol] = at + COOLDOWN
        if bar + 1 >= end:
            continue
        target = entry + side * risk
        hair = 1e-9 * entry  # levels are sums, prices are ticks
        place = int(np.searchsorted(every, session[bar + 1]))
        until = int(every[place + HORIZON])
        late = session[bar + 1] > every[int(np.searchsorted(every, session[bar])) + 5]
        gone = side * o[bar + 1] >= side * target - hair
        if late or gone or until > session.max():
            continue
        label = 0.0
        for i in range(bar + 1, end):
            worst, best = (l[i], h[i]) if side > 0 else (h[i], l[i])
            if session[i] > until or side * worst <= side * stop + hair:
                break
            if side * best >= side * target - hair:
                label = 1.0
                break
        told.append((int(session[bar]), until, label))
    return told


def told(samples: Samples) -> list[tuple[int, int, float]]:
    return sorted(zip(samples.day.tolist(), samples.until.tolist(), samples.label.tolist(), strict=True))


def test_the_labels_are_those_of_walking_each_signal_bar_by_bar(past):
    expected = sorted(one for found in past.found for one in walked(past.panel, found))
    assert len(expected) > 200
    assert told(samples_of(past.panel, past.found, names(past))) == expected


def test_a_walk_that_looks_a_bar_too_early_would_be_noticed(past):
    spoiled = past.panel.columns | {"high": np.roll(past.panel.columns["high"], -1)}
    panel = Panel(past.panel.symbols, past.panel.starts, past.panel.time, spoiled)
    expected = sorted(one for found in past.found for one in walked(past.panel, found))
    assert told(samples_of(panel, past.found, names(past))) != expected


def test_the_features_are_those_shown_of_the_very_signal(past):
    samples = samples_of(past.panel, past.found[:1], names(past))
    one, session = past.found[0], past.panel.columns["session"]
    shown = {
        (int(session[bar]), *(one.columns[name][k] for name in names(past))) for k, bar in enumerate(one.bar.tolist())
    }
    rows = zip(samples.day.tolist(), samples.features.tolist(), strict=True)
    known = [(day, *features) for day, features in rows if np.isfinite(features).all()]
    assert known
    assert set(known) <= shown


def test_the_samples_of_several_patterns_stand_in_order_of_their_days(past):
    samples = samples_of(past.panel, past.found, names(past))
    parts = [len(samples_of(past.panel, [one], names(past))) for one in past.found]
    assert len(samples) == sum(parts)
    assert (np.diff(samples.day) >= 0).all()


def test_no_label_is_given_that_the_bars_do_not_reach_the_end_of(past):
    last = int(past.panel.columns["session"].max())
    assert samples_of(past.panel, past.found, names(past)).until.max() <= last
    cut = past.panel.until(int(np.quantile(past.panel.time, 0.5)))
    question = Question("volume_spike", start_date=FIRST)
    early = past_signals(VolumeSpike(), question, asked_for(Path("/nowhere"), question, cut), features_of)
    whole, half = (told(samples_of(one.panel, one.found, names(past))) for one in (past, early))
    assert half == [one for one in whole if one[1] <= int(cut.columns["session"].max())]


def test_rows_with_an_unknown_feature_are_left_out_of_what_is_trained_on(past):
    samples = samples_of(past.panel, past.found, names(past))
    complete = samples.complete()
    assert 0 < len(complete) < len(samples)
    assert np.isfinite(complete.features).all()

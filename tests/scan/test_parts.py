"""A scan in parts of the universe is, put together, the scan of the whole to the last byte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core import panel as panels
from tapehawk.core.columns import close
from tapehawk.core.errors import BadInput
from tapehawk.core.expr import rank
from tapehawk.core.scanner import BUY, Scanner, Setup
from tapehawk.scan.asked import asked_for
from tapehawk.scan.desk import Desk
from tapehawk.scan.finds import packed, together, unpacked
from tapehawk.scan.floors import Floors
from tapehawk.scan.looking import look_for
from tapehawk.scan.question import Question
from tapehawk.scanners.breakout import Breakout
from tapehawk.scanners.gap import Gap
from tapehawk.scanners.lc import Lc
from tapehawk.scanners.momentum import Momentum
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.scan.market import NOWHERE, calm, days, steps
from tests.scanners.tape import START, market
from tests.scanners.test_lc import TAPE

DAYS = 160


class Ranked(Scanner):
    """The strongest of all."""

    def setups(self):
        yield Setup("strong", BUY, {"strong": rank(close / close[5]) >= 0.9}, stop=close * 0.9, score=close)


SCANNERS = [
    Breakout(min_price=1, max_price=1e6, breakout_volume_ratio=0.5, resistance_break_pct=0),
    Breakout(min_price=1, max_price=1e6, breakout_volume_ratio=0.5, max_results_per_day=1),
    Gap(min_price=1),
    Momentum(min_price=1),
    VolumeSpike(min_price=1),
    Lc(min_price=0, min_volume=0, min_dollar_volume=0),
    Ranked(min_price=1, min_dollar_volume=0),
]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(panels, "LEAST_BLOCK_BARS", DAYS * 2)


@pytest.fixture(scope="module")
def bars():
    """Forty symbols that rise and fall by chance."""
    chance, tape = np.random.default_rng(7), {}
    for number in range(40):
        price, rows = float(chance.uniform(20, 400)), []
        for _ in range(DAYS):
            opened = price * float(np.exp(chance.normal(0, 0.02)))
            price = opened * float(np.exp(chance.normal(0.002, 0.04)))
            high, low = max(opened, price) * 1.01, min(opened, price) * 0.99
            rows.append((opened, high, low, price, float(chance.lognormal(15, 0.8))))
        tape[f"S{number:02}"] = rows
    for name in ("S03", "S17", "S18", "S33"):  # what `lc` looks for
        tape[name] = [*calm(DAYS - len(TAPE), TAPE[0][0]), *TAPE]
    return market(tape)


def look_at(scanner, bars, **about):
    on = days(DAYS, START)
    question = Question(scanner.type(), start_date=on[20], end_date=on[-1], **about)
    return look_for([scanner], question, asked_for(NOWHERE, question, bars))


def plain(report):
    return replace(report, scan_id="", elapsed_ms=0.0).to_json()


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda one: f"{one.type()} {one.limit()[0]}")
@pytest.mark.parametrize("bars_a_part", [1, 7 * DAYS, 10**9])
def test_parts_put_together_are_the_whole(scanner, bars, bars_a_part):
    look, desk = look_at(scanner, bars), Desk(NOWHERE)
    (whole,) = desk.scan([scanner], look.question, look.asked)
    parts = look.parts(bars_a_part)
    found = [unpacked(packed(look.find_in(part)), look.find_in(range(0))) for part in parts]
    assert plain(desk.report(scanner, together(found), look)) == plain(whole)
    assert len(whole) >= (8 if isinstance(scanner, Lc) else 20)
    assert [name for part in parts for name in part] == list(range(len(look.panel.symbols)))


def test_the_parts_are_many_and_what_is_ranked_is_one(bars):
    assert len(look_at(Gap(), bars).parts(1)) == 20
    assert look_at(Ranked(), bars).parts(1) == (range(40),)


def test_finds_of_another_search_are_refused(bars):
    gaps, spikes = look_at(Gap(), bars), look_at(VolumeSpike(), bars)
    for data in (packed(gaps.find_in(range(40))), b"", b"PK\x03\x04 nothing"):
        with pytest.raises(BadInput, match="another search"):
            unpacked(data, spikes.find_in(range(0)))


def test_what_is_left_out_has_no_hit_and_is_counted(bars):
    gap = Gap(min_price=1)
    look = look_at(gap, bars, without=("S00", "S01"))
    (report,) = Desk(NOWHERE).scan([gap], look.question, look.asked)
    (whole,) = Desk(NOWHERE).scan([gap], look_at(gap, bars).question, look_at(gap, bars).asked)
    assert [row for row in whole.results if row["ticker"] not in ("S00", "S01")] == report.results
    entered = next(step for step in report.funnel[0]["steps"] if "reasons" in step)
    assert entered["reasons"] == {"excluded": 2}


def test_floors_hide_rows_before_the_cap_and_stand_in_the_funnel(bars):
    scanner = Breakout(
        min_price=1, max_price=1e6, breakout_volume_ratio=0.5, max_results_per_day=100_000, min_probability_score=0
    )
    floors = Floors(volume=4e6, dollar_volume=5e8, price=100, highest_price=300)
    look, free = look_at(scanner, bars, floors=floors), look_at(scanner, bars)
    (report,) = Desk(NOWHERE).scan([scanner], look.question, look.asked)
    (whole,) = Desk(NOWHERE).scan([scanner], free.question, free.asked)
    meets = [row for row in whole.results if row["volume"] >= 4e6 and 100 <= row["entry"] <= 300]
    meets = [row for row in meets if row["volume"] * row["entry"] >= 5e8]
    assert report.results == meets
    assert 0 < len(meets) < len(whole.results)
    assert "filter: volume ≥ 4,000,000" in steps(report)


def test_a_pattern_known_at_the_open_is_asked_about_the_bar_before(bars):
    gap = Gap(min_price=1)
    look, free = look_at(gap, bars, floors=Floors(volume=4e6)), look_at(gap, bars)
    (report,) = Desk(NOWHERE).scan([gap], look.question, look.asked)
    (whole,) = Desk(NOWHERE).scan([gap], free.question, free.asked)
    known = [row for row in whole.results if row["volume"] >= 4e6]  # such a row shows the volume of the bar before
    assert report.results == known != []

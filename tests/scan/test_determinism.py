"""The same question has the same results and funnel, to the byte: over processes, threads and orders of symbols."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.bars import SCHEMA
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import day_number, us_calendar
from tapehawk.data import store
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tapehawk.scan.report import Report
from tests.scan.market import SIP, days, fill, frame
from tests.scanners.test_lc import TAPE as EXTENDED

SCANNERS = [name for name in scanner_names() if name != "ml"]  # that one answers with a trained model only
DAY = days(90)[-1]
FORMS = {
    "date": {"scan_date": DAY},
    "range": {"start_date": dt.date(2024, 3, 1)},
    "intraday": {"scan_date": DAY, "timeframe": "30m", "cutoff": "12:00"},
}
EAGER = {  # what keeps a drawn market from having hits at all
    "crp": {"range_threshold_pct": 100, "range_ratio": 10, "volume_ratio": 0},
    "relative_volume": {"min_relative_volume": 1},
}
ASKED = [
    (name, form)
    for form, question in FORMS.items()
    for name in SCANNERS
    if question.get("timeframe", "1d") in scanner_type(name).timeframes
]

ASK = """
import sys
from pathlib import Path
from tapehawk.scan.desk import Desk
from tests.scan.test_determinism import ASKED, answer
for scanner, form in ASKED:
    print(answer(Desk(Path(sys.argv[1]), threads=int(sys.argv[2])), scanner, form))
"""


def asking(scanner: str, form: str, **question: object) -> Question:
    return Question(scanner, parameters=EAGER.get(scanner, {}), **FORMS[form], **question)


def answer(desk: Desk, scanner: str, form: str, **question: object) -> str:
    """The bytes that are promised: results and funnel."""
    report = desk.run(asking(scanner, form, **question)).to_dict()
    return json.dumps([report["results"], report["funnel"]], ensure_ascii=False, allow_nan=False)


def tape(seed: int, bars: int = 90, wild: float = 0.03) -> list:
    rng = np.random.default_rng(seed)
    c = np.round(100 * np.exp(np.cumsum(rng.normal(0, wild, bars))), 2)
    o = np.round(c * np.exp(rng.normal(0, wild / 3, bars)), 2)
    volume = np.round(rng.uniform(1e6, 9e6, bars))
    return list(zip(o, np.maximum(o, c) * 1.01, np.minimum(o, c) * 0.99, c, volume, strict=True))


def half_hours(symbol: str, seed: int, on: list[dt.date]) -> pl.DataFrame:
    """A symbol's bars of some regular sessions."""
    opens = us_calendar().open_of(np.array([day_number(day) for day in on]))
    times = np.add.outer(opens, np.arange(13) * 1_800_000_000).ravel()
    rows = [(symbol, int(at), *bar) for at, bar in zip(times, tape(seed, times.size, 0.01), strict=True)]
    frame = pl.DataFrame(rows, schema={**SCHEMA, "time": pl.Int64}, orient="row")
    return frame.with_columns(pl.col("time").cast(SCHEMA["time"]))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    twins = {f"S{seed:02}": seed // 2 for seed in range(40)}  # in pairs, so that orders have ties to break
    minutes = pl.concat([half_hours(name, seed, days(90)[-30:]) for name, seed in twins.items()])
    bars = [frame(name, tape(seed), days(90)) for name, seed in twins.items()]
    bars += [frame(name, EXTENDED, days(90)[-len(EXTENDED) :]) for name in ("RUN1", "RUN2")]
    root = fill(tmp_path_factory.mktemp("store"), *bars)
    store.append_bars(root, [(replace(SIP, timeframe="30m"), minutes)])
    return root


def test_processes_with_other_hash_seeds_and_thread_counts_give_the_same_bytes(root, request):
    ours = [answer(Desk(root, threads=1), *asked) for asked in ASKED]
    found = Counter(name for (name, _), one in zip(ASKED, ours, strict=True) for _ in json.loads(one)[0])
    assert set(SCANNERS) - set(found) <= {"parabolic"}  # which needs years of history
    for seed, threads in (("1", "1"), ("2", "2"), ("3", "5")):
        said = subprocess.run(
            [sys.executable, "-c", ASK, str(root), threads],
            capture_output=True, text=True, check=True, timeout=120, cwd=request.config.rootpath,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert said.stdout.splitlines() == ours


@pytest.mark.parametrize(("scanner", "form"), ASKED)
def test_threads_and_small_blocks_change_no_byte(root, scanner, form, monkeypatch):
    one = answer(Desk(root, threads=1), scanner, form)
    monkeypatch.setattr(Panel, "blocks", lambda self, bars=0: (self.block(i, i + 1) for i in range(len(self.symbols))))
    assert answer(Desk(root, threads=4), scanner, form) == one


@pytest.mark.parametrize(("scanner", "form"), [one for one in ASKED if one[1] != "range"])
def test_the_order_in_which_symbols_are_asked_for_changes_no_byte(root, scanner, form):
    names = [f"S{i:02}" for i in range(0, 40, 3)]
    asked = answer(Desk(root), scanner, form, symbols=tuple(names))
    assert answer(Desk(root), scanner, form, symbols=tuple(reversed(names))) == asked


@pytest.mark.parametrize("form", ["date", "intraday"])
def test_scanners_asked_together_answer_as_each_alone(root, form):
    scanners = [name for name, asked in ASKED if asked == form]
    together = Desk(root).run_together([asking(name, form) for name in scanners])
    for report, scanner in zip(map(Report.to_dict, together), scanners, strict=True):
        assert json.dumps([report["results"], report["funnel"]], ensure_ascii=False) == answer(
            Desk(root), scanner, form
        )


def test_an_order_that_leaves_ties_to_chance_is_caught(root, monkeypatch):
    from tapehawk.scan import rows

    one = answer(Desk(root), "inside_bar", "range")
    turned = rows.np.lexsort

    def by_the_last_key_only(keys):
        return turned(keys[-1:])[::-1]

    monkeypatch.setattr(rows.np, "lexsort", by_the_last_key_only)
    assert answer(Desk(root), "inside_bar", "range") != one

"""The same question has the same results and funnel, to the byte: over processes, threads and orders of symbols."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tapehawk.core.panel import Panel
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tests.scan.market import days, fill, frame

SCANNERS = ("inside_bar", "breakout", "lc", "technical", "momentum")
DAY = days(90)[-1]

ASK = """
import datetime as dt, sys
from pathlib import Path
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tests.scan.test_determinism import answer
root, threads, *scanners = sys.argv[1:]
for scanner in scanners:
    print(answer(Desk(Path(root), threads=int(threads)), scanner))
"""


def answer(desk: Desk, scanner: str, **question: object) -> str:
    """The bytes that are promised: results and funnel."""
    report = desk.run(Question(scanner, **({"scan_date": DAY} | question))).to_dict()
    return json.dumps([report["results"], report["funnel"]], ensure_ascii=False, allow_nan=False)


def tape(seed: int) -> list:
    rng = np.random.default_rng(seed)
    c = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.03, 90))), 2)
    o = np.round(c * np.exp(rng.normal(0, 0.01, 90)), 2)
    volume = np.round(rng.uniform(1e6, 9e6, 90))
    return list(zip(o, np.maximum(o, c) * 1.01, np.minimum(o, c) * 0.99, c, volume, strict=True))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    twins = [tape(seed // 2) for seed in range(40)]  # in pairs, so that orders have ties to break
    return fill(tmp_path_factory.mktemp("store"), *(frame(f"S{i:02}", bars, days(90)) for i, bars in enumerate(twins)))


def test_processes_with_other_hash_seeds_and_thread_counts_give_the_same_bytes(root, request):
    ours = [answer(Desk(root, threads=1), scanner) for scanner in SCANNERS]
    assert sum(len(json.loads(one)[0]) for one in ours) > 5
    for seed, threads in (("1", "1"), ("2", "2"), ("3", "5")):
        said = subprocess.run(
            [sys.executable, "-c", ASK, str(root), threads, *SCANNERS],
            capture_output=True, text=True, check=True, timeout=120, cwd=request.config.rootpath,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert said.stdout.splitlines() == ours


@pytest.mark.parametrize("scanner", SCANNERS)
@pytest.mark.parametrize(
    "question", [{}, {"scan_date": None, "start_date": dt.date(2024, 3, 1)}], ids=["date", "range"]
)
def test_threads_and_small_blocks_change_no_byte(root, scanner, question, monkeypatch):
    one = answer(Desk(root, threads=1), scanner, **question)
    monkeypatch.setattr(Panel, "blocks", lambda self, bars=0: (self.block(i, i + 1) for i in range(len(self.symbols))))
    assert answer(Desk(root, threads=4), scanner, **question) == one


@pytest.mark.parametrize("scanner", SCANNERS)
def test_the_order_in_which_symbols_are_asked_for_changes_no_byte(root, scanner):
    names = [f"S{i:02}" for i in range(0, 40, 3)]
    asked = answer(Desk(root), scanner, symbols=tuple(names))
    assert answer(Desk(root), scanner, symbols=tuple(reversed(names))) == asked


def test_scanners_asked_together_answer_as_each_alone(root):
    desk, questions = Desk(root), [Question(scanner, scan_date=DAY) for scanner in SCANNERS]
    together = [report.to_dict() for report in desk.run_together(questions)]
    for report, scanner in zip(together, SCANNERS, strict=True):
        assert json.dumps([report["results"], report["funnel"]], ensure_ascii=False) == answer(desk, scanner)


def test_an_order_that_leaves_ties_to_chance_is_caught(root, monkeypatch):
    from tapehawk.scan import rows

    one = answer(Desk(root), "inside_bar", scan_date=None, start_date=dt.date(2024, 3, 1))
    turned = rows.np.lexsort

    def by_the_last_key_only(keys):
        return turned(keys[-1:])[::-1]

    monkeypatch.setattr(rows.np, "lexsort", by_the_last_key_only)
    assert answer(Desk(root), "inside_bar", scan_date=None, start_date=dt.date(2024, 3, 1)) != one

"""States and events: which hits became true at their bar, over history and as bars close."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.became import became, find_events, held_after
from tapehawk.core.columns import close, open_
from tapehawk.core.live import Live
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import NONE, Setup
from tapehawk.core.watch import Found, Watch

GREEN = Setup("green", NONE, {"green": close > open_})


def panel_of(*symbols: str) -> Panel:
    """A panel of minutes: `g` green, `r` red; one text a symbol."""
    opened = np.full(sum(map(len, symbols)), 10.0)
    closed = np.array([11.0 if bar == "g" else 9.0 for bar in "".join(symbols)])
    counts = [len(bars) for bars in symbols]
    columns = dict.fromkeys(("open", "high", "low", "volume"), opened) | {"close": closed}
    zero = np.zeros(closed.size)
    return Panel(
        tuple("ABCDEF"[: len(symbols)]),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.concatenate([np.arange(n) for n in counts]).astype(np.int64) * 60_000_000,
        {**columns, "session": zero, "minute": zero},
        timeframe="1m",
    )


def watch() -> Watch:
    return Watch("one", {}, (GREEN,), ({"close": close},))


def every(block) -> np.ndarray:
    return np.full(block.n_bars, 2, dtype=np.uint8)


def said(found: Found) -> str:
    """Hits in order, `E` for an event and `s` for one that was true before."""
    return "".join("E" if new else "s" for new in found.began)


def test_a_hit_is_an_event_where_the_symbols_bar_before_was_none():
    (found,) = find_events(panel_of("rggrg", "gg", "", "rg"), [watch()], every)
    assert found.bar.tolist() == [1, 2, 4, 5, 6, 8]
    assert said(found) == "EsEEsE"


def test_the_bar_before_the_first_that_is_asked_for_counts():
    panel = panel_of("ggg", "rgg", "grg")

    def the_last_two(block) -> np.ndarray:
        return np.where(block.time >= 60_000_000, 2, 0).astype(np.uint8)

    (found,) = find_events(panel, [watch()], the_last_two)
    assert found.bar.tolist() == [1, 2, 4, 5, 8]
    assert said(found) == "ssEsE"


def test_what_is_held_before_the_bars_counts_and_goes_on_behind_them():
    found = Found("one", GREEN, [], symbol=np.array([0, 1]), bar=np.array([0, 2]))
    starts = np.array([0, 2, 3, 3])
    held = np.array([True, False, True])
    assert became(found, starts, held).tolist() == [False, True]
    assert held_after(found, starts, held).tolist() == [False, True, True]


bars = st.lists(st.sampled_from("gr"), max_size=12).map("".join)


def cut(texts: list[str], edges: list[int]) -> list[Panel]:
    """The panel in pieces, each with all symbols."""
    places = [0, *sorted(edges), 12]
    return [panel_of(*(text[a:b] for text in texts)) for a, b in pairwise(places)]


@given(texts=st.lists(bars, min_size=1, max_size=4), edges=st.lists(st.integers(0, 12), max_size=5))
def test_however_bars_come_in_pieces_the_events_are_those_of_history(texts, edges):
    assert lived(texts, edges) == historical(texts)


def historical(texts: list[str]) -> list[str]:
    """The slow obvious way: of each symbol the places of green bars behind a red one or none."""
    return [
        "".join("E" if text[:at][-1:] != "g" else "s" for at, bar in enumerate(text) if bar == "g") for text in texts
    ]


def lived(texts: list[str], edges: list[int]) -> list[str]:
    live = Live([watch()], panel_of(*("" for _ in texts)))
    found = ["" for _ in texts]
    for piece in cut(texts, edges):
        (one,) = live.advance(piece)
        for symbol, letter in zip(one.symbol.tolist(), said(one), strict=True):
            found[symbol] += letter
    live.close()
    return found


def test_planted_a_memory_that_is_not_kept_is_found(monkeypatch):
    monkeypatch.setattr("tapehawk.core.live.held_after", lambda found, starts, held: np.zeros_like(held))
    assert lived(["gg"], [1]) != historical(["gg"])


@pytest.mark.parametrize("replayed", ["rewind", "replay"])
def test_a_symbol_played_again_says_of_each_hit_anew_whether_it_is_an_event(replayed):
    live = Live([watch()], panel_of("", ""))
    live.advance(panel_of("rg", "gg"))
    live.checkpoint()
    live.advance(panel_of("rg", "rg"))
    right = panel_of("gg", "gg")
    if replayed == "rewind":
        alone = replace(panel_of("gg"), symbols=("B",))
        (again,) = live.rewind(1, alone)
        assert said(again) == "ss"
    else:
        (again,) = live.replay(right)
        assert said(again) == "ssss"
    (after,) = live.advance(panel_of("g", "g"))
    assert said(after) == "ss"


def test_a_saved_memory_knows_what_was_held():
    first, second = (Live([watch()], panel_of("", "")) for _ in range(2))
    first.advance(panel_of("rg", "gr"))
    second.restore(first.saved(), first.saved())
    (found,) = second.advance(panel_of("g", "g"))
    assert said(found) == "sE"

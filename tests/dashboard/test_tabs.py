"""The tabs: what each of them shows is what the desk says."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections import Counter

import numpy as np
import polars as pl
import pytest

from tapehawk.app import asking, streaming
from tapehawk.app.describing import describe
from tapehawk.app.saving import FORMATS, as_bytes
from tapehawk.app.settings import settings
from tests.dashboard.pages import figure, opened, rows, run, said, typed

pytestmark = pytest.mark.usefixtures("stored")
RANGE = {"scanner": "technical", "when": "Range", "from": "2025-03-03", "to": "2025-06-30"}
RANGED = "--start-date 2025-03-03 --end-date 2025-06-30"


# ----------------------------------------------------------------------------------------------- results


def test_the_chart_is_that_of_the_chosen_row_with_its_levels_at_its_bar():
    page = opened(scanner="technical")
    row = rows(page)[0]
    drawn = figure(page, "candles")
    prices = drawn["data"][0]
    levels = {shape["y0"] for shape in drawn["layout"]["shapes"] if shape["y0"] == shape["y1"]}
    assert levels == {row[name] for name in ("entry", "stop", "target1", "target2")}
    assert prices["x"][-1] == "2025-06-30"
    assert prices["close"][-1] == pytest.approx(row["entry"])


def test_another_row_that_is_chosen_has_its_own_chart():
    page = opened(scanner="technical")
    (table,) = page.dataframe
    page.session_state[table.key] = {"selection": {"rows": [2]}}
    row = rows(run(page))[2]
    assert f"candles·{row['symbol']}·" in page.get("plotly_chart")[0].proto.id


def test_a_row_of_a_range_is_charted_with_what_came_after_it_behind_a_mark():
    page = opened(**RANGE)
    row = rows(page)[0]
    drawn = figure(page, "candles")
    x = drawn["data"][0]["x"]
    marks = {shape["x0"] for shape in drawn["layout"]["shapes"] if shape["x0"] == shape["x1"]}
    assert [x[mark] for mark in marks] == [row["date"]]
    assert x[-1] > row["date"]


def test_no_more_bars_are_charted_than_the_settings_allow(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMLIT__MAX_CHART_POINTS", "25")
    assert len(figure(opened(scanner="technical"), "candles")["data"][0]["x"]) == 25


def test_nothing_found_says_which_condition_took_the_last_ones():
    page = opened(scanner="formula")
    page.sidebar.text_area(key="formula.formula").input("close > open and close < 0")
    assert re.search(r"close < 0 left none of \d+ symbols", said(run(page)))


# -------------------------------------------------------------------------------------------------- live


@pytest.fixture
def ticking(monkeypatch):
    """Return a clock that the test sets, in seconds."""
    at = [1000.0]
    monkeypatch.setattr("tapehawk.dashboard.live_tab.SYSTEM", streaming.SYSTEM.__class__(tick=lambda: at[0]))
    return at


def test_a_live_scan_makes_rounds_when_they_are_due_until_it_is_stopped(ticking):
    page = opened(tab="Live scan", scanner="technical")
    page.button(key="start").click()
    run(page)
    assert "**round 1**" in said(page)
    found = [{key: value for key, value in row.items() if key != "news"} for row in rows(page, column="news")]
    assert found == typed("scanner run --scanner-type technical")["results"]
    assert "simulated" in said(page)
    ticking[0] += 10
    assert "**round 1**" in said(run(page))
    ticking[0] += 20
    assert "**round 2**" in said(run(page))
    page.button(key="stop").click()
    assert "round" not in said(run(page))


def test_a_live_scan_goes_on_with_the_question_it_was_started_with():
    page = opened(tab="Live scan", scanner="technical")
    page.button(key="start").click()
    run(page)
    page.sidebar.selectbox(key="scanner").select("gap")
    run(page)
    assert "Stop and start" in said(page)
    assert "scanner run --scanner-type technical --stream --interval 30" in said(page)


def test_a_row_that_is_new_is_marked_and_one_that_is_gone_is_listed(ticking, monkeypatch):
    page = opened(tab="Live scan", scanner="technical")
    page.button(key="start").click()
    run(page)
    before = rows(page, column="news")
    live = page.session_state["live"]
    first, (key, second) = before[0], next(iter(live.turns.rounds._rows["technical"].items()))
    live.turns.rounds._rows["technical"].pop(key)
    live.turns.rounds._rows["technical"][("technical", "made_up", "GONE", "")] = {**second, "symbol": "GONE"}
    ticking[0] += 31
    run(page)
    assert [row["symbol"] for row in rows(page, column="news") if row["news"] == "new"] == [first["symbol"]]
    assert [row["symbol"] for row in rows(page, column="symbol", without="news")] == ["GONE"]


def test_streaming_that_is_switched_off_is_said_and_nothing_starts(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__ENABLED", "false")
    page = opened(tab="Live scan", scanner="technical")
    page.button(key="start").click()
    assert "switched off" in said(run(page))
    assert page.button(key="start")


def test_a_question_that_can_t_be_asked_can_t_be_started():
    page = opened(tab="Live scan", scanner="gap", symbols="NOSUCH")
    assert page.button(key="start").disabled


# -------------------------------------------------------------------------------------------- statistics

STATISTICS = "Charts and statistics"


def test_the_charts_count_the_rows_of_the_scan():
    found = typed("scanner run --scanner-type technical")
    page = opened(tab=STATISTICS, scanner="technical")
    drawn = figure(page, "patterns")
    counted = {(one["name"], y): x for one in drawn["data"] for y, x in zip(one["y"], values(one["x"]), strict=True)}
    assert counted == Counter((row["direction"], row["pattern"]) for row in found["results"])
    scores = [value for one in figure(page, "scores")["data"] for value in values(one["x"])]
    assert sorted(scores) == sorted(row["score"] for row in found["results"])


def test_the_funnel_is_that_of_the_chosen_pattern():
    found = typed("scanner run --scanner-type technical")["funnel"]
    page = opened(tab=STATISTICS, scanner="technical")
    page.selectbox(key="funnel·pattern").set_value(3)
    drawn = figure(run(page), "funnel")
    assert values(drawn["data"][0]["x"]) == [step["passed"] for step in found[3]["steps"]]


def test_every_scanner_is_counted_in_the_same_bars():
    page = opened(tab=STATISTICS, scanner="technical")
    page.button(key="every").click()
    drawn = figure(run(page), "by_scanner")["data"][0]
    answers = typed("scanner run --scanner-type all")
    assert dict(zip(drawn["y"], values(drawn["x"]), strict=True)) == {
        one["scanner_type"]: len(one["results"]) for one in answers
    }


def test_hit_rates_are_those_of_the_command_line_with_their_intervals_and_what_they_are_made_of():
    page = opened(tab=STATISTICS, **RANGE)
    page.button(key="follow").click()
    run(page)
    found = typed(f"scanner signals rates --scanner-type technical --by pattern {RANGED}")["rates"]
    drawn = rows(page, column="rate")
    assert [(row["pattern"], row["n"], row["rate"]) for row in drawn] == [
        (one["group"]["pattern"], one["n"], one["rate"]) for one in found
    ]
    assert [row["low"] for row in drawn] == [one["interval"] and one["interval"]["low"] for one in found]
    assert "hypothetical" in said(page)
    page.multiselect(key="rates·by").set_value(["pattern", "direction"])
    assert not [one for one in run(page).dataframe if "rate" in one.value], "rates of another question are shown"


# -------------------------------------------------------------------------------------------- comparison


def test_two_parameter_sets_are_compared_hit_by_hit():
    page = opened(tab="Comparison", **RANGE)
    page.slider(key="B·technical.min_adx").set_value(40.0)
    run(page)
    line = f"scanner run --scanner-type technical {RANGED}"
    a, b = (hits(typed(text)) for text in (line, f"{line} --set min_adx=40"))
    drawn = figure(page, "memberships")["data"][0]
    counts = dict(zip(drawn["y"], values(drawn["x"]), strict=True))
    wanted = {"A and B": len(a & b), "only A": len(a - b), "only B": len(b - a)}
    assert counts == {name: count for name, count in wanted.items() if count}
    assert len(rows(page, column="in")) == len(a | b)
    assert [one.value for one in page.metric] == [f"{len(a):,}".replace(",", ""), str(len(b))]


def test_three_sets_of_the_same_parameters_have_every_hit_in_common():
    page = opened(tab="Comparison", scanner="technical")
    page.get_by_key("sets").set_value(3)
    drawn = figure(run(page), "memberships")["data"][0]
    assert drawn["y"] == ["A and B and C"]


def test_a_set_that_can_t_be_asked_says_so_in_its_own_column():
    page = opened(tab="Comparison", scanner="breakout")
    page.number_input(key="B·breakout.min_price").set_value(5000.0)
    run(page)
    assert page.main.error
    assert not page.sidebar.error
    assert [one.label for one in page.metric] == ["Hits of A"]


def hits(answer):
    """Return what tells the hits of an answer apart."""
    return {(row["pattern"], row["ticker"], row["bar_time"]) for row in answer["results"]}


# ----------------------------------------------------------------------------------------------- exports


def test_a_file_is_byte_for_byte_what_the_desk_writes(monkeypatch):
    offered = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda label, made, name, *_, **__: offered.update({label: (name, made())})
    )
    opened(tab="Exports", scanner="technical")
    (again,) = asking.run(settings(), asking.Asked(["technical"]))
    assert set(FORMATS) == set(offered)
    assert {name for name, _ in offered.values()} == {f"technical_{again.as_of}.{format_}" for format_ in FORMATS}
    assert offered["csv"][1] == as_bytes([again], "csv")
    assert json.loads(offered["json"][1])["results"] == typed("scanner run --scanner-type technical")["results"]
    assert pl.read_parquet(offered["parquet"][1]).equals(pl.read_parquet(as_bytes([again], "parquet")))
    assert offered["xlsx"][1].startswith(b"PK")


def test_exports_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMLIT__ENABLE_EXPORT", "false")
    page = opened(tab="Exports", scanner="technical")
    assert not page.download_button
    assert "enable_export" in said(page)


# -------------------------------------------------------------------------------------------------- help


def test_the_command_that_help_shows_asks_the_same_question():
    page = opened(**RANGE, tab="Help")
    page.sidebar.slider(key="technical.min_adx").set_value(35.0)
    page.sidebar.toggle(key="strict").set_value(True)
    run(page)
    (line,) = [one.value for one in page.main.code if one.value.startswith("scanner run")]
    assert shlex.split(line)[2:] == [
        "--scanner-type", "technical", "--start-date", "2025-03-03", "--end-date", "2025-06-30",
        "--set", "min_adx=35.0", "--strict",
    ]  # fmt: skip
    assert typed(line)["results"] == next(reversed(page.session_state["answers"]._kept.values())).results != []


def test_help_has_the_scanner_s_words_and_parameters():
    page = opened(tab="Help", scanner="technical")
    about = describe("technical")
    assert [row["name"] for row in rows(page, column="bounds")] == [one.name for one in about.parameters]
    assert " ".join(about.description.replace("`", "").split()) in " ".join(said(page).split())


def values(x):
    """Return an axis as a list: Plotly packs numbers."""
    if isinstance(x, dict):
        return np.frombuffer(base64.b64decode(x["bdata"]), dtype=x["dtype"]).tolist()
    return list(x)

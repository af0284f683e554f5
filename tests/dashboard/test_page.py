"""The page: its rows are those of the command line, and what must be known of the bars is always on it."""

from __future__ import annotations

import pytest

from tapehawk.dashboard.page import TABS
from tests.dashboard.pages import aside, opened, rows, run, said, typed

pytestmark = pytest.mark.usefixtures("stored")

QUESTIONS = [
    ({"scanner": "breakout"}, "scanner run --scanner-type breakout"),
    ({"scanner": "technical"}, "scanner run --scanner-type technical"),
    ({"scanner": "gap", "when": "Date", "date": "2025-05-15"}, "scanner run --scanner-type gap --date 2025-05-15"),
    ({"scanner": "momentum", "when": "Range", "from": "2025-05-01", "to": "2025-06-13"},
     "scanner run --scanner-type momentum --start-date 2025-05-01 --end-date 2025-06-13"),
    ({"scanner": "lc", "when": "Range", "from": "2024-08-01", "to": "2025-06-30"},
     "scanner run --scanner-type lc --start-date 2024-08-01 --end-date 2025-06-30"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "line"), QUESTIONS, ids=[line for _, line in QUESTIONS])
def test_the_rows_of_an_address_are_those_that_the_command_line_prints_row_for_row(address, line):
    answer = typed(line)
    page = opened(**address)
    if not answer["results"]:
        assert "No symbol meets every condition" in said(page)
    else:
        assert rows(page) == answer["results"]


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_opens_and_says_that_the_bars_are_simulated(tab):
    page = opened(tab=tab, scanner="technical")
    assert "simulated" in said(page)
    assert "us:sim" in said(page)


def test_a_slider_that_is_moved_asks_with_that_parameter_and_back_to_the_settings_asks_without():
    page = opened(scanner="technical")
    before = rows(page)
    page.sidebar.slider(key="technical.min_adx").set_value(60.0)
    run(page)
    line = "scanner run --scanner-type technical --set min_adx=60"
    assert rows(page) == typed(line)["results"] != before
    page.sidebar.button(key="technical·reset").click()
    assert rows(run(page)) == before


def test_what_the_settings_say_is_where_the_fields_begin(monkeypatch):
    monkeypatch.setenv("SCANNER__TECHNICAL__MIN_ADX", "42.5")
    page = opened(scanner="technical")
    assert page.sidebar.slider(key="technical.min_adx").value == 42.5
    assert rows(page) == typed("scanner run --scanner-type technical")["results"]


def test_a_setting_finer_than_a_slider_is_typed(monkeypatch):
    monkeypatch.setenv("SCANNER__BREAKOUT__RESISTANCE_BREAK_PCT", "0.123")
    page = opened(scanner="breakout")
    assert page.sidebar.number_input(key="breakout.resistance_break_pct").value == 0.123


def test_intraday_bars_up_to_a_cutoff_are_those_of_the_command_line():
    page = opened(scanner="gap")
    page.sidebar.selectbox(key="gap·timeframe").select("5m")
    run(page)
    page.sidebar.text_input(key="cutoff").input("11:00")
    line = "scanner run --scanner-type gap --timeframe 5m --cutoff 11:00"
    assert rows(run(page)) == typed(line)["results"] != []


def test_the_layout_is_that_of_the_settings(monkeypatch):
    layouts = []
    monkeypatch.setattr("streamlit.set_page_config", lambda _title, _icon, layout, *_: layouts.append(layout))
    opened()
    monkeypatch.setenv("SCANNER__STREAMLIT__DASHBOARD_LAYOUT", "centered")
    opened()
    assert layouts == ["wide", "centered"]


def test_the_first_scanner_is_that_of_the_settings(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMLIT__DEFAULT_SCANNER", "technical")
    assert opened().sidebar.selectbox(key="scanner").value == "technical"
    monkeypatch.setenv("SCANNER__STREAMLIT__DEFAULT_SCANNER", "no_such")
    assert opened().sidebar.selectbox(key="scanner").value == "breakout"


# ------------------------------------------------------------------------------------------- what can't be asked


def test_a_store_without_bars_teaches_how_to_fill_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "empty"))
    page = opened()
    assert "nothing is stored" in page.info[0].value
    assert "scanner sync" in page.code[0].value
    assert not page.tabs


def test_a_date_without_a_session_is_said_below_the_dates_and_in_the_place_of_the_rows():
    page = opened(scanner="gap", when="Date", date="2025-05-17")
    assert "2025-05-16" in aside(page)
    assert "2025-05-16" in said(page)


def test_a_date_beyond_what_is_stored_names_what_is():
    page = opened(scanner="gap", when="Date", date="2020-05-15")
    assert "2024-06-03 to 2025-06-30" in aside(page)


def test_a_range_the_wrong_way_round_is_refused_with_the_right_one():
    page = opened(scanner="gap", when="Range", **{"from": "2025-06-13", "to": "2025-05-01"})
    assert "the other way round" in aside(page)


def test_a_symbol_that_is_not_stored_is_said_where_symbols_are_typed():
    page = opened(scanner="gap", symbols="NOSUCH")
    assert "NOSUCH" in aside(page)


def test_a_cutoff_that_is_no_time_is_refused_in_words():
    page = opened(scanner="gap")
    page.sidebar.selectbox(key="gap·timeframe").select("5m")
    run(page)
    page.sidebar.text_input(key="cutoff").input("25:99")
    assert "is not a time of day" in aside(run(page))


def test_a_formula_s_mistake_is_marked_below_its_field_and_mending_it_scans():
    page = opened(scanner="formula")
    page.sidebar.text_area(key="formula.formula").input("clos > 5")
    run(page)
    assert "clos > 5\n^" in aside(page)
    assert "'close'" in aside(page)
    assert "sidebar marks" in said(page)
    page.sidebar.text_area(key="formula.formula").input("close > 5")
    line = "scanner run --scanner-type formula --set 'formula=close > 5'"
    assert rows(run(page)) == typed(line)["results"]


def test_a_band_the_wrong_way_round_is_refused_below_the_parameters():
    page = opened(scanner="breakout")
    page.sidebar.number_input(key="breakout.min_price").set_value(5000.0)
    assert "min" in aside(run(page))
    assert page.main.error


def test_settings_that_can_t_be_used_are_said_in_the_place_of_the_page(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMLIT__THEME", "pink")
    assert "pink" in opened().error[0].value


def test_what_is_typed_is_shown_as_typed_and_makes_no_picture():
    page = opened(scanner="gap", symbols="![x](x.png)")
    texts = [one.value for part in (page.sidebar, page.main) for one in (*part.error, *part.info)]
    assert any("x" in one for one in texts)
    assert not any("](" in one for one in texts)

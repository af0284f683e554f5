"""`scanner config`: get, set, reset, show, path, and the form with options."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_show_prints_every_value_with_where_it_came_from(scanner, monkeypatch):
    Path("scanner.toml").write_text("[risk]\nper_trade = 0.02\n")
    monkeypatch.setenv("SCANNER__RISK__ACCOUNT_SIZE", "7")
    shown = scanner("config", "show", "risk").stdout.splitlines()
    assert shown[0] == "[risk]"
    assert any(line.split() == ["per_trade", "0.02", "scanner.toml,", "line", "2"] for line in shown)
    assert any(line.split()[2:] == ["environment,", "SCANNER__RISK__ACCOUNT_SIZE"] for line in shown)


def test_show_without_a_section_shows_all_of_them(answer):
    assert {"default", "streaming", "api", "cli", "streamlit", "risk", "storage", "breakout", "lc"} <= set(
        answer("config", "show")
    )


def test_set_writes_the_file_that_was_found_and_get_reads_it(scanner):
    Path("scanner.toml").write_text("# mine\n[risk]\nper_trade = 0.02\n")
    done = scanner("config", "set", "breakout.min_price", "100")
    assert done.stdout == "breakout.min_price = 100  (scanner.toml, line 6)\n"
    assert Path("scanner.toml").read_text() == "# mine\n[risk]\nper_trade = 0.02\n\n[breakout]\nmin_price = 100\n"
    assert scanner("config", "get", "breakout.min_price").stdout == "100\n"


def test_the_form_with_options_gets_and_sets(scanner, answer):
    asked = ("config", "--scanner-type", "breakout", "--key", "min_price")
    assert scanner(*asked, "--value", "100").exit_code == 0
    assert scanner(*asked).stdout == "100\n"
    assert answer(*asked)["value"] == 100
    assert list(answer("config", "--scanner-type", "breakout")) == ["breakout"]


def test_set_without_a_file_writes_one_in_the_users_folder(scanner, tmp_path):
    scanner("config", "set", "risk.account_size", "5")
    file = tmp_path / "config" / "tapehawk" / "scanner.toml"
    assert file.read_text() == "[risk]\naccount_size = 5\n"
    assert scanner("config", "path").stdout == f"{file}\n"


def test_set_makes_the_file_that_is_named(scanner, answer):
    scanner("config", "set", "api.port", "81", "--config-file", "mine.json")
    assert Path("mine.json").read_text() == '{\n  "api": {\n    "port": 81\n  }\n}\n'
    assert answer("config", "path", "--config-file", "mine.json") == {"path": "mine.json", "exists": True}


def test_set_says_when_the_environment_goes_before_the_file(scanner, monkeypatch):
    monkeypatch.setenv("SCANNER__API__PORT", "99")
    assert scanner("config", "set", "api.port", "81").stdout == "api.port = 99  (environment, SCANNER__API__PORT)\n"


def test_lists_are_set_with_commas(scanner):
    scanner("config", "set", "sessions.closed_scanners", "gap,crp")
    assert scanner("config", "get", "sessions.closed_scanners").stdout == "gap,crp\n"


def test_reset_brings_back_what_is_built_in(scanner):
    Path("scanner.toml").write_text("[api]\nport = 81\nhost = 'x'\n")
    assert scanner("config", "reset", "api.port").stdout == "api.port = 8000  (built in)\n"
    assert scanner("config", "reset", "api").exit_code == 0
    assert "port" not in Path("scanner.toml").read_text()
    assert "host" not in Path("scanner.toml").read_text()


@pytest.mark.parametrize("command", [("show",), ("get", "api.port"), ("set", "api.port", "1"), ("reset", "api")])
def test_a_broken_file_stops_every_command_with_its_line_and_stays_as_it_is(scanner, command):
    Path("scanner.toml").write_text("[api]\nport = 81\nhost = \n")
    done = scanner("config", *command)
    assert done.exit_code == 2
    assert "line 3" in done.stderr
    assert Path("scanner.toml").read_text() == "[api]\nport = 81\nhost = \n"


def test_a_negative_value_reaches_its_bounds(scanner):
    done = scanner("config", "set", "breakout.min_price", "-5")
    assert done.exit_code == 2
    assert "at least 0" in done.stderr
    assert scanner("config", "set", "relative_volume.price_change_min", "-5", "--format", "json").exit_code == 0


@pytest.mark.parametrize("section", ["default", "breakout"])
def test_a_price_band_upside_down_is_refused(scanner, section):
    done = scanner("config", "set", f"{section}.min_price", "3000")
    assert done.exit_code == 2
    assert "is above max_price" in done.stderr


def test_a_setting_that_nothing_uses_yet_says_so(scanner):
    (line,) = (
        line for line in scanner("config", "show", "cli").stdout.splitlines() if line.startswith("verbose_logging ")
    )
    assert line.rstrip().endswith("nothing uses it yet")
    assert "nothing uses it yet" in scanner("config", "set", "cli.verbose_logging", "true").stderr
    assert "nothing uses it yet" not in scanner("config", "show", "risk").stdout
    assert "nothing uses it yet" not in scanner("config", "set", "risk.per_trade", "0.02").stderr

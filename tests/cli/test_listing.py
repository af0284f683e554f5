"""`scanner list` and `scanner doctor`."""

from __future__ import annotations

import json

import pytest

from tapehawk.catalog import scanner_names


def test_every_scanner_is_listed_with_its_parameters_as_json_schema(answer):
    found = {one["name"]: one for one in answer("list")}
    assert set(found) == set(scanner_names())
    assert set(found["breakout"]) == {"name", "title", "description", "timeframes", "patterns", "parameters"}
    period = found["breakout"]["parameters"]["properties"]["consolidation_period"]
    assert (period["default"], period["type"]) == (5, "integer")
    assert {"name": "breakout", "direction": "BUY"} in found["inside_bar"]["patterns"]


def test_the_table_shows_defaults_and_bounds(scanner):
    shown = scanner("list", "--scanner-type", "breakout").stdout
    line = next(line for line in shown.splitlines() if "consolidation_period" in line)
    assert "5" in line.split()
    assert "at most 250" in line


def test_an_unknown_scanner_is_bad_input(scanner):
    assert scanner("list", "--scanner-type", "brakout").exit_code == 2


def states(scanner) -> dict[str, str]:
    """Return the doctor's findings as name → state."""
    return {one["name"]: one["state"] for one in json.loads(scanner("doctor", "--format", "json").stdout)["findings"]}


def test_the_doctor_finds_a_store_that_is_missing_and_says_what_to_do(scanner):
    assert states(scanner)["store"] == "bad"
    done = scanner("doctor")
    shown = done.stdout
    assert done.exit_code == 3
    assert "✗ store" in shown
    assert "→ fill it with `scanner import" in shown


def test_the_doctor_says_where_no_store_can_be(scanner, tmp_path, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "a[b]"))
    done = scanner("doctor")
    assert done.exit_code == 3
    assert "may not be part of the path" in done.stdout
    assert "name another folder" in done.stdout


@pytest.mark.usefixtures("stored")
def test_the_doctor_is_content_with_a_simulated_store(scanner):
    found = states(scanner)
    assert found["store"] == found["settings"] == "good"
    assert scanner("doctor").exit_code == 0
    assert any("sim" in name and state == "good" for name, state in found.items())


def test_the_doctor_survives_a_broken_settings_file(scanner, tmp_path):
    (tmp_path / "scanner.toml").write_text("[api\n")
    assert states(scanner)["settings"] == "bad"


def test_the_doctor_checks_scanners_own_keys(scanner, tmp_path):
    (tmp_path / "scanner.toml").write_text("[inside_bar]\nmin_prise = 3\n")
    assert states(scanner)["settings"] == "bad"


def test_the_doctor_tells_no_secret(scanner, monkeypatch):
    monkeypatch.setenv("POLYGON_API_KEY", "very-secret")
    shown = scanner("doctor")
    assert "POLYGON_API_KEY" in shown.stdout
    assert "very-secret" not in shown.output

"""`scanner list` and `scanner doctor`."""

from __future__ import annotations

import json
import time

import pytest

from tapehawk.app import reaching
from tapehawk.catalog import scanner_names
from tapehawk.core.bars import Series
from tapehawk.data import store
from tapehawk.data.providers.wire.trouble import HINTS
from tests.data.quality.planted import market, sessions
from tests.fakes.faults import Faults
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

BASE_URL = "SCANNER__PROVIDERS__POLYGON__BASE_URL"
NOBODY = "http://127.0.0.1:9"


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
    monkeypatch.setenv(BASE_URL, NOBODY)
    shown = scanner("doctor")
    assert "POLYGON_API_KEY" in shown.stdout
    assert "very-secret" not in shown.output


@pytest.fixture
def fake(monkeypatch):
    """Massive's fake, with a key of its and the settings that name its address."""
    with FakeMassive(simulated()) as server:
        monkeypatch.setenv(BASE_URL, server.url)
        monkeypatch.setenv("POLYGON_API_KEY", server.key)
        yield server


def of_polygon(scanner, fake):
    """Return what the doctor says of Massive's key: state, detail, advice; no key may be in it."""
    shown = scanner("doctor", "--format", "json").output
    assert fake.key not in shown
    (found,) = [one for one in json.loads(shown)["findings"] if one["name"] == "polygon key"]
    return found["state"], found["detail"], found["advice"]


def test_the_doctor_says_that_a_provider_answers_after_one_call(scanner, fake):
    assert of_polygon(scanner, fake) == ("good", "polygon answers and takes it", "")
    assert len(fake.asked) == 1


def test_the_doctor_says_that_a_key_is_refused(scanner, fake):
    fake.key, sent = "another-key", fake.key
    state, detail, advice = of_polygon(scanner, fake)
    assert (state, "Unknown API Key" in detail, advice) == ("bad", True, HINTS["key"])
    assert sent not in detail


def test_the_doctor_says_that_the_address_is_wrong(scanner, fake, monkeypatch):
    monkeypatch.setenv(BASE_URL, f"{fake.url}/v9")
    state, detail, advice = of_polygon(scanner, fake)
    assert (state, "no such address" in detail, "providers.polygon.base_url" in advice) == ("odd", True, True)


@pytest.mark.parametrize("hangs", [True, False])
def test_the_doctor_says_that_a_provider_is_down_and_waits_some_seconds_at_most(scanner, fake, monkeypatch, hangs):
    monkeypatch.setattr(reaching, "SECONDS", 0.3)
    fake.faults = Faults(delay=1.0)
    if not hangs:
        monkeypatch.setenv(BASE_URL, NOBODY)
    begun = time.monotonic()
    state, detail, advice = of_polygon(scanner, fake)
    assert time.monotonic() - begun < 4.0
    assert (state, "polygon is not reachable" in detail, "check the network" in advice) == ("odd", True, True)


def test_providers_without_a_key_are_not_asked(scanner):
    assert not [name for name in states(scanner) if name.endswith(" key")]


def test_series_that_are_behind_are_brought_up_to_date_by_whoever_they_came_from(scanner, tmp_path):
    synced, imported = Series("polygon", "sip"), Series("import", "import")
    store.append_bars(tmp_path / "store", [(series, market("AB")) for series in (synced, imported)])
    findings = json.loads(scanner("doctor", "--format", "json").stdout)["findings"]
    advice = {one["name"]: one["advice"] for one in findings}
    last = sessions(120)[-1]
    command = f"scanner sync --provider polygon --timeframe 1d --symbols AAA,BBB --since {last}"
    assert advice[f"{synced.id} 1d"] == command
    assert "scanner import" in advice[f"{imported.id} 1d"]

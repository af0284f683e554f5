"""`scanner ml`: trained on a simulated market, shown as a card, asked, and refused where it no longer fits."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import pytest

from tapehawk.app.asking import Asked
from tapehawk.app.learning import train
from tapehawk.app.settings import settings
from tapehawk.data.models import Place, StoredModel, save_model
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.core.made_models import made_model
from tests.scan.live_market import DAY, filled

SPIKE = ("--scanner-type", "volume_spike")
TRAIN = ("ml", "train", *SPIKE)


@pytest.fixture(scope="module")
def market(tmp_path_factory) -> Path:
    """Return a store of two and a half years of 120 simulated names."""
    root = tmp_path_factory.mktemp("ml") / "store"
    fill(root, Simulator(symbols=120), dt.date(2023, 1, 3), dt.date(2025, 6, 30))
    return root


@pytest.fixture(scope="module")
def model(market) -> bytes:
    """Return a model of volume_spike that answers, as it is stored."""
    known = settings(environment={"SCANNER_DATA_DIR": str(market), "XDG_CONFIG_HOME": str(market)})
    train(known, Asked(scanners=["volume_spike"]), seed=7, on_step=lambda _: None)
    return Place("volume_spike").file(market).read_bytes()


@pytest.fixture
def untrained(stored) -> Path:
    """Return the store without a model."""
    Place("volume_spike").file(stored).parent.mkdir(parents=True, exist_ok=True)
    for file in (stored / "models").rglob("*.json"):
        file.unlink()
    return stored


@pytest.fixture
def trained(untrained, model) -> Path:
    """Return the store with that model."""
    Place("volume_spike").file(untrained).write_bytes(model)
    return untrained


@pytest.fixture
def abstaining(untrained) -> Path:
    """Return the store with a model that abstains."""
    model = made_model(VolumeSpike(), reason="it has shown nothing")
    save_model(untrained, StoredModel(model, {}))
    return untrained


# ------------------------------------------------------------------------------------------------------ train


def test_training_prints_the_card_and_keeps_it(untrained, answer):
    card = answer(*TRAIN)
    assert answer("ml", "card", "volume_spike") == card
    assert card["scanner"] == "volume_spike"
    assert card["parameters"] == VolumeSpike().model_dump()
    assert card["data_span"] == ["2023-01-03", "2025-06-30"]
    assert card["data_version"] == answer("run", *SPIKE)["data_version"]
    assert card["labels"] == ["simulated"]
    assert card["libraries"].keys() == {"lightgbm", "scikit-learn"}
    assert card["seed"] == 7
    assert card["hits"] > card["signals"]["n"] > card["out_of_sample"]["n"] > 0
    assert card["without_features"] > 0
    assert card["out_of_sample"]["brier_skill_lower"] > 0


def test_the_same_bars_and_seed_train_the_same_bytes(untrained, scanner):
    file, seen = Place("volume_spike").file(untrained), []
    for seed in (3, 3, 4):
        assert scanner(*TRAIN, "--seed", seed).exit_code == 0
        seen.append(file.read_bytes())
    assert seen[0] == seen[1] != seen[2]


def test_a_range_of_dates_is_all_that_is_learned_from(untrained, answer):
    card = answer(*TRAIN, "--start-date", "2024-01-02", "--end-date", "2024-12-31")
    assert card["data_span"] == ["2024-01-02", "2024-12-31"]
    assert "2024-01-02" <= card["signals"]["first"] < card["signals"]["last"] <= "2024-12-31"


def test_a_scanner_that_knows_nothing_abstains_with_the_reason_and_its_card_says_so(untrained, answer, scanner):
    card = answer("ml", "train", "--scanner-type", "inside_bar", "--start-date", "2025-03-03")
    assert card["abstains"]
    assert "inside_bar abstains: " in scanner("ml", "card", "inside_bar").stdout
    assert answer("ml", "predict", "--scanner-type", "inside_bar")["reason"] == card["reason"]


def test_the_card_for_people_has_the_verdict_the_figures_and_the_tables(trained, scanner):
    shown = scanner("ml", "card", "volume_spike").stdout
    for said in ("volume_spike answers", "simulated", "base rate", "AUC", "Brier skill", "95 % lower bound", "seed"):
        assert said in shown
    assert "stated" in shown
    assert "observed" in shown
    assert "█" in shown


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("ml", "train", "--scanner-type", "volume_spke"), 2, "did you mean 'volume_spike'"),
        (("ml", "train", "--scanner-type", "lc"), 2, "no pattern of lc has a side"),
        (("ml", "train", "--scanner-type", "ml"), 2, "ml looks through a model itself"),
        (("ml", "train", *SPIKE, "--set", "volume_ratio=100"), 3, "no signal of volume_spike from 2023-01-03 to"),
        (("ml", "train", *SPIKE, "--timeframe", "5m"), 3, "no 5m bars are stored"),
        (("ml", "train", *SPIKE, "--set", "volume_ration=3"), 2, "did you mean 'volume_ratio'"),
        (("ml", "card", "gap"), 3, "no trained model for the scanner 'gap' on 1d bars"),
        (("ml", "card", "../volume_spike"), 2, "unknown scanner"),
        (("ml", "predict", "--scanner-type", "gap"), 3, "scanner ml train --scanner-type gap"),
        (("ml", "predict", "--scanner-type", "ml"), 2, "ml looks through a model itself"),
    ],
)
def test_what_can_not_be_done_says_why_with_its_code(stored, scanner, args, code, said):
    done = scanner(*args)
    assert (done.exit_code, done.stdout) == (code, ""), done.output
    assert said in done.stderr


@pytest.mark.parametrize("library", ["lightgbm", "sklearn"])
def test_without_the_extra_training_says_what_to_install_and_asking_works(trained, scanner, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    done = scanner(*TRAIN)
    assert done.exit_code == 2
    assert "pip install 'tapehawk[ml]'" in done.stderr
    assert scanner("ml", "predict", *SPIKE).exit_code == 0
    assert scanner("run", "--scanner-type", "ml", "--set", "scanner=volume_spike").exit_code == 0


# ---------------------------------------------------------------------------------------------------- predict


def test_it_says_how_likely_each_of_the_latest_hits_is(trained, answer):
    said, own = answer("ml", "predict", *SPIKE), answer("run", *SPIKE)
    assert (said["available"], said["as_of"], said["labels"]) == (True, "2025-06-30", ["simulated"])
    assert {(row["symbol"], row["pattern"]) for row in said["rows"]} == {
        (row["symbol"], row["pattern"]) for row in own["results"]
    }
    chances = [row["probability"] for row in said["rows"]]
    assert chances == sorted(chances, reverse=True)
    assert all(0 < chance < 1 for chance in chances)


def test_it_says_so_of_the_symbols_that_are_named(trained, answer, scanner):
    every = answer("ml", "predict", *SPIKE)["rows"]
    one = answer("ml", "predict", every[0]["symbol"], *SPIKE)["rows"]
    assert one == every[:1]
    assert scanner("ml", "predict", "NOPE", *SPIKE).exit_code == 2


def test_people_read_it_as_a_table(trained, answer, scanner):
    first = answer("ml", "predict", *SPIKE)["rows"][0]
    shown = scanner("ml", "predict", *SPIKE).stdout
    assert first["symbol"] in shown
    assert f"{first['probability']:.1%}" in shown
    assert "simulated" in shown


def test_an_abstention_is_an_answer_with_the_reason(abstaining, answer, scanner):
    said = answer("ml", "predict", *SPIKE)
    assert (said["available"], said["reason"], said["rows"]) == (False, "it has shown nothing", [])
    assert "volume_spike abstains: it has shown nothing" in scanner("ml", "predict", *SPIKE).stdout
    done = scanner("run", "--scanner-type", "ml", "--set", "scanner=volume_spike")
    assert done.exit_code == 3
    assert "it has shown nothing" in done.stderr


def test_a_model_that_no_longer_fits_is_refused_with_what_differs(trained, scanner, monkeypatch):
    done = scanner("ml", "predict", *SPIKE, "--set", "volume_ratio=3")
    assert done.exit_code == 2
    assert "volume_ratio 2, now 3" in done.stderr
    monkeypatch.setenv("SCANNER__VOLUME_SPIKE__MIN_PRICE", "1")
    for command in (("ml", "predict", *SPIKE), ("run", "--scanner-type", "ml", "--set", "scanner=volume_spike")):
        done = scanner(*command)
        assert done.exit_code == 2
        assert "min_price 5, now 1" in done.stderr


def test_a_model_that_is_cut_off_is_said_to_be_unreadable(trained, scanner):
    file = Place("volume_spike").file(trained)
    whole = file.read_text()
    file.write_text(whole[: len(whole) // 2])
    done = scanner("ml", "predict", *SPIKE)
    file.write_text(whole)
    assert done.exit_code == 3
    assert "can't be read" in done.stderr
    assert "train it again" in done.stderr


# ----------------------------------------------------------------------------------------- ml as a scanner, live


@pytest.fixture(scope="module")
def minutes(tmp_path_factory) -> Path:
    """Return a store that holds a month of minutes and a model of volume_spike on them."""
    root = filled(tmp_path_factory.mktemp("ml-live") / "store", until=DAY)
    save_model(root, StoredModel(made_model(VolumeSpike(), timeframe="1m"), {}))
    return root


def test_a_replayed_day_brings_the_rows_of_the_days_scan_with_their_probabilities(minutes, scanner, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(minutes))
    question = ("--scanner-type", "ml", "--set", "scanner=volume_spike", "--hours", "regular", "--format", "json")
    played = scanner("replay", DAY, *question)
    assert played.exit_code == 0, played.output
    came = [row for line in played.stdout.splitlines() for row in json.loads(line).get("results", [])]
    ranged = scanner("run", *question, "--start-date", DAY, "--end-date", DAY, "--timeframe", "1m")
    expected = json.loads(ranged.stdout)["results"]
    assert len(expected) > 0
    assert chances(came, "symbol") == chances(expected, "ticker")
    assert min(row["probability"] for row in came) > 0.5


def chances(rows: list[dict], symbol: str) -> dict[tuple[str, str, str], float]:
    return {(row[symbol], row["bar_time"], row["pattern"]): row["probability"] for row in rows}

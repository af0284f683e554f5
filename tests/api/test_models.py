"""Models are trained as jobs of whoever may write, and their cards are the command line's."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from tapehawk.app.settings import settings
from tapehawk.cli.main import app
from tests.api.conftest import user_of
from tests.api.hostile import TEXTS, is_problem

TRAIN, CARD = "/api/v1/ml/train", "/api/v1/ml/card"


@dataclass
class FakeQueue:
    """Remembers what was asked for."""

    added: list[tuple[str, dict[str, Any], object]] = field(default_factory=list)

    def add(self, kind, payload, *, user_id=None):
        self.added.append((kind, payload, user_id))
        return SimpleNamespace(id="job-1", state="queued")


@pytest.fixture
def queue(house) -> FakeQueue:
    house.queue = FakeQueue()
    return house.queue


def test_training_is_queued_for_its_user_as_plain_values(signed_in, house, queue):
    asked = {"scanner_type": "volume_spike", "start_date": "2024-07-01", "config": {"min_price": 3}, "seed": 5}
    answer = signed_in().post(TRAIN, json=asked)
    assert (answer.status_code, answer.json()) == (202, {"job_id": "job-1", "status": "queued"})
    ((kind, payload, user_id),) = queue.added
    assert (kind, user_id) == ("train", user_of(house, "ada").id)
    assert json.loads(json.dumps(payload)) == {
        "scanner": "volume_spike", "timeframe": "1d", "hours": "regular", "universe": None, "seed": 5,
        "start_date": "2024-07-01", "end_date": None, "config": {"min_price": 3},
    }  # fmt: skip


def test_viewers_and_strangers_train_nothing(signed_in, anyone, queue):
    assert is_problem(signed_in("vera", role="viewer").post(TRAIN, json={"scanner_type": "breakout"}), 403)
    assert is_problem(anyone.post(TRAIN, json={"scanner_type": "breakout"}), 401)
    assert queue.added == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scanner_type": "brekout"}, "breakout"),
        ({"scanner_type": "ml"}, "model"),
        ({"scanner_type": "breakout", "config": {"min_price": -1}}, "at least 0"),
        ({"scanner_type": "breakout", "start_date": "2025-01-02", "end_date": "2024-01-02"}, "before it starts"),
        ({"scanner_type": "lc", "timeframe": "5m"}, "not defined on 5m"),
        ({"scanner_type": "breakout", "seed": -1}, "seed"),
    ],
)
def test_what_can_not_be_trained_is_refused_before_it_is_queued(signed_in, queue, asked, said):
    answer = signed_in().post(TRAIN, json=asked)
    assert is_problem(answer, 422)
    assert said in answer.text
    assert queue.added == []


@pytest.mark.usefixtures("stored")
def test_there_is_no_card_without_a_model(signed_in):
    ada = signed_in()
    assert is_problem(ada.get(f"{CARD}/breakout"), 404)
    assert is_problem(ada.get(f"{CARD}/brekout"), 422)
    for text in TEXTS:
        if text.strip(" /.") and "\x00" not in text and len(text) < 1000 and "/" not in text:
            assert is_problem(ada.get(f"{CARD}/{text}")), text


def test_the_card_is_the_command_line_s(signed_in, market, monkeypatch, tmp_path, house):
    pytest.importorskip("lightgbm")
    root = tmp_path / "own"
    shutil.copytree(market, root)
    monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
    house.known = settings()
    done = CliRunner().invoke(app, ["ml", "train", "--scanner-type", "volume_spike", "--format", "json"])
    assert done.exit_code == 0, done.output
    shown = CliRunner().invoke(app, ["ml", "card", "volume_spike", "--format", "json"]).stdout
    assert signed_in().get(f"{CARD}/volume_spike").json() == json.loads(shown)

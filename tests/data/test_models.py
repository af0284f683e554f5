"""Trained models on disk: read back as they were, refused where anything differs, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tapehawk.core.errors import BadInput, CorruptStore, NoData, TryAgain
from tapehawk.core.model import Ensemble, Origin, Split
from tapehawk.data import models
from tapehawk.data.models import Place, StoredModel, fitting_model, installed, save_model, stored_model
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.core.made_models import made_model

PLACE = Place("volume_spike")
NOW = Origin.of(VolumeSpike(), "1d", "regular", "us")


def made(reason: str | None = None) -> StoredModel:
    model = made_model(VolumeSpike(), reason=reason)
    trained = replace(model, origin=replace(model.origin, libraries=installed()))
    return StoredModel(trained, {"scanner": "volume_spike", "seed": 7, "auc": 0.1 + 0.2})


@pytest.fixture
def root(tmp_path) -> Path:
    save_model(tmp_path, made())
    return tmp_path


def test_it_is_read_back_to_the_last_bit(root):
    assert stored_model(root, PLACE) == made()
    assert fitting_model(root, PLACE, NOW) == made()


def test_floats_that_have_no_short_text_come_back_as_they_were(tmp_path):
    odd = Ensemble((Split(0, 0.1 + 0.2, 1e-300, -1.0000000000000002),), 2 / 3, -1e17)
    stored = replace(made(), model=replace(made().model, ensemble=odd))
    save_model(tmp_path, stored)
    assert stored_model(tmp_path, PLACE).model.ensemble == odd


def test_the_place_says_whose_it_is_and_of_which_bars(tmp_path):
    file = save_model(tmp_path, made())
    assert file == tmp_path / "models" / "volume_spike" / "us-1d-regular.json"
    assert Place("gap", "5m", "extended", "crypto").file(tmp_path).name == "crypto-5m-extended.json"


def test_nothing_is_left_beside_it(root):
    assert [path.name for path in PLACE.file(root).parent.iterdir()] == ["us-1d-regular.json"]


def test_a_new_model_takes_the_place_of_the_one_before(root):
    save_model(root, made("it has shown nothing"))
    assert stored_model(root, PLACE).model.reason == "it has shown nothing"


def test_the_same_model_is_the_same_bytes(root, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    assert save_model(other, made()).read_bytes() == PLACE.file(root).read_bytes()


def test_without_a_model_it_says_how_to_train_one(tmp_path):
    with pytest.raises(NoData, match="no trained model for the scanner 'gap' on 5m bars, so it abstains") as caught:
        stored_model(tmp_path, Place("gap", "5m"))
    assert "scanner ml train --scanner-type gap" in caught.value.hint


# ---------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("now", "what"),
    [
        (Origin.of(VolumeSpike(min_price=1), "1d", "regular", "us"), "min_price 5, now 1"),
        (replace(NOW, definition="0"), "another definition of the scanner"),
        (replace(NOW, features="0"), "other features"),
        (replace(NOW, kernels="0"), "other kernels"),
        (replace(NOW, timeframe="5m"), "another timeframe"),
        (replace(NOW, hours="extended"), "other hours"),
        (replace(NOW, market="crypto"), "another market"),
        (replace(NOW, scanner="gap"), "another scanner"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_refused_where_anything_it_was_made_of_differs(root, now, what):
    with pytest.raises(BadInput, match=what) as caught:
        fitting_model(root, PLACE, now)
    assert "trained on something else" in caught.value.message
    assert "scanner ml train" in caught.value.hint


@pytest.mark.parametrize("library", models.LIBRARIES)
def test_it_is_refused_where_another_version_of_a_library_is_installed(root, monkeypatch, library):
    trained_with = models.version(library)
    monkeypatch.setattr(models, "version", lambda name: "0.1" if name == library else trained_with)
    with pytest.raises(BadInput, match=f"{library} {trained_with}, now 0.1"):
        fitting_model(root, PLACE, NOW)


def test_it_is_used_where_what_trained_it_is_not_installed(root, monkeypatch):
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(models, "version", missing)
    assert fitting_model(root, PLACE, NOW).model.reason is None


# ---------------------------------------------------------------------------------------------------- broken


def broken(root: Path, text: str) -> None:
    PLACE.file(root).write_text(text)
    with pytest.raises(CorruptStore, match="can't be read") as caught:
        stored_model(root, PLACE)
    assert "train it again" in caught.value.hint


def test_a_file_cut_off_anywhere_is_corrupt(root):
    whole = PLACE.file(root).read_text()
    for length in range(0, len(whole) - 1, 97):
        broken(root, whole[:length])


def test_a_file_changed_by_hand_is_corrupt(root):
    whole = PLACE.file(root).read_text()
    broken(root, whole.replace('"slope": 1.5', '"slope": 1.6'))
    broken(root, whole.replace('"reason": null', '"reason": "because"'))


def test_a_file_that_is_something_else_is_corrupt(root):
    for text in ("", "[]", "{}", "null", '"a"', '{"hash": 1}', "\0\0"):
        broken(root, text)


def test_a_tree_that_asks_for_no_feature_of_the_model_is_corrupt(root):
    content = json.loads(PLACE.file(root).read_text())
    content["trees"] = [[99, 0.0, 1.0, 2.0]]
    del content["hash"]
    content["hash"] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    broken(root, json.dumps(content))


# ---------------------------------------------------------------------------------------------------- written


def test_a_full_disk_is_try_again_and_leaves_the_model_before_it(root, monkeypatch):
    def full(self: Path, text: str) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(TryAgain, match="no room left"):
        save_model(root, made("another"))
    monkeypatch.undo()
    assert stored_model(root, PLACE) == made()
    assert len(list(PLACE.file(root).parent.iterdir())) == 1


def test_a_folder_that_may_not_be_written_to_is_bad_input(tmp_path):
    (tmp_path / "models").write_text("a file in its place")
    with pytest.raises(BadInput):
        save_model(tmp_path, made())


def test_a_reader_never_finds_half_of_a_model(root, monkeypatch):
    seen = []
    renamed = Path.replace

    def looked(self: Path, target: Path) -> Path:
        seen.append(stored_model(root, PLACE).model.reason)
        return renamed(self, target)

    monkeypatch.setattr(Path, "replace", looked)
    save_model(root, made("another"))
    assert seen == [None]
    assert [path.name for path in PLACE.file(root).parent.iterdir()] == ["us-1d-regular.json"]

"""Trained models on disk: plain JSON with a hash, refused where what they are made of has changed.

    ROOT/models/SCANNER/MARKET-TIMEFRAME-HOURS.json    {"hash", "origin", "features", "trees", "slope", …, "card"}

A file is written aside and renamed, so that a reader finds all of it or none. Nothing in it is ever executed: a tree is
lists of numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from tapehawk.core.errors import BadInput, CorruptStore, NoData
from tapehawk.core.model import Ensemble, Model, Node, Origin, Split

FOLDER: Final = "models"
LIBRARIES: Final = ("lightgbm", "scikit-learn")
"""What trains models. Using one needs neither; one that is installed must be the version that trained it."""


@dataclass(frozen=True)
class Place:
    """Where the model of a scanner is: which bars it is about."""

    scanner: str
    timeframe: str = "1d"
    hours: str = "regular"
    market: str = "us"

    @property
    def bars(self) -> str:
        """The bars, in words."""
        return f"{self.timeframe} bars" + ("" if self.hours == "regular" else f" of {self.hours} hours")

    def file(self, root: Path) -> Path:
        """Return the model's file."""
        return root / FOLDER / self.scanner / f"{self.market}-{self.timeframe}-{self.hours}.json"


@dataclass(frozen=True)
class StoredModel:
    """A model with its card: plain values, as it was printed when the model was trained."""

    model: Model
    card: Mapping[str, Any]


def save_model(root: Path, stored: StoredModel) -> Path:
    """Save a model, in place of the one before it. Raises TryAgain for a full disk, BadInput where it can't be kept."""
    from tapehawk.data.faults import kept_in  # loads the store's engine, which a scan of a built panel does without

    origin = stored.model.origin
    file = Place(origin.scanner, origin.timeframe, origin.hours, origin.market).file(root)
    content = _written(stored)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    with kept_in(root):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.write_text(json.dumps({"hash": _hash(content), **content}, indent=1, allow_nan=False) + "\n")
            aside.replace(file)
        finally:
            aside.unlink(missing_ok=True)
    return file


def stored_model(root: Path, place: Place) -> StoredModel:
    """Return a scanner's model, whether or not it still fits. Raises NoData without one, CorruptStore for a broken."""
    file, again = place.file(root), f"scanner ml train --scanner-type {place.scanner}"
    try:
        return _read(_whole(json.loads(file.read_text())))
    except FileNotFoundError as error:
        raise NoData(
            f"no trained model for the scanner {place.scanner!r} on {place.bars}, so it abstains",
            hint=f"{again}, or scan with it directly: --scanner-type {place.scanner}",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        from tapehawk.data.faults import first_line

        message = f"the model of {place.scanner} can't be read: {first_line(error, root)}"
        raise CorruptStore(message, hint=f"train it again: {again}", path=file) from error


def fitting_model(root: Path, place: Place, now: Origin) -> StoredModel:
    """Return a scanner's model if it is good for what the scanner is now. Raises as `stored_model`, else BadInput."""
    stored = stored_model(root, place)
    other = stored.model.origin.differences(replace(now, libraries=installed()))
    if other:
        raise BadInput(
            f"the model of {place.scanner} was trained on something else: {'; '.join(other)}",
            hint=f"train it again: scanner ml train --scanner-type {place.scanner}",
        )
    return stored


def modelled(root: Path, bars: Place) -> list[str]:
    """Return the scanners that have a model for the bars of a place, by name."""
    return sorted(file.parent.name for file in (root / FOLDER).glob(f"*/{bars.file(root).name}"))


def every_place(root: Path) -> list[Place]:
    """Return where there are models, in order."""
    files = sorted((root / FOLDER).glob("*/*-*-*.json"))
    return [
        Place(file.parent.name, timeframe, hours, market)
        for file in files
        for market, timeframe, hours in [file.stem.split("-")]
    ]


def installed(libraries: Iterable[str] = LIBRARIES) -> dict[str, str]:
    """Return the versions of the libraries that are installed."""
    found = {}
    for name in libraries:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _written(stored: StoredModel) -> dict[str, Any]:
    model = stored.model
    return {
        "origin": asdict(model.origin),
        "features": list(model.features),
        "trees": [_node(tree) for tree in model.ensemble.trees],
        "slope": model.ensemble.slope,
        "intercept": model.ensemble.intercept,
        "reason": model.reason,
        "card": dict(stored.card),
    }


def _whole(content: dict[str, Any]) -> Mapping[str, Any]:
    """Return what the hash is of; raises ValueError where it is of something else."""
    if content.pop("hash") != _hash(content):
        raise ValueError("its hash is not that of its content")
    return content


def _read(content: Mapping[str, Any]) -> StoredModel:
    features = tuple(map(str, content["features"]))
    trees = tuple(_grown(tree, len(features)) for tree in content["trees"])
    ensemble = Ensemble(trees, float(content["slope"]), float(content["intercept"]))
    return StoredModel(Model(Origin(**content["origin"]), features, ensemble, content["reason"]), content["card"])


def _node(tree: Node) -> list[Any] | float:
    return [tree.feature, tree.threshold, _node(tree.low), _node(tree.high)] if isinstance(tree, Split) else tree


def _grown(node: Any, features: int) -> Node:  # noqa: ANN401 - as JSON has it
    if not isinstance(node, list):
        return float(node)
    feature, threshold, low, high = node
    if not 0 <= feature < features:
        raise ValueError(f"a tree asks feature {feature} of {features}")
    return Split(int(feature), float(threshold), _grown(low, features), _grown(high, features))


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()

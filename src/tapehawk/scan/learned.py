"""Scanners made ready: one that looks through a trained model gets the model, and its scanner, from the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tapehawk.analysis.prediction import Learned, Prediction
from tapehawk.catalog import scanner_type
from tapehawk.core.errors import BadInput, NoData
from tapehawk.core.learned import LearnedScanner
from tapehawk.core.model import Origin
from tapehawk.core.scanner import Scanner
from tapehawk.data.models import Place, StoredModel, fitting_model, modelled, stored_model
from tapehawk.scan.parameters import configured


@dataclass(frozen=True)
class Models:
    """The models of a store, for one kind of bars.

    `scanners`: a folder of the user's own. `parameters`: what a scanner is set to now, which a model must have been
    trained with; without it each model's own parameters are taken.
    """

    store: Path
    scanners: Path | None = None
    timeframe: str = "1d"
    hours: str = "regular"
    market: str = "us"
    parameters: Callable[[str], Mapping[str, object]] | None = None

    def ready(self, scanner: Scanner) -> Scanner:
        """Return a scanner that can be asked: itself, or what looks through a model with that model.

        Raises NoData without a model, BadInput for one that was trained on something else, saying what differs.
        """
        if not isinstance(scanner, LearnedScanner):
            return scanner
        base = self.base(scanner.base_type)
        return scanner.given(self.of(base).model, base)

    def base(self, name: str) -> Scanner:
        """Return the scanner that a model was trained on. Raises UnknownName, and NoData as `ready` does."""
        kind = scanner_type(name, self.scanners)
        if issubclass(kind, LearnedScanner):
            raise BadInput(f"{name} looks through a model itself", hint="name the scanner that its model is about")
        if self.parameters is not None:
            return configured(kind, self.parameters(name))
        return configured(kind, stored_model(self.store, self._place(name)).model.origin.parameters)

    def of(self, base: Scanner) -> StoredModel:
        """Return the model of a scanner as it is set. Raises as `ready` does."""
        now = Origin.of(base, self.timeframe, self.hours, self.market)
        return fitting_model(self.store, self._place(base.type()), now)

    def prediction(self) -> Prediction:
        """Return the part of the deep analysis that asks every model there is for these bars, by scanner's name.

        Models that can't be used (broken, trained on something else, of a scanner that is gone) are left out, and the
        part says why where none is left.
        """
        found, lacking = [], []
        for name in modelled(self.store, self._place("")):
            try:
                base = self.base(name)
                found.append(Learned(self.of(base).model, base))
            except (NoData, BadInput) as error:
                lacking.append(error.message)
        return Prediction(tuple(found), "; ".join(lacking) or f"no model is trained on {self._place('').bars}")

    def _place(self, name: str) -> Place:
        return Place(name, self.timeframe, self.hours, self.market)

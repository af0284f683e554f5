"""Scanners that look through a trained model: another scanner's setups, with one condition more."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

from tapehawk.core.model import Model
from tapehawk.core.scanner import Scanner


class LearnedScanner(Scanner):
    """Base of the scanners that have setups only once they are given a model and the scanner it was trained on."""

    @property
    @abstractmethod
    def base_type(self) -> str:
        """The name of the scanner whose setups the model was trained on."""

    @abstractmethod
    def given(self, model: Model, base: Scanner) -> Self:
        """Return the scanner with a model and the scanner it was trained on."""

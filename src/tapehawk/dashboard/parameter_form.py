"""A scanner's parameters as fields, drawn from its JSON Schema: bounds make sliders, choices make lists.

What is not touched is what the settings say; only what differs becomes part of the question.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from tapehawk.app.formula_checking import checked
from tapehawk.app.settings import Settings
from tapehawk.dashboard.wording import plain, spaced

MOST_STOPS: Final = 2_000
"""Places of a slider; what has more bounds apart is typed."""
FORMULA: Final = "formula"
_CONDITIONS: Final = ("formula", "sell")


@dataclass(frozen=True)
class Filled:
    """The parameters that differ from what the settings say. `is_whole`: no field of them is marked as wrong."""

    changed: Mapping[str, object] = field(default_factory=dict)
    is_whole: bool = True


def form(known: Settings, scanner: str, schema: Mapping[str, Any], prefix: str = "") -> Filled:
    """Draw a scanner's fields. `prefix` tells forms of the same scanner apart. Raises for settings that can't be used.

    Raises BadInput as reading the scanner's section of the settings does.
    """
    usual = {name: one.value for name, one in known.section(scanner).items()}
    fields = [_Field(f"{prefix}{scanner}.{name}", name, schema["properties"][name], usual[name]) for name in usual]
    values, is_whole = {}, True
    for one in fields:
        values[one.name] = value = one.draw()
        is_whole = (scanner != FORMULA or _mark(one.name, str(value))) and is_whole
    changed = {name: value for name, value in values.items() if value != fields_value(usual[name])}
    if changed:
        st.button(
            "Back to the settings",
            key=f"{prefix}{scanner}·reset",
            help=f"{', '.join(map(spaced, changed))} differ from what the settings say",
            on_click=_reset,
            args=({one.key: fields_value(one.value) for one in fields},),
            width="stretch",
        )
    return Filled(changed, is_whole)


def fields_value(value: object) -> object:
    """Return a setting as its field has it."""
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else value


def _reset(values: Mapping[str, object]) -> None:
    st.session_state.update(values)


@dataclass(frozen=True)
class _Field:
    """A field: its key in the session, its schema, and its value where nobody has touched it."""

    key: str
    name: str
    about: Mapping[str, Any]
    value: object

    def draw(self) -> object:
        """Draw the field and return its value."""
        st.session_state.setdefault(self.key, self._typed(fields_value(self.value)))
        shared: dict[str, Any] = {"key": self.key, "help": self._help(), "persist_state": "session"}
        label, kind = spaced(self.name), self.about.get("type")
        if "enum" in self.about:
            return st.selectbox(label, self.about["enum"], **shared)
        if kind == "boolean":
            return st.toggle(label, **shared)
        if kind in ("integer", "number"):
            return self._number(label, shared)
        if kind == "string" and self.name in _CONDITIONS:
            return st.text_area(label, height=96, **shared).strip()
        return (st.text_input(label, **shared) or "").strip()

    def _number(self, label: str, shared: dict[str, Any]) -> object:
        low, high = self._bound("minimum", "exclusiveMinimum"), self._bound("maximum", "exclusiveMaximum")
        if low is not None and high is not None and (high - low) / self._step(low, high) <= MOST_STOPS:
            step = self._step(low, high)
            return st.slider(label, low, high, step=self._typed(step), format=_format(step), **shared)
        step = self._typed(1 if isinstance(self.value, int) else _step_of(float(str(self.value))))
        value = st.number_input(label, low, high, value="min", step=step, format=_format(step), **shared)
        return value if value is not None else self.value

    def _step(self, low: float, high: float) -> float:
        """Return a step that has the settings' own value among its places."""
        if self.about["type"] == "integer":
            return 1
        step = 10.0 ** math.floor(math.log10((high - low) / 50))
        while step > 1e-4 and not _is_multiple(float(str(self.value)) - low, step):
            step /= 10
        return step

    def _bound(self, *names: str) -> Any:  # noqa: ANN401  whole numbers for whole numbers, as Streamlit wants it
        return next((self._typed(self.about[name]) for name in names if name in self.about), None)

    def _typed(self, value: Any) -> Any:  # noqa: ANN401
        kind = self.about.get("type")
        return float(value) if kind == "number" else int(value) if kind == "integer" else value

    def _help(self) -> str | None:
        said = self.about.get("description")
        return plain(said) if said else None


def _mark(name: str, text: str) -> bool:
    """Say below a formula where it is wrong; return whether it can be used. Numbers are formulas too."""
    errors = checked(text).errors if text else ()
    for one in errors:
        st.code(one.pointed, language=None)
        st.error(f"{spaced(name)}: {plain(one.message)}" + (f"  \n{plain(one.hint)}" if one.hint else ""))
    return not errors


def _is_multiple(value: float, step: float) -> bool:
    return math.isclose(round(value / step) * step, value, rel_tol=1e-9, abs_tol=1e-12)


def _step_of(value: float) -> float:
    """Return a step that suits a number's size: a hundredth of it at most, 1 for whole ones."""
    if value.is_integer():
        return 1.0
    return max(10.0 ** (math.floor(math.log10(abs(value))) - 1), 1e-4)


def _format(step: float) -> str:
    """Return how many digits a step needs."""
    if isinstance(step, int):
        return "%d"
    return f"%.{max(0, -math.floor(math.log10(step) + 1e-9))}f"

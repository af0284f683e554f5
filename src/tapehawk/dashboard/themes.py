"""Colours, light and dark: one accent; up and down told apart by people who do not see red and green apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Palette:
    """The colours of charts on their ground. `series`: of what stands side by side, in this order."""

    ground: str
    up: str
    down: str
    accent: str
    quiet: str
    rule: str
    series: tuple[str, ...]


LIGHT: Final = Palette(
    ground="#ffffff",
    up="#0b7568",
    down="#a8500c",
    accent="#1d5fc2",
    quiet="#566271",
    rule="#dde3e9",
    series=("#1d5fc2", "#0b7568", "#a8500c", "#6d4bb5", "#7d5500", "#566271"),
)
DARK: Final = Palette(
    ground="#0f1318",
    up="#2fb8a4",
    down="#f0904a",
    accent="#6ca8ff",
    quiet="#98a3b1",
    rule="#262e38",
    series=("#6ca8ff", "#2fb8a4", "#f0904a", "#b79bf0", "#e8b54a", "#98a3b1"),
)
PALETTES: Final[Mapping[str, Palette]] = {"light": LIGHT, "dark": DARK}

_OTHERS: Final = {
    "light": {"secondaryBackgroundColor": "#f6f8fa", "textColor": "#1a222c"},
    "dark": {"secondaryBackgroundColor": "#151a21", "textColor": "#d9dfe7"},
}
THEMES: Final[Mapping[str, Any]] = {
    "theme.baseFontSize": 14,
    "theme.baseRadius": "small",
    "theme.font": "sans-serif",
    **{f"theme.{theme}.{name}": colour for theme, others in _OTHERS.items() for name, colour in others.items()},
    **{f"theme.{theme}.backgroundColor": palette.ground for theme, palette in PALETTES.items()},
    **{f"theme.{theme}.primaryColor": palette.accent for theme, palette in PALETTES.items()},
    **{f"theme.{theme}.borderColor": palette.rule for theme, palette in PALETTES.items()},
}
"""Both themes as Streamlit's options: its menu lets one change between them."""

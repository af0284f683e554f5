"""A band of prices, as scanners and the settings have one."""

from __future__ import annotations

from tapehawk.core.errors import OutOfBounds


def check_band(least: float, most: float) -> None:
    """Raise OutOfBounds for a lowest price above the highest."""
    if least > most:
        raise OutOfBounds(f"min_price {least:,g} is above max_price {most:,g}", hint="no price is in such a band")

"""The bundled market simulator: every feature works offline on a fresh machine, and tests know what is in the data.

    timeline   sessions cut into blocks and slots       companies  who holds which seat, at what level
    shapes     ordinary bars, as log distances          plants, runs, schedule   patterns drawn among them
    daily      shapes → daily bars as traded            sessions, minutes, intraday   the minutes of a day
    feed       a day as it arrives                      truth      what was planted where
    filling    simulator → store

Whatever it makes belongs to a series with `simulated=True`.
"""

from tapehawk.data.providers.sim.simulator import Simulator

__all__ = ["Simulator"]

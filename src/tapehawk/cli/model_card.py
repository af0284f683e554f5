"""A model's card in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from tapehawk.cli.numbers import NOTHING, many
from tapehawk.cli.table import listing

WIDTH = 24  # characters of the longest bar


def show(console: Console, card: Mapping[str, Any]) -> None:
    """Print a card: the verdict first, then what it rests on."""
    _verdict(console, card)
    signals, judged = card["signals"], card["out_of_sample"]
    rows = [
        ("bars", f"{card['timeframe']}, {card['hours']}, {card['series']}{_labels(card)}"),
        ("data", f"{' to '.join(card['data_span'])}, version {card['data_version']}"),
        ("trained on", f"{many(signals['n'], 'signal')} from {signals['first']} to {signals['last']}"),
        ("base rate", _percent(signals["base_rate"])),
        ("left out", f"{card['without_features']:,} with an unknown feature"),
        ("trained with", ", ".join(f"{name} {number}" for name, number in card["libraries"].items())),
        ("seed", str(card["seed"])),
    ]
    listing(console, ("", ""), rows if judged is None else [*rows, *_judged(judged)])
    if judged is not None:
        _reliability(console, judged)
        _importance(console, judged)


def _verdict(console: Console, card: Mapping[str, Any]) -> None:
    if card["abstains"]:
        verdict = Text.assemble((f"{card['scanner']} abstains", "bold yellow"), f": {card['reason']}")
    else:
        verdict = Text.assemble((f"{card['scanner']} answers", "bold green"), ": it knows more than the base rate")
    console.print(verdict)


def _labels(card: Mapping[str, Any]) -> str:
    return f" ({', '.join(card['labels'])})" if card["labels"] else ""


def _judged(judged: Mapping[str, Any]) -> list[tuple[str, str]]:
    lower = judged["brier_skill_lower"]
    return [
        ("judged on", f"{many(judged['n'], 'signal')} of {many(judged['days'], 'day')} it had not seen"),
        ("AUC", NOTHING if judged["auc"] is None else f"{judged['auc']:.3f}"),
        ("Brier score", f"{judged['brier']:.4f}, of the base rate {judged['brier_of_base_rate']:.4f}"),
        ("Brier skill", f"{judged['brier_skill']:.4f}, 95 % lower bound {lower:.4f} (whole days redrawn)"),
    ]


def _reliability(console: Console, judged: Mapping[str, Any]) -> None:
    rows = [(_percent(one["stated"]), _percent(one["observed"]), f"{one['n']:,}") for one in judged["reliability"]]
    listing(console, ("stated", "observed", "signals"), rows, right=(0, 1, 2))


def _importance(console: Console, judged: Mapping[str, Any]) -> None:
    most = max([*judged["importance"].values(), 1e-12])
    rows = [
        (name, f"{worth:.5f}", "█" * round(WIDTH * max(worth, 0.0) / most))
        for name, worth in judged["importance"].items()
    ]
    listing(console, ("feature", "Brier lost without it", ""), rows, right=(1,))


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1%}"

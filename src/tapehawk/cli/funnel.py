"""The funnel as a small waterfall: how many went on after each condition, and how many fell because it was unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

BAR: Final = 24
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"
Step = Mapping[str, Any]
Pattern = Mapping[str, Any]


def funnel(console: Console, patterns: Sequence[Pattern]) -> None:
    """Print the steps that all patterns share once, then each pattern's own."""
    if not patterns:
        return
    steps = [list(one["steps"]) for one in patterns]
    shared = _shared(steps)
    most = {unit: max(s["passed"] for one in steps for s in one if s["unit"] == unit) for unit in _units(steps)}
    drawn = Table.grid(padding=(0, 2, 0, 0))
    for justify in ("left", "right", "left", "left"):
        drawn.add_column(justify=justify, no_wrap=justify == "right")
    drawn.add_row(Text("Funnel", style="bold"), Text(", then ".join(most), style="dim"))
    for step in steps[0][:shared]:
        _row(drawn, step, most)
    for pattern, own in zip(patterns, steps, strict=True):
        drawn.add_row(Text(f"{pattern['pattern']} {side(str(pattern['direction']))}".strip(), style="bold"))
        for step in own[shared:]:
            _row(drawn, step, most)
    console.print(drawn)


def bar(part: int, whole: int) -> str:
    """Return a bar in eighths of a character; whatever is there shows at least one."""
    eighths = max(round(part / whole * BAR * 8), 1) if part and whole else 0
    return _EIGHTHS[-1] * (eighths // 8) + (_EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def side(direction: str) -> str:
    """Return a direction where there is one."""
    return "" if direction == "NONE" else direction


def _shared(steps: Sequence[Sequence[Step]]) -> int:
    """Count the steps at the beginning that are the same for all; a single pattern's own conditions stay its own."""
    if len(steps) == 1:
        return 0
    alike = 0
    for together in zip(*steps, strict=False):
        if any(step != together[0] for step in together):
            break
        alike += 1
    return alike


def _units(steps: Sequence[Sequence[Step]]) -> list[str]:
    """List what is counted, in order: symbols, and in a range bars."""
    return list(dict.fromkeys(step["unit"] for one in steps for step in one))


def _row(drawn: Table, step: Step, most: Mapping[str, int]) -> None:
    said = [f"{count:,} {reason}" for reason, count in step.get("reasons", {}).items()]
    said += [f"{step['unknown']:,} unknown"] if step["unknown"] else []
    drawn.add_row(
        Text(f"  {step['name']}"),
        f"{step['passed']:,}",
        Text(bar(step["passed"], most[step["unit"]]), style="cyan"),
        Text(", ".join(said), style="yellow"),
    )

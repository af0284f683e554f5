"""Parameter sets side by side: which hits they have in common, and which only one of them has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tapehawk.scan.hit_table import Key, key_of
from tapehawk.scan.report import Report


@dataclass(frozen=True)
class Comparison:
    """The hits of several sets. `rows`: each hit once, as the first set that has it gives it, with who has it."""

    rows: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, reports: Mapping[str, Report]) -> Comparison:
        """Compare reports by the names of their sets."""
        found: dict[Key, dict[str, Any]] = {}
        having: dict[Key, list[str]] = {}
        for name, report in reports.items():
            for date, row in report.dated():
                key = key_of(row)
                found.setdefault(key, {"date": date, **row})
                having.setdefault(key, []).append(name)
        return cls([{"in": _among(having[key], list(reports)), **row} for key, row in found.items()])

    def counts(self) -> dict[str, int]:
        """Return how many hits are in which sets, those in most of them first."""
        found: dict[str, int] = {}
        for row in self.rows:
            found[row["in"]] = found.get(row["in"], 0) + 1
        return dict(sorted(found.items(), key=lambda one: (-len(one[0].split()), one[0])))


def _among(having: Sequence[str], every: Sequence[str]) -> str:
    return f"only {having[0]}" if len(having) == 1 and len(every) > 1 else " and ".join(having)

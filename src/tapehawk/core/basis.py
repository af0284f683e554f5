"""The rule that keeps constants honest: which prices may be brought together.

Bars are split-adjusted: an adjusted price is the traded one times a factor that later splits will change. So each
expression carries the *power* of that factor: 1 for a price, -1 for a volume, 0 for a ratio, a dollar volume or a value
as traded (`raw.close`). Powers add in products, must agree in sums and comparisons, and only power 0 may meet a number;
a *bare* column compared with a number means the value as traded that day. Zero is zero at any power.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapehawk.core.errors import MixedBasis

if TYPE_CHECKING:  # expressions know this rule; it only looks at them
    from tapehawk.core.expr import Expr


def is_zero(x: Expr) -> bool:
    """Say whether an expression is the number 0."""
    return x.op == "number" and x.params[0] == 0.0


def means_as_traded(x: Expr, other: Expr) -> bool:
    """Say whether x, compared with `other`, stands for its value as traded: a bare column that meets a number."""
    return x.op == "column" and x.power != 0 and other.op == "number" and not is_zero(other)


def need_agreement(a: Expr, b: Expr, used_in: str) -> None:
    """Raise MixedBasis unless a and b are of one power or one of them is zero; `used_in`: operator or function."""
    if a.power == b.power or is_zero(a) or is_zero(b):
        return
    together = f"{a} {used_in} {b}" if not used_in.isidentifier() else f"{used_in}({a}, {b})"
    if a.power and b.power:
        raise MixedBasis(
            f"{together} brings together {a} and {b}, which a split changes differently",
            hint="compare ratios, or prices with prices",
        )
    adjusted, other = (a, b) if a.power else (b, a)
    traded = ", ".join(f"raw.{name}" for name in bare_columns(adjusted)) or "raw.close"
    raise MixedBasis(
        f"{together} brings together {adjusted}, which is split-adjusted, and {other}, which is not: "
        "later splits would change the answer",
        hint=f"use values as traded ({traded}) or make it a ratio",
    )


def bare_columns(x: Expr) -> list[str]:
    """List the adjusted columns that an expression reads."""
    found: set[str] = set()
    seen: set[int] = set()
    todo = [x]
    while todo:
        node = todo.pop()
        if id(node) not in seen:
            seen.add(id(node))
            todo.extend(node.args)
            if node.op == "column" and node.power:
                found.add(str(node.params[0]))
    return sorted(found)

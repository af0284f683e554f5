"""The language of a scan: an expression over the bars of one symbol, that can only look back.

    close > highest(high, 20)[1] * 1.005

An expression is a tree of columns, numbers, kernels and arithmetic. It is *interned*: building the same thing twice gives
the same object, so equal sub-expressions are computed once, across all scanners that run together. `x[n]` is the value n
bars ago and n is a number known when the scan is written; there is no way to say a later bar.

**Basis.** Bars are split-adjusted, and an adjusted price is the traded one times a factor that later splits will change.
So each expression carries the *power* of that factor: 1 for a price, -1 for a volume, 0 for a ratio, a dollar volume or a
value as traded (`raw.close`). Powers add in products, must agree in sums and comparisons, and only power 0 may meet a
number; a *bare* column compared with a number means the value as traded that day. Zero is zero at any power.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakValueDictionary

from tapehawk.core.errors import BadInput, LookAhead, MixedBasis
from tapehawk.core.kernels import all_kernels

NUMBER, MASK = "number", "mask"
KERNELS: Final = all_kernels()
COLUMNS: Final = {
    "open": 1, "high": 1, "low": 1, "close": 1, "volume": -1, "session": 0, "minute": 0,
    "raw.open": 0, "raw.high": 0, "raw.low": 0, "raw.close": 0, "raw.volume": 0,
}  # fmt: skip
Operand = "Expr | float | int | bool"
Params = tuple[float | str, ...]

_interned: WeakValueDictionary[tuple[object, ...], Expr] = WeakValueDictionary()


class Expr:
    """A node: `op` with its arguments and fixed parameters. Make them with operators and functions, never directly.

    `kind` is "number" or "mask" (true, false, unknown); `power` is the basis described above.
    """

    __slots__ = ("__weakref__", "args", "kind", "op", "params", "power")

    op: str
    args: tuple[Expr, ...]
    params: Params
    kind: str
    power: int

    def __add__(self, other: Operand) -> Expr:
        return _sum("+", self, as_expr(other))

    def __radd__(self, other: Operand) -> Expr:
        return _sum("+", as_expr(other), self)

    def __sub__(self, other: Operand) -> Expr:
        return _sum("-", self, as_expr(other))

    def __rsub__(self, other: Operand) -> Expr:
        return _sum("-", as_expr(other), self)

    def __mul__(self, other: Operand) -> Expr:
        return _product("*", self, as_expr(other))

    def __rmul__(self, other: Operand) -> Expr:
        return _product("*", as_expr(other), self)

    def __truediv__(self, other: Operand) -> Expr:
        return _product("/", self, as_expr(other))

    def __rtruediv__(self, other: Operand) -> Expr:
        return _product("/", as_expr(other), self)

    def __pow__(self, exponent: int) -> Expr:
        """Return the expression times itself, `exponent` (1, 2, 3 or 4) times."""
        if exponent not in (1, 2, 3, 4):
            raise BadInput(f"{self} ** {exponent}: the exponent is 1, 2, 3 or 4", hint="write sqrt(x) or a product")
        result = self
        for _ in range(exponent - 1):
            result = result * self
        return result

    def __neg__(self) -> Expr:
        return make("neg", (self,), power=self.power)

    def __abs__(self) -> Expr:
        return make("abs", (self,), power=self.power)

    def __gt__(self, other: Operand) -> Expr:
        return _comparison(">", self, as_expr(other))

    def __ge__(self, other: Operand) -> Expr:
        return _comparison(">=", self, as_expr(other))

    def __lt__(self, other: Operand) -> Expr:
        return _comparison("<", self, as_expr(other))

    def __le__(self, other: Operand) -> Expr:
        return _comparison("<=", self, as_expr(other))

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return _comparison("==", self, as_expr(other))

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return ~(self == other)

    __hash__ = object.__hash__

    def __and__(self, other: Expr) -> Expr:
        return make("and", (_mask(self), _mask(other)), kind=MASK)

    def __or__(self, other: Expr) -> Expr:
        return make("or", (_mask(self), _mask(other)), kind=MASK)

    def __invert__(self) -> Expr:
        return make("not", (_mask(self),), kind=MASK)

    def __bool__(self) -> bool:
        raise BadInput(
            f"'{self}' has a value for each bar, not one",
            hint="join conditions with &, | and ~ (in a formula: and, or, not)",
        )

    def __getitem__(self, bars: int) -> Expr:
        """Return the value `bars` bars ago."""
        if isinstance(bars, Expr) or not isinstance(bars, int) or isinstance(bars, bool):
            raise LookAhead(f"{self}[{bars}]: the index is a whole number of bars ago, known when the scan is written")
        if bars < 0:
            raise LookAhead(
                f"{self}[{bars}] would be a bar that has not closed yet", hint=f"{self}[{-bars}] is {-bars} bars ago"
            )
        if bars == 0 or self.op == "number":
            return self
        if self.kind == MASK:
            return truth(call("delay", number(self), params=(bars,)))
        return call("delay", self, params=(bars,))

    def __repr__(self) -> str:
        from tapehawk.core.text import text_of  # the text of a tree is a matter of its own

        return text_of(self)


def make(op: str, args: tuple[Expr, ...] = (), params: Params = (), *, kind: str = NUMBER, power: int = 0) -> Expr:
    """Return the one node with this operation, arguments and parameters."""
    key = (op, params, *map(id, args))
    found = _interned.get(key)
    if found is None:
        found = Expr()
        found.op, found.args, found.params, found.kind, found.power = op, args, params, kind, power
        _interned[key] = found
    return found


def column(name: str) -> Expr:
    """Return a column of the panel."""
    return make("column", (), (name,), power=COLUMNS[name])


def as_expr(value: object) -> Expr:
    """Return a number as an expression, an expression as it is."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, (int, float)) and float(value) - float(value) == 0.0:
        return make("number", (), (float(value),))
    raise BadInput(f"{value!r} is not a finite number or an expression")


def call(kernel: str, *args: Expr | float, params: tuple[float, ...] = ()) -> Expr:
    """Return a kernel's result over expressions; parameters are whole or real numbers fixed in the scan."""
    spec = KERNELS[kernel]
    inputs = tuple(_number(as_expr(arg)) for arg in args)
    power = inputs[0].power if spec.power is None else spec.power
    return make(kernel, inputs, tuple(float(p) for p in params), power=power)


def number(condition: Expr) -> Expr:
    """Return 1 where the condition is true, 0 where false, null where unknown."""
    return make("number_of", (_mask(condition),))


def truth(x: Expr) -> Expr:
    """Return true where x is not zero, unknown where it is null."""
    return ~_comparison("==", x, as_expr(0.0))


def known(x: Expr | float) -> Expr:
    """Return true where x has a value, false where it is null; never unknown."""
    return make("known", (_number(as_expr(x)),), kind=MASK)


def where(condition: Expr, then: Operand, otherwise: Operand) -> Expr:
    """Return `then` where the condition is true, `otherwise` where false, null where unknown."""
    a, b = agreeing(as_expr(then), as_expr(otherwise), "where")
    return make("where", (_mask(condition), a, b), power=a.power or b.power)


def function(name: str, *args: Operand) -> Expr:
    """Return `max`, `min` (of two), or `sqrt`, `log`, `exp`, `floor` (of one) of the arguments."""
    inputs = tuple(_number(as_expr(arg)) for arg in args)
    if name in ("max", "min"):
        a, b = agreeing(*inputs, name)
        return make(name, (a, b), power=a.power or b.power)
    (x,) = inputs
    if x.power % 2 if name == "sqrt" else x.power:
        raise MixedBasis(f"{name}({x}) of a split-adjusted value", hint="make it a ratio first, as in close / close[1]")
    return make(name, (x,), power=x.power // 2)


def on(timeframe: str, x: Expr) -> Expr:
    """Return x on the slower timeframe's last bar that closed before this bar opened."""
    return make("on", (x,), (timeframe,), kind=x.kind, power=x.power)


def rank(x: Expr) -> Expr:
    """Return the place of x among the scan's universe at this bar's time, 1 the highest; ties share the better place."""
    return make("rank", (_number(x),), ("rank",))


def percentile(x: Expr) -> Expr:
    """Return the percent of the scan's universe at this bar's time whose x is lower or equal, 0–100 (the highest: 100)."""
    return make("rank", (_number(x),), ("percentile",))


def _is_zero(x: Expr) -> bool:
    return x.op == "number" and x.params[0] == 0.0


def agreeing(a: Expr, b: Expr, where_used: str) -> tuple[Expr, Expr]:
    """Return both if they are of one basis (zero is of any); raises MixedBasis."""
    a, b = _number(a), _number(b)
    if a.power == b.power or _is_zero(a) or _is_zero(b):
        return a, b
    adjusted, other = (a, b) if a.power else (b, a)
    if other.power:
        raise MixedBasis(
            f"{where_used} brings together {a} and {b}, which a split changes differently",
            hint="compare ratios, or prices with prices",
        )
    raise MixedBasis(
        f"{where_used} brings together {adjusted}, which is split-adjusted, and {other}, which is not: later splits would change the answer",
        hint=f"use values as traded ({', '.join(f'raw.{c}' for c in bare_columns(adjusted)) or 'raw.close'}) or make it a ratio",
    )


def bare_columns(x: Expr) -> list[str]:
    """List the adjusted columns that an expression reads."""
    if x.op == "column":
        return [str(x.params[0])] if x.power else []
    return sorted({name for arg in x.args for name in bare_columns(arg)})


def _sum(op: str, a: Expr, b: Expr) -> Expr:
    a, b = agreeing(a, b, f"{a} {op} {b}")
    return make(op, (a, b), power=a.power or b.power)


def _product(op: str, a: Expr, b: Expr) -> Expr:
    a, b = _number(a), _number(b)
    return make(op, (a, b), power=a.power + b.power if op == "*" else a.power - b.power)


def _comparison(op: str, a: Expr, b: Expr) -> Expr:
    a, b = _as_traded(_number(a), b), _as_traded(_number(b), a)
    return make(op, agreeing(a, b, f"{a} {op} {b}"), kind=MASK)


def _as_traded(x: Expr, other: Expr) -> Expr:
    """Return the as-traded column for a bare one that meets a number."""
    bare = x.op == "column" and x.power and other.op == "number" and not _is_zero(other)
    return column(f"raw.{x.params[0]}") if bare else x


def _mask(x: object) -> Expr:
    if not isinstance(x, Expr) or x.kind != MASK:
        raise BadInput(f"{x} is a number, and here a condition is needed", hint="compare it with something")
    return x


def _number(x: Expr) -> Expr:
    if x.kind != NUMBER:
        raise BadInput(
            f"({x}) is a condition, and here a number is needed",
            hint="count(condition, n) and since(condition) turn one into a number",
        )
    return x

"""The language of a scan: an expression over the bars of one symbol, that can only look back.

    close > highest(high, 20)[1] * 1.005

An expression is a tree of columns, numbers, kernels and arithmetic. It is *interned*: building the same thing twice
gives the same object, so equal sub-expressions are computed once, across all scanners that run together. `x[n]` is the
value n bars ago and n is a number known when the scan is written; there is no way to say a later bar.

Which prices may be brought together is the matter of `basis.py`.
"""

from __future__ import annotations

from threading import Lock
from typing import Final, TypeAlias, Union
from weakref import WeakValueDictionary

from tapehawk.core.basis import means_as_traded, need_agreement
from tapehawk.core.errors import BadInput, LookAhead, MixedBasis
from tapehawk.core.kernels import all_kernels
from tapehawk.core.text import text_of

NUMBER, MASK = "number", "mask"
KERNELS: Final = all_kernels()
COLUMNS: Final = {
    "open": 1, "high": 1, "low": 1, "close": 1, "volume": -1, "session": 0, "minute": 0,
    "raw.open": 0, "raw.high": 0, "raw.low": 0, "raw.close": 0, "raw.volume": 0,
}  # fmt: skip
Operand: TypeAlias = Union["Expr", float]
Params: TypeAlias = tuple[float | str, ...]

_interned: WeakValueDictionary[tuple[object, ...], Expr] = WeakValueDictionary()
_interning = Lock()


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
        result = _number(self)
        for _ in range(exponent - 1):
            result = result * self
        return result

    def __neg__(self) -> Expr:
        return make("neg", (_number(self),), power=self.power)

    def __abs__(self) -> Expr:
        return make("abs", (_number(self),), power=self.power)

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
        if type(bars) is not int:
            raise LookAhead(f"{self}[{bars}]: the index is a whole number of bars ago, known when the scan is written")
        if bars < 0:
            raise LookAhead(
                f"{self}[{bars}] would be a bar that has not closed yet",
                hint=f"{self}[{-bars}] is {-bars} bar{'s' if bars < -1 else ''} ago",
            )
        if bars == 0 or self.op == "number":
            return self
        if self.kind == MASK:
            return truth(call("delay", number(self), params=(bars,)))
        return call("delay", self, params=(bars,))

    def __repr__(self) -> str:
        return text_of(self)


def make(op: str, args: tuple[Expr, ...] = (), params: Params = (), *, kind: str = NUMBER, power: int = 0) -> Expr:
    """Return the one node with this operation, arguments and parameters."""
    key = (op, params, *map(id, args))
    with _interning:
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
        a, b = inputs
        return make(name, agreeing(a, b, name), power=a.power or b.power)
    (x,) = inputs
    if x.power % 2 if name == "sqrt" else x.power:
        raise MixedBasis(f"{name}({x}) of a split-adjusted value", hint="make it a ratio first, as in close / close[1]")
    return make(name, (x,), power=x.power // 2)


def on(timeframe: str, x: Expr) -> Expr:
    """Return x on the slower timeframe's last bar that closed before this bar opened."""
    return make("on", (x,), (timeframe,), kind=x.kind, power=x.power)


def rank(x: Expr) -> Expr:
    """Rank: 1 + how many symbols of the scan's universe have a higher x at this bar's time; 1 is the highest.

    Ties share the better place. The universe is every symbol whose universe conditions hold at the bar; the others, and
    those whose x is null, are not counted and have null themselves.

    Unit: places. Warm-up: that of x; settles as x. Source: definition (competition ranking), glossary 20.
    """
    return make("rank", (_comparable(x, "rank"),), ("rank",))


def percentile(x: Expr) -> Expr:
    """Percentile: 100 × how many symbols of the scan's universe have no higher x, over how many it has.

    At this bar's time; the highest has 100, ties share the higher percentile. Who is counted is told at `rank`.

    Unit: percent, above 0. Warm-up: that of x; settles as x. Source: definition, glossary 20.
    """
    return make("rank", (_comparable(x, "percentile"),), ("percentile",))


def _comparable(x: Expr, used_in: str) -> Expr:
    """Return a number that symbols can be compared by: a bare column as traded; raises MixedBasis."""
    traded = column(f"raw.{x.params[0]}") if x.op == "column" and x.power else _number(x)
    if traded.power:
        raise MixedBasis(
            f"{used_in}({x}) compares split-adjusted values of different symbols: later splits would change the answer",
            hint="make it a ratio, as in close / close[20], or use values as traded (raw.close)",
        )
    return traded


def agreeing(a: Expr, b: Expr, used_in: str) -> tuple[Expr, Expr]:
    """Return both numbers if they are of one basis; raises MixedBasis. `used_in`: the operator or function."""
    a, b = _number(a), _number(b)
    need_agreement(a, b, used_in)
    return a, b


def _sum(op: str, a: Expr, b: Expr) -> Expr:
    return make(op, agreeing(a, b, op), power=a.power or b.power)


def _product(op: str, a: Expr, b: Expr) -> Expr:
    a, b = _number(a), _number(b)
    return make(op, (a, b), power=a.power + b.power if op == "*" else a.power - b.power)


def _comparison(op: str, a: Expr, b: Expr) -> Expr:
    left, right = (column(f"raw.{x.params[0]}") if means_as_traded(x, y) else x for x, y in ((a, b), (b, a)))
    return make(op, agreeing(left, right, op), kind=MASK)


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

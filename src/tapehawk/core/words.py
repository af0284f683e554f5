"""Expressions said in the language's own words: `rsi(14)`, where the tree has the kernel `wilder_rsi(close, 14)`.

A tree does not remember how it was written, so it is recognised. Every indicator is built twice, with *blanks* in place
of its expressions and other numbers each time; a tree of that shape gives the arguments back, and it is that indicator
only if building it with them makes this very node. So a word that is said always reads back. Of several that fit, the
largest is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from tapehawk.core.errors import BadInput
from tapehawk.core.expr import MASK, Expr, make
from tapehawk.core.formula.vocabulary import CONDITION, NUMBER, WHOLE, Argument, Parameter, Word, names
from tapehawk.core.plan import nodes
from tapehawk.core.text import number_text, spelled_out

Arguments: TypeAlias = dict[str, Argument]

_USUAL: Final = "usual: "

# Definitions that read as well as their names: who writes highest(high, 20)[1] does not look for donchian(20).upper.
_PLAIN: Final = frozenset({
    "change", "macd.line", "bollinger.middle", "keltner.middle", "donchian.upper", "donchian.lower",
    "ichimoku.conversion", "ichimoku.base", "heikin_ashi.close", "supertrend.rising", "psar.rising",
})  # fmt: skip


def said(x: Expr, text: Callable[[Expr], str]) -> str | None:
    """Return the call that makes an expression, its arguments as `text` says them; None where no word does."""
    for phrase in _phrases().get(x.op, ()):
        found: Arguments = {}
        if phrase.fits(x, phrase.shape, phrase.other, found) and phrase.makes(x, found):
            return phrase.call(found, text)
    return None


@dataclass(frozen=True, eq=False)
class _Phrase:
    """An indicator, or a field of one, in two shapes; `blanks` and `numbers` (in both shapes) name its parameters."""

    word: Word
    field: str
    shape: Expr
    other: Expr
    blanks: Mapping[Expr, str]
    numbers: Mapping[tuple[object, object], str]

    def fits(self, x: Expr, shape: Expr, other: Expr, found: Arguments) -> bool:
        """Say whether a tree is of a shape; notes what stands in place of the parameters."""
        if shape in self.blanks:
            return found.setdefault(self.blanks[shape], x) is x
        if (shape.op, len(shape.args), len(shape.params)) != (x.op, len(x.args), len(x.params)):
            return False
        for one, two, here in zip(shape.params, other.params, x.params, strict=True):
            name = self.numbers.get((one, two))
            wanted = found.setdefault(name, here) if name else one
            if wanted != here and (name or one == two):  # else it comes from the numbers, as in wma(x, length // 2)
                return False
        inside = zip(x.args, shape.args, other.args, strict=True)
        return all(self.fits(*three, found) for three in inside)

    def makes(self, x: Expr, arguments: Arguments) -> bool:
        """Say whether the word makes this very node of some arguments."""
        try:
            given = {p.name: _given(p, arguments[p.name]) for p in self.word.parameters if p.name in arguments}
            result = self.word.build(**given)
        except BadInput:
            return False
        return (getattr(result, self.field) if self.field else result) is x

    def call(self, arguments: Arguments, text: Callable[[Expr], str]) -> str:
        """Return the call. Its numbers are said; what is as usual at its end, as the close of `rsi`, is not."""
        given = [_argument(arguments.get(p.name), p, text) for p in self.word.parameters]
        while given and given[-1].startswith(_USUAL):
            given.pop()
        call = f"{self.word.name}({', '.join(one.removeprefix(_USUAL) for one in given)})"
        return f"{call}.{self.field}" if self.field else call


def _argument(value: Argument | None, parameter: Parameter, text: Callable[[Expr], str]) -> str:
    """Return what is said of an argument, marked where nothing need be."""
    if isinstance(value, int | float | str):
        return number_text(value)
    if value is None or spelled_out(value) == parameter.default:
        return _USUAL + parameter.default
    return text(value)


def _given(parameter: Parameter, argument: Argument) -> Argument:
    """Return an argument as the indicator takes it: a number of bars is a whole one."""
    return int(argument) if parameter.kind == WHOLE and isinstance(argument, float) else argument


@cache
def _phrases() -> Mapping[str, list[_Phrase]]:
    """Return the phrases by the operation at their root, the largest first."""
    indicators = [word for word in names() if word.build.__module__.startswith("tapehawk.core.indicators.")]
    every = [(phrase, len(nodes(phrase.shape))) for word in indicators for phrase in _of(word)]
    by_root: dict[str, list[_Phrase]] = defaultdict(list)
    for phrase, _ in sorted(every, key=lambda one: (-one[1], one[0].word.name, one[0].field)):
        by_root[phrase.shape.op].append(phrase)
    return by_root


def _of(word: Word) -> Iterator[_Phrase]:
    """Yield a word's phrases, one for each of its fields."""
    one, two = _filled(word, 101), _filled(word, 163)
    blanks = {x: name for name, x in one.items() if isinstance(x, Expr)}
    numbers: dict[tuple[object, object], str] = {
        (x, two[name]): name for name, x in one.items() if not isinstance(x, Expr)
    }
    first, second = word.build(**one), word.build(**two)
    for field in word.fields or ("",):
        if f"{word.name}.{field}" not in _PLAIN and word.name not in _PLAIN:
            shape, other = (getattr(result, field) if field else result for result in (first, second))
            yield _Phrase(word, field, shape, other, blanks, numbers)


def _filled(word: Word, number: int) -> dict[str, Any]:
    """Return blanks for a word's expressions and numbers for its numbers, all of them different."""
    filled: dict[str, Any] = {}
    for place, p in enumerate(word.parameters):
        if p.kind in (WHOLE, NUMBER):  # a number that is fixed
            filled[p.name] = number + 6 * place if p.kind == WHOLE else (number + 6 * place) / 256
        else:
            kind, power = (MASK, 0) if p.kind == CONDITION else (NUMBER, 1)
            filled[p.name] = make("blank", (), (p.name,), kind=kind, power=power)
    return filled

"""Errors at the edge: what is said of them, and the exit code of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import typer
from typer.core import TyperGroup

from tapehawk.core.errors import BadInput, FormulaError, NoData, ProviderRefused, TapehawkError, TryAgain

FINE, BUG, INTERRUPTED = 0, 1, 130
EXIT_CODES: Final[Mapping[type[TapehawkError], int]] = {BadInput: 2, NoData: 3, ProviderRefused: 4, TryAgain: 75}


def exit_code(kind: type[TapehawkError]) -> int:
    """Return the exit code of an error class: that of its nearest ancestor in the table."""
    return next((EXIT_CODES[one] for one in kind.__mro__ if one in EXIT_CODES), BUG)


class Edge(TyperGroup):
    """The outermost group of commands, where errors become sentences and exit codes."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401  typer's own types are private
        """Run the command; what it raises is said on standard error."""
        try:
            return super().invoke(ctx)
        except TapehawkError as error:
            tell(error)
            raise typer.Exit(exit_code(type(error))) from error
        except KeyboardInterrupt as error:
            typer.echo("interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:  # whoever read has seen enough
            raise typer.Exit(FINE) from error


def tell(error: TapehawkError) -> None:
    """Print what happened, where in a formula, and the likely fix."""
    from tapehawk.cli.terminal import complaints

    out = complaints()
    out.print("[bold red]error:[/]", end=" ")
    out.print(error.in_full, markup=False, highlight=False)
    if isinstance(error, FormulaError):
        out.print("\n".join(f"  {line}" for line in error.pointed().split("\n")), markup=False, highlight=False)
    if error.hint:
        out.print("[bold]hint:[/]", end=" ")
        out.print(error.hint, markup=False, highlight=False)

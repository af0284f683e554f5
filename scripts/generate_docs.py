"""Write the pages of docs/reference and .env.example from the code they describe.

python scripts/generate_docs.py            # `make docs`; a test says that what is committed is current

settings.md      the sections and keys of the settings       cli.md        every command with its options
scanners.md      every scanner with its parameters           indicators.md every indicator with its docstring
analysis.md      every part of the deep analysis               http.md       every route of the service
functions.md      the words of the formula language           ../../.env.example  every environment name
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from tapehawk.app.checking import bounds, to_plain
from tapehawk.app.describing import Description, describe
from tapehawk.app.environment import SECRET_NAMES, SHORT_NAMES
from tapehawk.app.sections import UNUSED, is_unused
from tapehawk.app.settings import TAKES_DEFAULTS, Settings, settings
from tapehawk.catalog import part_types, scanner_names
from tapehawk.cli.main import app
from tapehawk.core import indicators
from tapehawk.core.formula import names

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent))
import http_reference  # noqa: E402  it stands beside this file

NOTE = "<!-- written by scripts/generate_docs.py (`make docs`); do not edit -->\n"


def pages() -> dict[Path, str]:
    """Return every generated file with its text."""
    reference = ROOT / "docs" / "reference"
    made: dict[str, Callable[[], Iterable[str]]] = {
        "settings": _settings,
        "cli": _commands,
        "scanners": _scanners,
        "analysis": _analysis,
        "indicators": _indicators,
        "functions": _functions,
        "http": http_reference.lines,
    }
    texts = {reference / f"{name}.md": NOTE + "\n".join(lines()) + "\n" for name, lines in made.items()}
    return {**texts, ROOT / ".env.example": "\n".join(_environment()) + "\n"}


def _table(*titles: str) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    plain = to_plain(value)
    return ",".join(map(str, plain)) if isinstance(plain, list) else str(plain)


# ---------------------------------------------------------------------------------------------- settings


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield (
        "One file, TOML or JSON: the one that `SCANNER_CONFIG` names, else `./scanner.toml` or `./scanner.json`, else"
        " the same names in your configuration folder (`scanner config path` says which). An environment variable goes"
        " before the file, a command-line option before both. `scanner config show` prints every value with where it"
        " came from; in Python `tapehawk.settings()` is the same object.\n"
    )
    yield "```toml\n[default]\nmin_price = 20\n\n[breakout]\nconsolidation_period = 10\n```\n"
    yield (
        "Every key has an environment name: `[breakout]` `min_price` is `SCANNER__BREAKOUT__MIN_PRICE`. A few have a"
        f" short one too: {', '.join(f'`{name}` ({section}.{key})' for name, (section, key) in SHORT_NAMES.items())}."
        " An unknown key, or a value out of bounds, is an error that says where it stands.\n"
    )
    yield (
        "Every scanner has a section of its own name with [its parameters](scanners.md);"
        f" {' and '.join(f'`{name}`' for name in TAKES_DEFAULTS)} take from `[default]` what theirs does not say.\n"
    )
    known = settings(environment={})
    for name, model in ((name, known.model(name)) for name in _sections(known)):
        yield f"## [{name}]\n\n{inspect.getdoc(model)}\n"
        yield from _table("key", "default", "bounds", "meaning")
        for key, field in model.model_fields.items():
            default = _shown(field.default)
            shown = f"`{default}`" if default else "(empty)"
            unused = f" ({UNUSED})" if is_unused(name, key) else ""
            yield _row(f"`{key}`", shown, bounds(model, key), f"{field.description or ''}{unused}")
        yield ""


def _sections(known: Settings) -> list[str]:
    """List the sections of the house and of the providers; scanners have a page of their own."""
    return [name for name in known.sections() if name not in scanner_names()]


# ---------------------------------------------------------------------------------------------- commands


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield (
        "`scanner` (also `tapehawk`). `--help` on any command shows its options with examples, `--format json` on every"
        " command answers for programs, `scanner --install-completion` completes names in your shell.\n"
    )
    yield "Exit codes: 0 fine, 1 bug, 2 bad input, 3 no data, 4 provider refused, 75 try again later, 130 interrupted\n"
    root: Any = typer.main.get_command(app)
    for name, command in _walk("scanner", root):
        yield from _command(name, command)


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own types are private
    for child, one in getattr(command, "commands", {}).items():
        path = f"{name} {child}"
        if not hasattr(one, "commands") or one.params:
            yield path, one
        yield from _walk(path, one)


def commands() -> dict[str, set[str]]:
    """Return every command's options by its name."""
    found = _walk("", typer.main.get_command(app))
    return {name.strip(): {option for one in command.params for option in one.opts} for name, command in found}


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    yield f"## {name}{''.join(f' {_name(one)}' for one in arguments)}\n"
    said, examples = _said(command.help or "")
    yield f"{said}\n"
    if examples:
        yield "\n".join(["```sh", *examples, "```\n"])
    if arguments or options:
        yield from _table("option", "default", "meaning")
        for one in arguments:
            yield _row(f"`{_name(one)}`", "", one.help or "")
        for one in options:
            default = "" if one.default in (None, False) else f"`{_shown(one.default)}`"
            yield _row(f"`{', '.join(one.opts)}`", "required" if one.required else default, one.help or "")
        yield ""


def _name(argument: Any) -> str:  # noqa: ANN401
    return str(argument.metavar or argument.name.upper())


def _said(text: str) -> tuple[str, list[str]]:
    """Split a command's help into what it says and its examples."""
    lines = [line.strip().replace("\\[", "[") for line in text.splitlines()]
    marked = [line for line in lines if line.startswith("[dim]")]
    said = " ".join(line for line in lines if line and line not in marked)
    return said, [line.removeprefix("[dim]").removesuffix("[/]") for line in marked]


# ---------------------------------------------------------------------------------------------- scanners


def _scanners() -> Iterator[str]:
    yield "# Scanners\n"
    yield (
        "`scanner run --scanner-type NAME`. A parameter is set for one run with `--set name=value`, for good in the"
        " scanner's section of the [settings](settings.md).\n"
    )
    for one in map(describe, scanner_names()):
        yield from _scanner(one)


def _scanner(one: Description) -> Iterator[str]:
    yield f"## {one.name}\n\n{one.title}\n"
    if one.description:
        yield f"{inspect.cleandoc(one.description)}\n"
    patterns = ", ".join(f"`{name}` ({direction})" for name, direction in one.patterns)
    yield f"Patterns: {patterns or 'by what is asked'}. Timeframes: {', '.join(one.timeframes)}.\n"
    yield from _table("parameter", "default", "bounds", "meaning")
    for parameter in one.parameters:
        default = (
            f"`{parameter.default}`" if parameter.default else "required" if parameter.default is None else "empty"
        )
        yield _row(f"`{parameter.name}`", default, parameter.bounds, parameter.description)
    yield ""


# ---------------------------------------------------------------------------------------------- analysis


def _analysis() -> Iterator[str]:
    yield "# Deep analysis\n"
    yield (
        "What is said of a symbol beside a signal, part by part, at its last *closed* bars. A part that can say nothing"
        " is `{available: false, reason}`, and spoils no other. Every answer carries `as_of`, when its newest bar"
        " closed, and the `labels` of its data. [How to add a part](../how-to/add-an-analysis-part.md).\n"
    )
    for kind in part_types():
        yield f"## {kind.name}\n\n{inspect.getdoc(kind)}\n"
        yield f"```text\n{inspect.getdoc(sys.modules[kind.__module__])}\n```\n"
        yield from _table("bars", "inputs")
        for on, named in kind.of_signals_on("1d").inputs().items():
            whose = " of the benchmark" if on.benchmark else ""
            yield _row(f"{on.timeframe}{whose}", ", ".join(f"`{name}`" for name in named))
        yield ""


# ------------------------------------------------------------------------------------------- vocabulary


def _indicators() -> Iterator[str]:
    yield "# Indicators\n"
    yield "The same names in Python (`from tapehawk import ema`) and in [formulas](functions.md).\n"
    for name in sorted(indicators.__all__):
        indicator = getattr(indicators, name)
        signature = str(inspect.signature(indicator)).partition(" ->")[0].replace("'", "")
        yield f"## {name}\n\n```text\n{name}{signature}\n\n{inspect.getdoc(indicator)}\n```\n"


def _functions() -> Iterator[str]:
    yield "# Functions of the formula language\n"
    yield (
        "`scanner formula 'close > highest(high, 20)[1] and rvol(20) > 2'`. Columns: open, high, low, close, volume,"
        " and `raw.close` and its like for values as traded. `x[1]` is the bar before.\n"
    )
    yield from _table("function", "gives", "meaning")
    for word in names():
        yield _row(f"`{word}`", ", ".join(word.fields), word.meaning)


# ------------------------------------------------------------------------------------------- environment

HEADER = """\
# Every environment name of Tapehawk. All are optional; copy the lines you want into your shell's or service's
# environment. An environment name overrides the settings file; a command-line option overrides both. What is for parts
# of the program still to come changes nothing yet: docs/reference/settings.md says which settings these are.
# `scanner config show` prints each value with where it came from. Written by scripts/generate_docs.py (`make docs`).

# The settings file (TOML or JSON); else ./scanner.toml, ./scanner.json, then the user's configuration folder.
#SCANNER_CONFIG=

# --- Any setting: SCANNER__<SECTION>__<KEY> --------------------------------------------------------------------------\
"""
SHORT = """\

# --- The same by short names -----------------------------------------------------------------------------------------\
"""
SECRETS = """\

# --- Keys and passwords: never commit them ---------------------------------------------------------------------------\
"""


def _environment() -> Iterator[str]:
    yield HEADER
    known = settings(environment={})
    for section in _sections(known):
        yield from _variables(section, {key: one.value for key, one in known.section(section).items()})
    yield "# Parameters of scanners; docs/reference/scanners.md says what they mean."
    for name in scanner_names():
        yield from _variables(name, {one.name: one.default or "" for one in describe(name).parameters})
    yield SHORT
    yield from _short(known, SHORT_NAMES)
    yield SECRETS
    yield from _short(known, SECRET_NAMES)


def _short(known: Settings, names: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for name, (section, key) in names.items():
        field = known.model(section).model_fields[key]
        value = "" if name in SECRET_NAMES else _shown(field.default)
        yield f"# {field.description}.\n#{name}={value}"


def _variables(section: str, values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        yield f"#SCANNER__{section.replace('.', '__')}__{key}=".upper() + _shown(value)


def main() -> int:
    """Write what has changed."""
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

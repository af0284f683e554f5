"""Errors at the edge: every class of the tree has an exit code, and what is said of it helps."""

from __future__ import annotations

import pytest

from tapehawk.cli.exits import EXIT_CODES, exit_code
from tapehawk.core import errors
from tapehawk.core.errors import TapehawkError


def tree(kind: type[TapehawkError] = TapehawkError) -> list[type[TapehawkError]]:
    """Return every error class below one."""
    return [one for child in kind.__subclasses__() for one in (child, *tree(child))]


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.__name__)
def test_every_error_class_has_an_exit_code(kind):
    assert exit_code(kind) in {2, 3, 4, 75}


def test_a_planted_class_outside_the_table_is_caught():
    planted = type("Planted", (TapehawkError,), {})
    assert exit_code(planted) == 1


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("BadInput", 2),
        ("FormulaError", 2),
        ("NoData", 3),
        ("CorruptStore", 3),
        ("ProviderRefused", 4),
        ("TryAgain", 75),
    ],
)
def test_the_published_exit_codes(kind, code):
    assert exit_code(getattr(errors, kind)) == code


def test_the_table_names_no_class_twice_over_its_ancestors():
    assert all(code != exit_code(kind.__mro__[1]) for kind, code in EXIT_CODES.items())


def test_who_sits_at_the_machine_is_told_which_store_it_is(scanner, tmp_path):
    done = scanner("run", "--scanner-type", "breakout")
    assert done.exit_code == 3
    assert str(tmp_path / "store") in done.stderr.replace("\n", "")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["run", "--scanner-type", "brakout"], 2, "unknown scanner 'brakout'\nhint: did you mean 'breakout'"),
        (["explain", "AAA", "--scanner-type", "all"], 2, "unknown scanner 'all'"),
        (["run", "--scanner-type", "breakout", "--set", "min_prise=3"], 2, "did you mean 'min_price'"),
        (["run", "--scanner-type", "breakout", "--set", "min_price=-3"], 2, "at least 0"),
        (["run", "--scanner-type", "breakout", "--set", "min_price"], 2, "--set min_price=5"),
        (["run", "--scanner-type", "breakout", "--date", "2025-06-29"], 2, "2025-06-27 and 2025-06-30"),
        (["run", "--scanner-type", "breakout", "--date", "2001-06-29"], 3, "nothing is stored"),
        (["run", "--scanner-type", "breakout", "--symbols", "NOPE"], 2, "unknown symbol 'NOPE'"),
        (["run", "--scanner-type", "breakout", "--timeframe", "7m"], 2, "unknown timeframe '7m'"),
        (["run", "--scanner-type", "breakout", "--timeframe", "1m"], 3, "no 1m bars are stored"),
        (["run", "--scanner-type", "breakout", "--universe", "etff"], 2, "unknown universe"),
        (["run", "--scanner-type", "breakout", "--config-file", "gone.toml"], 2, "no settings file gone.toml"),
        (["run", "--scanner-type", "ml"], 3, "no trained model"),
        (["formula", "close > higest(high, 20)"], 2, "  close > higest(high, 20)\n          ^\n"),
        (["formula", "close > close[-1]"], 2, "^"),
        (["import", "gone.csv", "--adjustment", "none"], 2, "gone.csv"),
        (["export", "bars.txt"], 2, ".csv"),
        (["sql", "drop table bars_1d"], 2, "SELECT"),
        (["config", "get", "breakout.min_prise"], 2, "did you mean 'min_price'"),
        (["config", "set", "api.port", "0"], 2, "at least 1"),
    ],
)
def test_an_error_is_said_on_standard_error_with_its_hint_and_its_code(stored, scanner, args, code, said):
    done = scanner(*args)
    assert done.exit_code == code, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert said in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["run"],
        ["runn"],
        ["run", "--scanner-type", "breakout", "--date", "yesterday"],
        ["run", "--scanner-type", "breakout", "--format", "yaml"],
        ["run", "--scanner-type", "breakout", "--no-such-option"],
        ["config", "get", "breakout"],
        ["config", "--value", "3"],
    ],
)
def test_a_wrong_use_of_the_command_is_bad_input(scanner, args):
    done = scanner(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage" in done.stderr


def test_an_empty_store_is_no_data_and_says_how_to_fill_it(scanner):
    done = scanner("run", "--scanner-type", "breakout")
    assert done.exit_code == 3
    assert "scanner import" in done.stderr

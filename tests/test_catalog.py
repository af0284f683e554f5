from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import tapehawk
from tapehawk import catalog
from tapehawk.catalog import scanner_names, scanner_type, scanners
from tapehawk.core import indicators
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.scanner import Scanner

MINE = '''"""Mine."""

from tapehawk import BUY, Scanner, Setup, close, high, highest, low


class TwentyDayHigh(Scanner):
    """A close above the highest high of twenty bars."""

    def setups(self):
        yield Setup("breakout", BUY, base=100, when={"new high": close > highest(high, 20)[1]}, stop=low)
'''


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder of the user's own scanners, with one in it."""
    own = tmp_path / "my_scanners"
    own.mkdir()
    (own / "twenty_day_high.py").write_text(MINE)
    return own


def test_every_type_of_the_published_list_is_there():
    published = {"breakout", "inside_bar", "outside_bar", "gap", "crp", "technical", "relative_volume", "momentum"}
    published |= {"reversal", "volume_spike", "lc", "parabolic", "ml", "formula"}
    assert published <= set(scanner_names())


def test_a_scanners_module_is_named_as_its_type_and_every_one_can_be_made_without_a_word():
    for name, kind in zip(scanner_names(), scanners(), strict=True):
        assert kind.type() == name
        assert isinstance(kind(), Scanner)
        title = (kind.__doc__ or "").partition("\n")[0]
        assert title.endswith("."), f"{name}: the first line of the docstring is its title"


ASKED_FOR_ONE = """
import sys
from tapehawk.catalog import scanner_names, scanner_type
scanner_names()
before = [m for m in sys.modules if m.startswith("tapehawk.scanners.")]
scanner_type("breakout")
print(before, [m for m in sys.modules if m.startswith("tapehawk.scanners.")])
"""


def test_names_import_nothing_and_a_type_imports_its_own_module_only():
    answer = subprocess.run([sys.executable, "-c", ASKED_FOR_ONE], capture_output=True, text=True, check=True)
    assert answer.stdout == "[] ['tapehawk.scanners.breakout']\n"


def test_an_unknown_name_is_answered_with_the_nearest_ones():
    with pytest.raises(UnknownName) as caught:
        scanner_type("brakeout")
    assert caught.value.nearest[0] == "breakout"
    for nonsense in ("", "../breakout", "lc.og", "_", "breakout "):
        with pytest.raises(UnknownName):
            scanner_type(nonsense)


def test_a_file_in_the_users_folder_is_a_scanner(folder):
    assert "twenty_day_high" in scanner_names(folder)
    assert "twenty_day_high" not in scanner_names()
    kind = scanner_type("twenty_day_high", folder)
    assert [setup.pattern for setup in kind().setups()] == ["breakout"]
    assert "twenty_day_high" in [every.type() for every in scanners(folder)]


def test_a_folder_that_does_not_exist_holds_none(tmp_path):
    assert scanner_names(tmp_path / "nowhere") == scanner_names()


def test_private_files_are_left_alone(folder):
    (folder / "_notes.py").write_text("raise SystemExit")
    assert "_notes" not in scanner_names(folder)


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (MINE.replace("BUY, base", "BUY base"), 10, "SyntaxError"),
        (MINE.replace("high, highest", "high, hihgest"), 3, "hihgest"),
        (MINE.replace("[1]}", "[-1]}"), 10, "has not closed yet"),
        (MINE.replace("close > highest(high, 20)[1]", "highest(high, 20) > 50"), 10, "highest"),
        (MINE.replace(", stop=low", ""), 10, "no stop"),
        (MINE.replace("BUY, base=100", "BYU, base=100"), 10, "BYU"),
        (MINE.replace("class TwentyDayHigh", "class Other"), 1, "class TwentyDayHigh(Scanner)"),
        ("1 / 0\n", 1, "ZeroDivisionError"),
        ("", 1, "class TwentyDayHigh(Scanner)"),
    ],
)
def test_a_broken_file_is_named_with_its_line(folder, source, line, said):
    file = folder / "twenty_day_high.py"
    file.write_text(source)
    with pytest.raises(BadInput) as caught:
        scanner_type("twenty_day_high", folder)
    assert caught.value.message.startswith(f"{file.name}:{line}: ")
    assert str(file) in caught.value.in_full
    assert said in f"{caught.value.message} {caught.value.hint}"


def test_one_broken_file_does_not_hide_the_other_scanners(folder):
    (folder / "broken.py").write_text("(")
    assert "broken" in scanner_names(folder)
    assert scanner_type("twenty_day_high", folder).type() == "twenty_day_high"
    assert scanner_type("breakout", folder).type() == "breakout"


def test_a_file_may_not_take_a_name_that_exists(folder):
    (folder / "breakout.py").write_text(MINE)
    with pytest.raises(BadInput, match="there is a scanner named 'breakout' already"):
        scanner_type("breakout", folder)


def plug_in(monkeypatch, name: str, value: str) -> None:
    """Install a plug-in, as far as the catalog can tell."""
    entry = importlib.metadata.EntryPoint(name, value, catalog.ENTRY_POINTS)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: importlib.metadata.EntryPoints([entry]))


def test_an_installed_package_adds_its_scanner_under_the_name_of_its_entry_point(monkeypatch, folder):
    monkeypatch.syspath_prepend(folder)
    plug_in(monkeypatch, "twenty_day_high", "twenty_day_high:TwentyDayHigh")
    assert "twenty_day_high" in scanner_names()
    assert scanner_type("twenty_day_high").type() == "twenty_day_high"


@pytest.mark.parametrize(
    "value", ["no.such.module:Theirs", "tapehawk.scanners.outside_bar:NoSuch", "tapehawk.core.bars:is_not"]
)
def test_a_plug_in_that_can_not_be_loaded_is_named(monkeypatch, value):
    plug_in(monkeypatch, "theirs", value)
    with pytest.raises(BadInput, match=value):
        scanner_type("theirs")


@pytest.mark.parametrize("value", ["tapehawk.core.scanner:Setup", "tapehawk.scanners.outside_bar:OutsideBar"])
def test_a_plug_in_that_is_no_scanner_of_that_name_is_named(monkeypatch, value):
    plug_in(monkeypatch, "theirs", value)
    with pytest.raises(BadInput, match="is no scanner named 'theirs'"):
        scanner_type("theirs")


def test_the_front_door_shows_every_indicator_and_what_it_shows_is_there():
    assert set(indicators.__all__) <= set(tapehawk.__all__)
    for name in tapehawk.__all__:
        assert getattr(tapehawk, name) is not None
    assert set(tapehawk.__all__) <= set(dir(tapehawk))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tapehawk.nothing  # noqa: B018


def test_importing_the_package_alone_loads_no_numpy():
    code = "import sys, tapehawk; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"

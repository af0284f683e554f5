"""The how-to's example does what the page says, and is held to the contract that every provider is held to."""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tapehawk.app import syncing
from tapehawk.cli.main import app
from tapehawk.data import providers
from tapehawk.data.providers.registry import provider_names
from tests.data.providers import test_every_provider as every
from tests.data.syncs import FIRST, assert_stored, clock_at
from tests.fakes.truth import simulated

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "add-a-provider.md").read_text()
CONFIG, ADAPTER, FAKE, CASE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
FILES = {"config.py": CONFIG, "adapter.py": ADAPTER}
OF_TESTS = {"tests.fakes.acme": FAKE, "tests.data.providers.cases.acme": CASE}

# All tests of the contract, and what they need, are tests of this file, too; only the case is another.
globals().update({name: one for name, one in vars(every).items() if not name.startswith("__")})


@pytest.fixture(scope="module")
def acme(tmp_path_factory):
    """Put the page's files where the page says, as far as Python sees; return the module of the case."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "acme").mkdir()
    (folder / "acme" / "__init__.py").write_text('"""Acme: US stocks."""\n')
    for name, text in FILES.items():
        (folder / "acme" / name).write_text(text)
    before = set(sys.modules)
    providers.__path__.append(str(folder))
    yield [_module(name, folder / f"{name}.py", text) for name, text in OF_TESTS.items()][-1]
    providers.__path__.remove(str(folder))
    for name in [name for name in sys.modules if name not in before and ".acme" in name]:
        del sys.modules[name]


def _module(name, file, text):
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(name, file)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def case(acme):
    return acme.AcmeCase()


def test_it_is_a_provider_by_being_there(acme):
    assert "acme" in provider_names()
    done = CliRunner().invoke(app, ["config", "show", "providers.acme"])
    assert "https://api.acme.example" in done.output


def test_it_is_synced_from_the_command_line(case, monkeypatch, tmp_path):
    truth = simulated()
    names = truth.daily["symbol"].unique().sort().to_list()[:2]
    monkeypatch.setattr(syncing, "run", functools.partial(syncing.run, clock=clock_at().clock))
    with case.fake(truth) as fake:
        monkeypatch.setenv("SCANNER__PROVIDERS__ACME__API_KEY", fake.key)
        monkeypatch.setenv("SCANNER__PROVIDERS__ACME__BASE_URL", fake.url)
        asked = ["sync", "--provider", "acme", "--symbols", ",".join(names), "--since", str(FIRST)]
        done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert_stored(tmp_path / "store", truth.daily.filter(truth.daily["symbol"].is_in(names)), provider="acme")

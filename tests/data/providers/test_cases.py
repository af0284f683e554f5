"""Who is held to the contract: every provider there is, by a case that has its name."""

from __future__ import annotations

import pytest

from tapehawk.data import providers
from tapehawk.data.providers.registry import provider_names
from tapehawk.data.providers.wire.trouble import KINDS
from tests.data.providers.cases.case import every_case


def with_a_case():
    return tuple(case.name for case in every_case())


def test_every_provider_has_a_case_in_a_file_of_its_name():
    assert with_a_case() == provider_names()
    assert [type(case).__module__.rpartition(".")[2] for case in every_case()] == list(with_a_case())


def test_planted_a_provider_without_a_case_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "adapter.py").touch()
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(tmp_path)])
    assert set(provider_names()) - set(with_a_case()) == {"acme"}


def test_every_status_that_means_something_to_us_is_run_through_each_adapter():
    for case in every_case():
        assert {*KINDS, 500, 502, 504} <= set(case.statuses)


@pytest.mark.parametrize("case", every_case(), ids=lambda case: case.name)
def test_what_asks_nobody_has_no_key_and_no_line_to_spoil(case):
    assert case.http or not (case.keyed or case.streams)

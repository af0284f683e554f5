"""The how-to is true: its file is a notifier, and what the reference says of webhooks verifies one."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tapehawk.notify import registry
from tapehawk.notify.notifiers import webhook
from tests.fakes.receivers import http_receiver
from tests.notify.far_sides import NOW, far_side
from tests.notify.test_every_notifier import LETTER

DOCS = Path(__file__).parents[2] / "docs"
FILE, TRIAL = re.findall(r"```python\n(.*?)```", (DOCS / "how-to" / "add-a-notifier.md").read_text(), re.DOTALL)
(VERIFYING,) = re.findall(r"```python\n(.*?)```", (DOCS / "reference" / "notifications.md").read_text(), re.DOTALL)
NAME = "tapehawk.notify.notifiers.mattermost"


@pytest.fixture
def added(monkeypatch) -> None:
    """Let the file of the how-to be there."""
    module = ModuleType(NAME)
    monkeypatch.setitem(sys.modules, NAME, module)
    exec(compile(FILE, "add-a-notifier.md", "exec"), vars(module))  # noqa: S102
    names = (*registry.kinds(), "mattermost")
    monkeypatch.setattr(registry, "kinds", lambda: names)


def test_the_file_of_the_how_to_is_a_notifier(added, capsys):
    with http_receiver() as receiver:
        exec(compile(TRIAL, "add-a-notifier.md", "exec"), {"WEBHOOK": f"{receiver.url}/hooks/x"})  # noqa: S102
        assert receiver.taken[0].json == {"text": "**BUY AAPL**\nentry 189.2"}
    assert capsys.readouterr().out.startswith("200")


def test_the_receiver_of_the_reference_believes_ours_and_nobody_elses():
    receiver: dict[str, object] = {}
    exec(compile(VERIFYING, "notifications.md", "exec"), receiver)  # noqa: S102
    with far_side("webhook") as side:
        side.send(LETTER)
        (taken,) = side.receiver.taken
    headers = {name.title(): value for name, value in taken.headers.items()}
    is_ours = receiver["is_ours"]
    assert is_ours("webhook-signing-secret", headers, taken.body, NOW)
    assert not is_ours("webhook-signing-secret", headers, taken.body, NOW + 301)
    assert not is_ours("another", headers, taken.body, NOW)
    assert not is_ours("webhook-signing-secret", headers, taken.body + b" ", NOW)


def test_the_reference_knows_every_kind_and_every_header():
    page = (DOCS / "reference" / "notifications.md").read_text()
    assert all(f"| `{kind}` |" in page for kind in registry.kinds())
    assert all(header in page for header in re.findall(r"Tapehawk-\w+", Path(webhook.__file__).read_text()))

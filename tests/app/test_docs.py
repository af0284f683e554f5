"""What is generated from the code and committed is current."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tapehawk.app.settings import settings
from tapehawk.catalog import scanner_names

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
generate_docs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate_docs)
PAGES = generate_docs.pages()
HOW_TOS = sorted(path.name for path in (ROOT / "docs" / "how-to").glob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_generated_page_is_current(path):
    assert path.read_text(encoding="utf-8") == PAGES[path], "run `make docs` and commit what it wrote"


def test_every_scanner_is_in_the_reference_and_every_section_in_the_environment():
    scanners = (ROOT / "docs" / "reference" / "scanners.md").read_text()
    assert [name for name in scanner_names() if f"\n## {name}\n" not in scanners] == []
    environment = (ROOT / ".env.example").read_text()
    names = {name: name.replace(".", "__").upper() for name in settings(environment={}).sections()}
    assert [name for name, said in names.items() if f"#SCANNER__{said}__" not in environment] == []


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md", *(f"docs/how-to/{name}" for name in HOW_TOS)])
def test_the_commands_that_a_page_shows_exist_with_their_options(page):
    shown = generate_docs.commands()
    typed = "".join(re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL))
    for line in re.findall(r"^(?:[A-Z_]+=\S+ )?scanner (.+)$", typed, re.MULTILINE):
        words = line.split("#")[0].split()
        name = next(" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in shown)
        options = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", line.split("#")[0]))
        assert options <= shown[name], line

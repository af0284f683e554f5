"""The pages that show the API need nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.app.service import Service

PAGES = ("/docs", "/api/docs", "/redoc")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_only_files_of_ours_and_runs_no_script_of_its_own(anyone, page):
    answer = anyone.get(page)
    assert answer.status_code == 200
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", answer.text)
    assert len(loaded) >= 3
    for path in loaded:
        assert path.startswith("/docs/assets/")
        assert anyone.get(path).status_code == 200, path
    assert re.findall(r"<script(?! src=)", answer.text) == []
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert not any("http" in sources or "*" in sources for sources in policy.values())


LOADS = re.compile(
    r"""(?:src|href|srcSet|url)\s*[:=(]\s*["'`]?(?:https?:)?//(?!www\.w3\.org)[^"'`)]+\.(?:svg|png|js|css|woff2?)"""
)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_runs_names_no_image_script_style_or_font_from_elsewhere(anyone, page):
    assert LOADS.search('{alt:"redocly logo",src:"https://cdn.example/logo-mini.svg"}'), "the check sees one"
    for path in re.findall(r"(?:src|href)=\"([^\"]+\.(?:js|css))\"", anyone.get(page).text):
        text = anyone.get(path).text
        assert LOADS.findall(text) == [], path
        assert "cdn." not in text, path


@pytest.mark.parametrize("name", ["swagger-ui.LICENSE.txt", "redoc.LICENSE.txt"])
def test_the_licences_of_the_pages_are_served_with_them(anyone, name):
    assert "license" in anyone.get(f"/docs/assets/{name}").text.lower()


@pytest.mark.parametrize("name", ["..%2f..%2fapp.py", "core.py", "__init__.py", "x"])
def test_no_other_file_is_served(anyone, name):
    assert anyone.get(f"/docs/assets/{name}").status_code == 404


@pytest.mark.slow
def test_a_real_browser_shows_every_route(tmp_path):
    """Where there is no Chromium the test above is all there is."""
    if BROWSER is None:
        return
    with Service(tmp_path) as service:
        for page, shown in (("/docs", "/api/v1/users"), ("/redoc", "List Users")):
            command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"]
            command += [f"--user-data-dir={tmp_path / 'browser'}", "--enable-logging=stderr", "--dump-dom"]
            done = subprocess.run(
                [*command, service.url + page], capture_output=True, text=True, check=False, timeout=120
            )
            assert shown in re.sub(r"\u200b|<wbr>", "", done.stdout), done.stderr[-2000:]
            assert [line for line in done.stderr.splitlines() if "Content Security Policy" in line] == []

"""The web app's files: its page at its addresses only, what browsers keep, what they may load."""

from __future__ import annotations

import re

import pytest

from tapehawk.api import web_app

PAGE = '<!doctype html><div id="root"></div><script type="module" src="/assets/app-1a2b.js"></script>'
ADDRESSES = (
    "/",
    "/desk",
    "/scan",
    "/scan?scanner=gap",
    "/symbol/AAPL",
    "/symbol/BTC/USDT",
    "/welcome",
    "/admin?part=jobs",
)


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Make a folder the built app."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "THIRD-PARTY.txt").write_text("charts by …")
    (tmp_path / "assets" / "app-1a2b.js").write_text("void 0;" * 1000)
    (tmp_path.parent / "beside.txt").write_text("not yours")
    monkeypatch.setattr(web_app, "BUILT", tmp_path)
    return tmp_path


@pytest.fixture
def not_built(tmp_path, monkeypatch):
    """Let there be no built app."""
    monkeypatch.setattr(web_app, "BUILT", tmp_path / "nowhere")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_of_the_app_answers_its_page_which_is_asked_for_every_time(anyone, built, address):
    answer = anyone.get(address)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert anyone.head(address).status_code == 200


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("address", ["/nowhere", "/api/nowhere", "/api/v1/nowhere", "/scan/more", "/index.html"])
def test_no_other_address_does(anyone, built, address):
    answer = anyone.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/nowhere", "/scan/more", "/index.html", "/apiary"])
def test_a_browser_gets_the_page_there_which_says_that_nothing_is(anyone, built, address):
    answer = anyone.get(address, headers=BROWSER)
    assert (answer.status_code, answer.text) == (404, PAGE)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert anyone.post(address, headers=BROWSER).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/api/nowhere", "/api", "/assets/a/b", "/docs/nowhere", "/ws/nowhere"])
def test_but_not_where_programs_ask(anyone, built, address):
    answer = anyone.get(address, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_where_no_app_is_built_a_browser_gets_the_problem(anyone, not_built):
    answer = anyone.get("/nowhere", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_files_are_kept_forever_and_compressed(anyone, built):
    answer = anyone.get("/assets/app-1a2b.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("name", ["missing.js", "..%2Findex.html", "%2E%2E%2F%2E%2E%2Fbeside.txt", "%2Fetc%2Fpasswd"])
def test_no_other_file_is_served(anyone, built, name):
    assert anyone.get(f"/assets/{name}").status_code == 404


def test_whose_software_it_is_made_of_besides_can_be_read(anyone, built):
    answer = anyone.get("/THIRD-PARTY.txt")
    assert answer.text == "charts by …"
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_page_runs_and_loads_nothing_but_its_own_files(anyone, built):
    policy = dict(part.split(" ", 1) for part in anyone.get("/").headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)


def test_where_it_is_not_built_the_page_says_how_to(anyone, not_built):
    answer = anyone.get("/")
    assert answer.status_code == 200
    assert "make web" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert anyone.get("/assets/app.js").status_code == 404
    assert anyone.get("/icon.svg").status_code == 404
    assert anyone.get("/THIRD-PARTY.txt").status_code == 404


def test_the_owners_link_works_without_the_app_and_its_script_may_run(anyone, not_built):
    page = anyone.get("/welcome")
    assert re.search(r'<script src="/welcome.js">', page.text)
    assert "script-src 'self'" in page.headers["content-security-policy"]

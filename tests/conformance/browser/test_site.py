"""The documentation as a site, in a real browser at two widths: it fits, it is searched, and it fetches nothing."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from cli.help import HELP
from tests.plan.labs import ROOT

WIDTHS = [(360, 780), (1280, 900)]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """Address of the built site, and the names of its pages."""
    if find_spec("material") is None:
        pytest.skip("not run: mkdocs-material is not installed (make docs)")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder]
    subprocess.run(command, cwd=ROOT, check=True)
    pages = sorted(str(each.parent.relative_to(folder)) for each in folder.rglob("index.html"))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", pages
        server.shutdown()


@pytest.fixture(params=WIDTHS, ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Any, site: tuple[str, list[str]]) -> Iterator[Any]:
    """A page of a browser, which fails on errors in its console and on requests that leave this machine."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark")
    opened, complaints = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(site[0]) else None)
    yield opened
    context.close()
    assert [each for each in complaints if not each.startswith("data:")] == []


def test_every_page_fits(page: Any, site: tuple[str, list[str]]) -> None:
    address, pages = site
    assert len(pages) > 20
    for each in pages:
        page.goto(f"{address}{each}/")
        assert page.locator("h1").count() >= 1, each
        assert "```" not in page.locator("article").inner_text(), each  # a block that was taken for none
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), each


def test_it_is_dark_where_the_reader_is(page: Any, site: tuple[str, list[str]]) -> None:
    page.goto(site[0])
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")


def test_it_is_searched(page: Any, site: tuple[str, list[str]]) -> None:
    page.goto(site[0])
    if page.viewport_size["width"] < 960:
        page.locator("label.md-header__button[for='__search']").click()
    page.locator("input.md-search__input").click()
    page.keyboard.type("GPU-TIGHT", delay=20)
    page.locator("a.md-search-result__link[href*='findings']").first.wait_for()


def test_every_command_has_a_headline(page: Any, site: tuple[str, list[str]]) -> None:
    page.goto(f"{site[0]}commands/")
    told = {each.rstrip("¶") for each in page.locator("article h2").all_inner_texts()}
    assert {f"homelab {name}" for name in HELP} <= told


def test_links_lead_to_pages(site: tuple[str, list[str]], tmp_path: Path) -> None:
    pages = site[1]
    for name in ("tutorial", "day", "pipelines", "commands", "keys", "findings", "moving-in"):
        assert name in pages

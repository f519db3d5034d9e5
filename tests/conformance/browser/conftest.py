"""A real Chromium, and the page of prod in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.html.links import Links
from cli.html.page import page as page_text
from plan.forecast import look_ahead
from tests.plan.labs import plan_of

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page of prod is."""
    file = tmp_path_factory.mktemp("report") / "prod.html"
    plan = plan_of("prod")
    file.write_text(page_text(plan, look_ahead(plan), Links(Path())), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium of this machine."""
    sync = pytest.importorskip("playwright.sync_api", reason="not run: playwright is not installed (make browser)")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("not run: there is no Chromium on PATH (apt-get install chromium)")
    with sync.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Open]:
    """Opens the page: `opened(width=360, scripts=False)`. It fails on errors in the console and on any request."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(
        *, width: int = 1280, height: int = 900, scheme: str = "light", scripts: bool = True, at: str = ""
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if "prod.html" not in request.url else None)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for each in complaints if each != "data:,"] == []

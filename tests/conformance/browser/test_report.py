"""The page of a lab in a real browser: on a phone and on a desk, with and without a script."""

from typing import Any

import pytest

from plan.forecast import look_ahead
from tests.conformance.browser.conftest import Open
from tests.plan.labs import plan_of

SIZES = [(360, 780), (768, 1024), (1280, 900)]


def open_all(page: Any) -> None:
    """Open everything that can be opened."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_page_fits_and_is_accessible(width: int, height: int, scheme: str, opened: Open) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="not run: axe is not installed")
    page = opened(width=width, height=height, scheme=scheme)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    result = axe.Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("width", [360, 1280])
def test_everything_is_readable_without_a_script(width: int, opened: Open) -> None:
    page = opened(width=width, scripts=False)
    text = page.locator("body").text_content()
    for finding in look_ahead(plan_of("prod")).findings:
        assert finding.message in text
    assert page.locator("#search").is_hidden()
    summary = page.locator("#losses summary").first
    summary.click()
    assert page.locator("#losses details").first.get_attribute("open") is not None


@pytest.mark.parametrize("width", [360, 1280])
def test_one_of_the_two_pictures_is_shown_and_leads_to_the_nodes(width: int, opened: Open) -> None:
    page = opened(width=width)
    assert page.locator("#picture svg:visible").count() == 1
    page.locator("#picture svg:visible a[href='#machine-k8s-node1']").click()
    assert page.url.endswith("#machine-k8s-node1")
    assert page.locator("#machine-k8s-node1").is_visible()


def test_text_in_the_picture_is_not_too_small_on_a_phone(opened: Open) -> None:
    page = opened(width=360)
    size = page.locator("#picture svg:visible text.small").first.evaluate("each => each.getBoundingClientRect().height")
    assert size >= 10


def test_a_link_opens_what_happens_when_a_node_dies(opened: Open) -> None:
    page = opened()
    details = page.locator("#loss-node-k8s-node1")
    assert details.get_attribute("open") is None
    page.locator("header a[href='#loss-node-k8s-node1']").click()
    page.wait_for_function("document.getElementById('loss-node-k8s-node1').open")
    assert "frigate" in details.inner_text()


def test_findings_are_filtered(opened: Open) -> None:
    page = opened()
    page.fill("#search", "video memory")
    assert page.locator(".finding:visible").count() == 1
    assert page.locator("#shown").inner_text() == "1 shown"
    page.fill("#search", "")
    page.select_option("#severity", "warning")
    warnings = [each for each in look_ahead(plan_of("prod")).findings if each.severity == "warning"]
    assert page.locator(".finding:visible").count() == len(warnings) > 0


def test_the_keyboard_is_enough(opened: Open) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.locator("#quotas summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#quotas details").first.get_attribute("open") is not None


def test_on_paper_everything_is_open(opened: Open) -> None:
    page = opened()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("nav").is_hidden()
    assert page.locator("#evictions li").first.is_visible()
    assert len(page.pdf()) > 10_000


def test_without_a_script_paper_shows_everything_too(opened: Open) -> None:
    page = opened(scripts=False)
    page.emulate_media(media="print")
    assert page.locator("#evictions li").first.bounding_box() is not None


def test_it_opens_in_a_second(opened: Open) -> None:
    times = [
        opened().evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") for _ in range(3)
    ]
    assert min(times) < 1000

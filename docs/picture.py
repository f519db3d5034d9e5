"""Pictures of prod: `python -m docs.picture` writes docs/plan.svg and, where there is a Chromium, docs/report.png."""

import io
import shutil
import tempfile
from pathlib import Path

from rich.console import Console

from cli.html.links import Links
from cli.html.page import page
from cli.text.plan import print_plan
from config.load import load_lab
from plan import Plan, make_plan
from plan.forecast import look_ahead


def main() -> None:
    """Print the plan as on a terminal, open its page as in a browser, and keep what both look like."""
    plan = make_plan(load_lab(Path("config/labs/prod")))
    draw_plan(plan)
    chromium = shutil.which("chromium")
    if chromium:
        draw_page(plan, chromium)
    else:
        print("docs/report.png stays as it is: there is no chromium on PATH")


def draw_plan(plan: Plan) -> None:
    """The first screen in a terminal of 120 columns."""
    console = Console(
        record=True, width=120, file=io.StringIO(), force_terminal=True, highlight=False, markup=False, emoji=False
    )
    print_plan(plan, console, whole=False)
    console.save_svg("docs/plan.svg", title="homelab plan")


def draw_page(plan: Plan, chromium: str) -> None:
    """The top of the page in a window of a thousand pixels."""
    from playwright.sync_api import sync_playwright  # only this picture needs a browser

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "lab.html"
        file.write_text(page(plan, look_ahead(plan), Links(Path())), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        window = browser.new_page(viewport={"width": 1000, "height": 1150})
        window.goto(file.as_uri())
        window.screenshot(path="docs/report.png")
        browser.close()


if __name__ == "__main__":
    main()

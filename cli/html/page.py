"""The whole page."""

from pathlib import Path

import htpy as h
from markupsafe import Markup

from cli.html.data import data_section
from cli.html.findings import findings_section
from cli.html.links import Links
from cli.html.losses import evictions_section, losses_section
from cli.html.nodes import nodes_section
from cli.html.picture import picture_section
from cli.html.quotas import quotas_section
from cli.html.verdict import limits_section, verdict_header
from plan.forecast import Forecast
from plan.model import Plan
from plan.verdict import judge
from plan.wording import visible

SECTIONS = (
    ("picture", "Picture"),
    ("nodes", "Nodes"),
    ("limits", "Limits"),
    ("losses", "Failures"),
    ("evictions", "Evictions"),
    ("quotas", "Quotas"),
    ("data", "Data"),
    ("findings", "Findings"),
)


def page(
    plan: Plan, forecast: Forecast, links: Links, change: h.Element | None = None, live: h.Element | None = None
) -> str:
    """The page as text; `change` is a section about the difference from another plan, `live` one about what runs."""
    added = [(key, title) for key, title, section in (("change", "Change", change), ("live", "Live", live)) if section]
    sections = (*added, *SECTIONS)
    return visible(
        str(
            h.html(lang="en")[
                h.head[
                    h.meta(charset="utf-8"),
                    h.meta(name="viewport", content="width=device-width, initial-scale=1"),
                    h.title[f"Lab {plan.lab.name}"],
                    h.link(rel="icon", href="data:,"),
                    h.style[Markup(_asset("style.css"))],
                ],
                h.body[
                    verdict_header(plan, forecast, judge(forecast)),
                    h.main(id="main")[
                        h.nav(aria_label="Sections")[h.ul[(h.li[h.a(href=f"#{key}")[name]] for key, name in sections)]],
                        change,
                        live,
                        picture_section(plan),
                        nodes_section(plan),
                        limits_section(forecast),
                        losses_section(forecast),
                        evictions_section(plan),
                        quotas_section(plan),
                        data_section(forecast),
                        findings_section(plan.lab, forecast.findings, links),
                    ],
                    h.footer[h.p(".soft")["An estimate by `homelab report`: the plan's files say what is declared."]],
                    h.script[Markup(_asset("script.js"))],
                ],
            ]
        )
    )


def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")

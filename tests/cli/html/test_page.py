"""The lab as one HTML page, without a browser."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.html.links import Links
from cli.html.live import live_section
from cli.html.page import page
from config.cluster import Overcommit
from config.folder import lab_folder
from config.load import load_lab
from operations.doctor.diagnose import diagnose
from plan import Plan, make_plan
from plan.forecast import look_ahead
from tests.cli.conftest import Homelab
from tests.operations.doctor.cluster import Cluster, healthy
from tests.plan.labs import ROOT, lab_of, plan_of

LOADING = {"src", "srcset", "data", "action", "poster"}


class Reader(HTMLParser):
    """Collects identifiers, links, addresses to load from, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                (self.loaded if tag == "link" else self.links).append(value or "")
            if name in LOADING:
                self.loaded.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page_of(plan: Plan, links: Links | None = None) -> str:
    """The page of a plan."""
    return page(plan, look_ahead(plan), links or Links(Path()))


@pytest.mark.parametrize("lab", ["prod", "small", "every_kind"])
def test_a_page_stands_alone(lab: str) -> None:
    read = Reader(page_of(plan_of(lab)))
    assert read.loaded == ["data:,"]
    assert len(read.ids) == len(set(read.ids))
    assert [link for link in read.links if link.startswith("#") and link[1:] not in read.ids] == []
    assert len([tag for tag in read.tags if tag == "h1"]) == 1


def test_a_page_of_production_is_small() -> None:
    assert len(page_of(plan_of("prod")).encode()) < 1 << 20


@pytest.mark.parametrize("lab", ["outside", "high_availability", "tiny"])
def test_a_page_is_made_of_any_lab(lab: str) -> None:
    plan = make_plan(load_lab(ROOT / "tests" / "labs" / lab))
    words = " ".join(Reader(page_of(plan)).words)
    for use in plan.capacity.nodes:
        assert use.node.name in words


@pytest.mark.parametrize(("allowed", "state"), [(150, ", tight"), (100, ", too much")])
def test_memory_limits_are_judged_by_what_the_lab_allows(allowed: int, state: str) -> None:
    """prod has limits of more than its memory on k8s-node4."""
    lab = lab_of("prod")
    cluster = lab.cluster.model_copy(
        update={"overcommit": Overcommit(memory_limits_percent=allowed, reason="By what they use.")}
    )
    words = " ".join(Reader(page_of(make_plan(replace(lab, cluster=cluster)))).words)
    (node,) = re.findall(r"k8s-node4 worker, general.*?Pods", words)
    assert re.search(rf"Memory limits, {allowed}% allowed [\d.]+ GiB of [\d.]+ GiB \(1[1-4]\d%\){state} Pods", node)


def test_every_finding_is_on_the_page_with_its_place() -> None:
    plan = plan_of("prod")
    read = Reader(page_of(plan))
    words = " ".join(read.words)
    for finding in look_ahead(plan).findings:
        assert finding.message in words
        place = plan.lab.place(finding.path)
        assert place is None or Links(Path()).to(place.file, place.line) in read.links


def test_links_lead_to_a_forge_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    plan = make_plan(load_lab(lab_folder("prod")))
    read = Reader(page_of(plan, Links(Path(), "https://forge.example/me/lab/blob/main/")))
    place = plan.lab.place(("site", "hosts", "pve", "memory"))
    assert place is not None
    assert f"https://forge.example/me/lab/blob/main/config/labs/prod/site.yaml#L{place.line}" in read.links


def test_what_an_owner_writes_is_text_and_nothing_else() -> None:
    lab = lab_of("small")
    name, service = next(iter(lab.services.items()))
    evil = service.model_copy(update={"exceptions": {}, "description": "</style><script>alert(1)</script>"})
    machine = next(iter(lab.machines.values())).model_copy(update={"description": "<img src=x onerror=alert(1)>"})
    changed = replace(
        lab, services={**lab.services, name: evil}, machines={**lab.machines, next(iter(lab.machines)): machine}
    )
    text = page_of(make_plan(changed))
    assert Reader(text).tags.count("script") == 1
    assert "<img" not in text


def test_the_command_writes_it_and_says_so(lab: Path, homelab: Homelab) -> None:
    result = homelab("report", "--lab", lab, "--output", "page.html")
    assert result.exit_code == 0
    assert re.fullmatch(r"page\.html: \d+ KiB\. Open it in a browser\.\n", result.stdout)
    assert Path("page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_folder_for_the_page_is_made_unless_a_file_has_its_name(lab: Path, homelab: Homelab) -> None:
    assert homelab("report", "--lab", lab, "--output", "new/page.html").exit_code == 0
    assert Path("new/page.html").is_file()
    result = homelab("report", "--lab", lab, "--output", "new/page.html/page.html")
    assert result.exit_code == 2
    assert result.stderr.startswith("homelab: new/page.html/page.html cannot be written: ")


def test_what_runs_stands_beside_the_plan(tmp_path: Path) -> None:
    observed = broken().observe()
    plan = plan_of("small")
    section = str(live_section(plan, observed))
    words = " ".join(Reader(section).words)
    assert "2027-03-01 12:00 UTC" in words
    for finding in diagnose(observed):
        assert finding.message in words
        assert finding.code in words
    for use in plan.capacity.nodes:
        assert use.node.name in words


def test_a_cluster_of_another_lab_is_refused(tmp_path: Path, homelab: Homelab) -> None:
    dump = tmp_path / "dump"
    dump.mkdir()
    for resource, objects in healthy().observe().resources.items():
        content = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        (dump / f"{resource}.json").write_text(json.dumps(content), encoding="utf-8")
    result = homelab("report", "--lab", "small", "--dump", dump, "--output", tmp_path / "page.html")
    assert (result.exit_code, "is not the cluster of lab small" in result.stderr) == (2, True)


def broken() -> Cluster:
    """A cluster with a Service that selects no pod."""
    cluster = healthy()
    cluster.get("Service", "web")["spec"]["selector"] = {"app": "webb"}
    return cluster

"""`homelab doctor`: what it prints, what it returns, and what it refuses."""

import json
from pathlib import Path

import pytest

from cli.reports.document import FORMAT_VERSION
from cli.text.console import make_console
from cli.text.drift import print_drift
from operations.adopt.cluster.comparison import Difference
from operations.adopt.cluster.objects import Key
from operations.drift import Drift
from tests.cli.conftest import Homelab
from tests.operations.doctor.cluster import NOW, Cluster, healthy, waiting


def write(cluster: Cluster, folder: Path) -> Path:
    """The cluster as a dump."""
    folder.mkdir()
    for resource, objects in cluster.observe().resources.items():
        content = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        (folder / f"{resource}.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "now.txt").write_text(NOW.isoformat(), encoding="utf-8")
    return folder


@pytest.fixture
def sick(tmp_path: Path) -> Path:
    cluster = healthy()
    cluster.get("Service", "web")["spec"]["selector"] = {"app": "webb"}
    return write(cluster, tmp_path / "sick")


def test_says_the_cause_its_evidence_and_what_follows(sick: Path, homelab: Homelab) -> None:
    result = homelab("doctor", "--dump", sick)
    assert result.exit_code == 1
    assert "error SERVICE-SELECTOR-MATCHES-NOTHING  Service/shop/web" in result.stdout
    assert "so: Ingress/shop/web  has no answer for shop.example" in result.stdout
    assert "fix: write app=web in its selector" in result.stdout


def test_says_it_to_programs_too(sick: Path, homelab: Homelab) -> None:
    answer = json.loads(homelab("doctor", "--dump", sick, "--format", "json").stdout)
    assert answer["format_version"] == FORMAT_VERSION
    assert answer["now"] == "2027-03-01T12:00:00Z"
    (finding,) = answer["findings"]
    assert finding["subject"] == "Service/shop/web"
    assert finding["rule"]
    assert {"object": "Ingress/shop/web", "shows": "has no answer for shop.example"} in finding["consequences"]


def test_a_healthy_cluster_is_fine(tmp_path: Path, homelab: Homelab) -> None:
    result = homelab("doctor", "--dump", write(healthy(), tmp_path / "dump"))
    assert result.exit_code == 0
    assert "No problems were found in what was asked" in result.stdout


def test_what_is_not_in_the_dump_is_named(sick: Path, homelab: Homelab) -> None:
    (sick / "secrets.json").write_text('{"kind": "List", "items": [', encoding="utf-8")
    answer = json.loads(homelab("doctor", "--dump", sick, "--format", "json").stdout)
    assert [each["why"] for each in answer["not_asked"] if each["subject"] == "secrets"] == ["unreadable"]
    assert answer["findings"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--dump", "nowhere"),
        ("--kubeconfig", "nowhere.yaml"),
        ("--dump", ".", "--usage", "nowhere.json"),
        ("--dump", ".", "--lab", "small"),
    ],
)
def test_refuses_what_it_cannot_read_in_one_sentence(
    arguments: tuple[str, ...], homelab: Homelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(healthy(), tmp_path / "dump")
    monkeypatch.chdir(tmp_path / "dump")
    result = homelab("doctor", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("homelab: ")
    assert result.stderr.count("\n") == 1


def test_no_text_of_the_cluster_begins_a_line_or_controls_the_terminal(tmp_path: Path, homelab: Homelab) -> None:
    """A line that begins with two colons is a command to the log of a pipeline."""
    hostile = "x\n::error::owned\r\n  ::add-mask::owned \x1b[2J \x9b31m \u202e"
    cluster = healthy()
    for pod in (cluster.get("Pod", "web-r1-x0"), cluster.get("Pod", "web-r1-x1")):
        waiting(pod, "ImagePullBackOff", hostile, image=hostile)
        pod["spec"]["containers"][0]["image"] = hostile
    cluster.get("Service", "web")["metadata"]["name"] = hostile
    shown = homelab("doctor", "--dump", write(cluster, tmp_path / "hostile")).stdout
    assert "owned" in shown
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    assert all(sign.isprintable() or sign == "\n" for sign in shown)


def test_no_value_that_differs_begins_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "x\n::error::owned"
    difference = Difference(Key("ConfigMap", "shop", "settings"), ("data", "a"), hostile, hostile, "in place")
    print_drift(Drift(1, (), (difference,), (), (), (), ()), make_console())
    assert not [line for line in capsys.readouterr().out.splitlines() if line.lstrip().startswith("::")]

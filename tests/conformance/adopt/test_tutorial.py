"""The commands of docs/moving-in.md, one after the other as they stand there, on a cluster that was dumped."""

import re
import shlex
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner, Result

from cli.commands import take_over
from cli.main import app
from observation import read_dump
from operations.adopt.cluster.releases import read_releases
from operations.clients.kubernetes import Api
from operations.clients.pulumi import Pulumi
from rehearsal.charts import Repository, chart_repository
from rehearsal.control_plane import ToolMissing
from rehearsal.dumped import dumped_cluster
from rehearsal.installation import missing
from tests.conformance.adopt.stack import STACK, stack_of
from tests.conformance.adopt.test_take_over import running, still, until_pods_run

PAGE = Path("docs/moving-in.md")
DUMP = Path("tests/dumps/attic")
SERVICE = "pages"
"""Its container states how much memory it needs, so it may go over to the conventions."""


class Followed(NamedTuple):
    """Commands that were run, with what each ended in, and the cluster before and after the take-over."""

    results: dict[str, Result]
    lab: Path
    api: Api
    pulumi: Pulumi


def commands() -> list[str]:
    """The commands of the chapters that are numbered, in their order."""
    chapters = re.findall(r"^## \d.*?(?=^## )", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", "".join(chapters), re.MULTILINE | re.DOTALL)
    return [line for language, block in blocks if not language for line in block.splitlines()]


def typed(command: str, lab: Path, charts: Repository, releases: list[str], kubeconfig: Path) -> list[str]:
    """A command with this test's names for those of the page."""
    words = shlex.split(command.replace("labs/mine", str(lab)).replace("immich", SERVICE))
    if "--repository" in words:
        at = words.index("--repository")
        words[at : at + 2] = [word for each in releases for word in ("--repository", f"{each}={charts.url}")]
    if "--import" in words:
        words[words.index("--import") + 1] = STACK
    if words[1:3] in (["adopt", "cluster"], ["adopt", "hand-over"]) or words[1] == "dump":
        words += ["--kubeconfig", str(kubeconfig)]
    return [str(lab.parent / "dump") if word == "dump" and index > 1 else word for index, word in enumerate(words)]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    if reason := missing():
        pytest.skip(f"not run: {reason}")
    dumped = [each for found in read_dump(DUMP).resources.values() for each in found]
    found, _ = read_releases(dumped)
    folder = tmp_path_factory.mktemp("tutorial")
    lab = folder / "mine"
    try:
        with (
            dumped_cluster(dumped, IPv4Network("10.96.0.0/16")) as there,
            chart_repository({each.chart: [each.version] for each in found}) as charts,
            pytest.MonkeyPatch.context() as patch,
        ):
            until_pods_run(there.api)
            pulumi: Pulumi | None = None
            results: dict[str, Result] = {}
            for command in commands():
                if command.startswith("pulumi"):
                    if pulumi is None:
                        pulumi = stack_of(folder, lab, there.kubeconfig, charts.ca_file)
                        patch.setattr(take_over, "program_folder", lambda folder=pulumi.folder: folder)
                        for name, value in pulumi.environment.items():
                            patch.setenv(name, value)
                    continue
                words = typed(command, lab, charts, [each.name for each in found], there.kubeconfig)
                before = running(there.api)
                results[command] = CliRunner().invoke(app, words[1:])
                after = running(there.api)
                unchanged = [key for key in before.keys() & after.keys() if still(before[key]) == still(after[key])]
                assert len(unchanged) == len(before), f"{command} changes what runs"
            assert pulumi is not None, "the page has no command of pulumi"
            yield Followed(results, lab, there.api, pulumi)
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


def test_every_command_ends_as_its_page_says(followed: Followed) -> None:
    ended = {command: each.exit_code for command, each in followed.results.items()}
    first, *others = ended
    assert "my-charts" in followed.results[first].output
    assert "--repository RELEASE=URL" in followed.results[first].output
    assert ended[first] == 1, "a chart's origin is asked for"
    assert {each: followed.results[each].output[-500:] for each in others if ended[each]} == {}


def test_every_object_was_tried_on_the_live_cluster(followed: Followed) -> None:
    (output,) = [each.output for command, each in followed.results.items() if "--repository" in command]
    assert "objects tried, 0 refused" in output


def test_the_plan_has_no_error(followed: Followed) -> None:
    (output,) = [each.output for command, each in followed.results.items() if command.startswith("homelab plan")]
    assert "no errors" in output


def test_no_other_tool_writes_afterwards(followed: Followed) -> None:
    (output,) = [each.output for command, each in followed.results.items() if "hand-over" in command]
    assert "no other tool has written to them since" in output


def test_tidying_says_what_restarts(followed: Followed) -> None:
    (output,) = [each.output for command, each in followed.results.items() if "adopt.as_it_is" in command]
    assert "pods restart" in output

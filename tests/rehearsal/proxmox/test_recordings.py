"""Recorded requests of the real providers get the recorded answers."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.proxmox import Download, Machine, Volume
from tests.rehearsal.proxmox.asking import Answered, Proxmox

RECORDINGS = Path(__file__).parent / "recordings"
IMAGE = "https://cloud-images.ubuntu.com/noble/current/noble-server-cloudimg-amd64.img"
SNIPPETS = ("k8s", "k8s-node1", "k8s-node2", "k8s-node1-v2", "k8s-node2-v2")
UPID = re.compile(r"UPID:pve:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:(?P<type>\w+):(?P<about>[^:]*):.+:")
FIREWALL = {
    "name": "pfsense",
    "cores": 8,
    "memory": "16384",
    "scsi0": "local-lvm:vm-101-disk-0,size=32G",
    "net0": "virtio=BC:24:11:00:00:01,bridge=vmbr0",
}
"""The machine that was there already; its disk was not on the storage."""


def recorded(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def departures(name: str) -> list[dict[str, Any]]:
    """Where Proxmox itself answers otherwise than the recorder did, and why."""
    return yaml.safe_load((RECORDINGS / "departures.yaml").read_text(encoding="utf-8"))[name]


@pytest.mark.parametrize("name", ["terraform", "pulumi"])
def test_a_recorded_run_is_answered_as_it_was(name: str) -> None:
    proxmox = Proxmox()
    proxmox.state.hosts["pve"].interfaces.pop("vmbr1")
    proxmox.state.downloads[IMAGE] = Download(filename="noble-server-cloudimg-amd64.img")
    proxmox.state.machines[101] = Machine(node="pve", running=True, config=dict(FIREWALL))
    for snippet in SNIPPETS:
        proxmox.state.volumes[f"local:snippets/{snippet}.yaml"] = Volume(size=1, content="snippets")
    known = departures(name)
    upids: dict[str, str] = {}
    different: list[str] = []
    mark = "start"
    for line in recorded(name):
        if "mark" in line:
            mark = line["mark"]
        elif line.get("auth") == "-":
            vmid = int(line["p"].split("/")[3])
            proxmox.state.machines[vmid].config |= line["f"]
        else:
            answered = replayed(proxmox, line, upids)
            expected = next((each for each in known if applies(each, mark, line)), line)
            different += [f"{mark}: {line['m']} {line['p']}: {problem}" for problem in compared(expected, answered)]
            remember(line, answered, upids)
    assert not different, "\n".join(different)


def replayed(proxmox: Proxmox, line: Mapping[str, Any], upids: Mapping[str, str]) -> Answered:
    path = line["p"].replace("local-lvm:vm-2000-disk", "local-lvm:base-2000-disk")
    form = {key: value.replace(":vm-2000-disk", ":base-2000-disk") for key, value in line.get("f", {}).items()}
    for recorded_upid, upid in upids.items():
        path = path.replace(recorded_upid, upid)
    return proxmox.ask(line["m"], path, **(line.get("q") or form))


def applies(departure: Mapping[str, Any], mark: str, line: Mapping[str, Any]) -> bool:
    return (
        mark in departure["marks"]
        and line["m"] == departure["method"]
        and re.fullmatch(departure["path"], line["p"]) is not None
        and departure.get("setting", "") in " ".join(line.get("f", {}))
    )


def compared(expected: Mapping[str, Any], answered: Answered) -> list[str]:
    if answered.status != expected["code"]:
        return [f"{answered.status} {answered.body} instead of {expected['code']}"]
    data = expected.get("resp", {}).get("data")
    message = expected.get("resp", {}).get("message", answered.body.get("message"))
    if answered.body.get("message") != message:
        return [f"{answered.body['message']!r} instead of {message!r}"]
    if data is None:
        return []
    theirs, ours = UPID.fullmatch(data), UPID.fullmatch(str(answered.data))
    if theirs is None or ours is None or theirs["type"] != ours["type"]:
        return [f"{answered.data} instead of {data}"]
    return []


def remember(line: Mapping[str, Any], answered: Answered, upids: dict[str, str]) -> None:
    """Which of our tasks a recorded one is."""
    recorded_answer = line.get("resp", {}).get("data")
    if isinstance(recorded_answer, str) and answered.status == 200:
        upids[recorded_answer] = str(answered.data)

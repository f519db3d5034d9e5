"""The emulator over HTTPS, as a client sees it."""

import json
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import requests

from operations.clients.proxmox import NotAnswered, ProxmoxHost, Refused
from rehearsal.proxmox import Download, Emulator, State, emulator
from tests.rehearsal.proxmox.asking import HOST, ROOT_PASSWORD, with_machine


def host(proxmox: Emulator) -> ProxmoxHost:
    return ProxmoxHost(proxmox.endpoint, proxmox.token, verify=str(proxmox.ca_file))


def test_a_certificate_that_nobody_trusts_is_refused() -> None:
    with emulator(HOST) as proxmox, pytest.raises(NotAnswered, match="not trusted"):
        ProxmoxHost(proxmox.endpoint, proxmox.token).get("version")


def test_older_protocols_are_refused() -> None:
    old = ssl.create_default_context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with emulator(HOST) as proxmox:
        old.load_verify_locations(str(proxmox.ca_file))
        with pytest.raises(OSError, match="protocol version"):
            urllib.request.urlopen(proxmox.endpoint, context=old)


def test_who_asks_without_a_token_or_with_a_wrong_one_is_refused() -> None:
    with emulator(HOST) as proxmox:
        url, trusted = f"{proxmox.endpoint}/api2/json/version", str(proxmox.ca_file)
        assert requests.get(url, verify=trusted, timeout=5).reason == "No ticket"
        with pytest.raises(Refused, match="401"):
            ProxmoxHost(proxmox.endpoint, f"{proxmox.token}x", verify=trusted).get("version")
        with pytest.raises(Refused, match="401"):
            ProxmoxHost(proxmox.endpoint, "a@pve!b=c", verify=trusted).get("version")


def test_the_words_of_a_refusal_are_its_reason_too() -> None:
    with emulator(HOST) as proxmox, pytest.raises(Refused, match="storage 'none' does not exist"):
        host(proxmox).get("storage/none")


def test_root_with_a_ticket_may_pass_a_device_through() -> None:
    state = with_machine().state
    state.users["root@pam"] = ROOT_PASSWORD
    with emulator(state) as proxmox:
        session = requests.Session()
        session.trust_env, session.verify = False, str(proxmox.ca_file)
        api = f"{proxmox.endpoint}/api2/json"
        login = {"username": "root@pam", "password": ROOT_PASSWORD}
        ticket = session.post(f"{api}/access/ticket", data=login, timeout=5).json()["data"]
        session.cookies.set("PVEAuthCookie", ticket["ticket"])
        change = {"url": f"{api}/nodes/pve/qemu/201/config", "data": {"hostpci0": "host=0000:06:00,pcie=1"}}
        assert session.put(**change, timeout=5).status_code == 401
        session.headers["CSRFPreventionToken"] = ticket["CSRFPreventionToken"]
        assert session.put(**change, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("version", {"version", "release"}),
        ("nodes/pve/status", {"memory", "cpuinfo", "ksm", "pveversion", "loadavg"}),
        ("nodes/pve/time", {"time", "localtime", "timezone"}),
        ("nodes/pve/storage/local-lvm/status", {"total", "used", "avail", "active", "enabled", "content", "type"}),
        ("storage/local-lvm", {"storage", "type", "content", "vgname", "thinpool"}),
        ("nodes/pve/qemu/201/status/current", {"status", "qmpstatus", "vmid", "name", "ha", "maxmem", "cpus"}),
        ("access/permissions", {"/"}),
    ],
)
def test_what_is_read_has_the_fields_of_proxmox(path: str, keys: set[str]) -> None:
    with emulator(with_machine().state) as proxmox:
        assert keys <= host(proxmox).get(path).keys()


@pytest.mark.parametrize(
    ("path", "query", "keys"),
    [
        ("nodes", {}, {"node", "status", "maxmem"}),
        ("storage", {}, {"storage", "type", "content"}),
        ("nodes/pve/storage", {}, {"storage", "total", "avail", "active", "used_fraction"}),
        ("nodes/pve/disks/lvmthin", {}, {"lv", "vg", "lv_size", "used", "metadata_size", "metadata_used"}),
        ("nodes/pve/hardware/pci", {}, {"id", "vendor", "device", "iommugroup", "class"}),
        ("nodes/pve/qemu", {}, {"vmid", "name", "status", "cpus", "maxmem"}),
        ("cluster/resources", {"type": "vm"}, {"id", "type", "node", "vmid", "maxcpu", "template"}),
        ("nodes/pve/network", {}, {"iface", "type", "method"}),
        ("nodes/pve/qemu/201/pending", {}, {"key"}),
    ],
)
def test_what_is_listed_has_the_fields_of_proxmox(path: str, query: dict[str, str], keys: set[str]) -> None:
    with emulator(with_machine().state) as proxmox:
        for each in host(proxmox).get(path, **query):
            assert keys <= each.keys()


def test_an_image_is_downloaded_by_its_checksum() -> None:
    state = State.read(HOST)
    state.downloads["https://u/noble.img"] = Download(filename="noble.img", sha256="abc")
    order = {
        "content": "import",
        "filename": "noble.qcow2",
        "url": "https://u/noble.img",
        "checksum-algorithm": "sha256",
    }
    with emulator(state) as proxmox:
        ended = []
        for checksum in ("abd", "abc"):
            upid = requests.post(
                f"{proxmox.endpoint}/api2/json/nodes/pve/storage/local/download-url",
                data=order | {"checksum": checksum},
                headers={"Authorization": f"PVEAPIToken={proxmox.token}"},
                verify=str(proxmox.ca_file),
                timeout=5,
            ).json()["data"]
            ended.append(host(proxmox).get(f"nodes/pve/tasks/{upid}/status")["exitstatus"])
        assert ended == ["checksum mismatch: got 'abc' != expect 'abd'", "OK"]
        (image,) = host(proxmox).get("nodes/pve/storage/local/content", content="import")
        assert (image["volid"], image["format"]) == ("local:import/noble.qcow2", "qcow2")


def test_requests_are_logged_like_a_recording(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with emulator(with_machine().state, log=log) as proxmox:
        proxmox.requests.mark("reading")
        host(proxmox).get("nodes/pve/qemu", full=1)
        with pytest.raises(Refused):
            host(proxmox).get("nodes/pve/qemu/9/config")
    mark, read, refused = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert mark == {"mark": "reading"}
    assert read.keys() == {"t", "m", "p", "q", "f", "auth", "csrf", "code", "resp"}
    assert (read["m"], read["p"], read["q"], read["auth"], read["resp"]) == (
        "GET",
        "nodes/pve/qemu",
        {"full": "1"},
        "token",
        "...",
    )
    assert (refused["code"], refused["resp"]["data"]) == (500, None)


def test_a_state_is_written_down_and_read_again(tmp_path: Path) -> None:
    state = with_machine(running=True).state
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state.dump()), encoding="utf-8")
    assert State.read(file) == state


def test_it_is_started_by_hand() -> None:
    command = [sys.executable, "-m", "rehearsal.proxmox", str(HOST)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HOST.parents[2]) as started:
        assert started.stdout is not None
        said = dict(started.stdout.readline().split(maxsplit=1) for _ in range(3))
        try:
            known = ProxmoxHost(said["endpoint:"].strip(), said["token:"].strip(), verify=said["CA"].split()[-1])
            assert known.get("version")["release"] == "9.2"
        finally:
            started.terminate()

"""An `up` that writes files of cloud-init waits until the hosts that they go to are known by their SSH keys."""

import json
from collections.abc import Mapping

import pytest

from config.load import load_lab
from operations.clients.refusals import NotAnswered
from operations.clients.ssh import Known
from operations.guard.reading.preview import Preview, read_preview
from operations.preflight.host_keys import HostKeys
from operations.up.hosts import not_known, written_to
from tests.plan.labs import FOLDERS
from tests.recordings import recording

MACHINES = recording("preview-machines-created.json")
KEY, OTHER = "ssh-ed25519 AAAA", "ssh-ed25519 BBBB"
SHOWS = HostKeys(Known(frozenset()), frozenset({KEY}))


def told(preview: Preview, keys: HostKeys, user: str = "root") -> str | None:
    return not_known(preview.steps, load_lab(FOLDERS["small"]), user, lambda address, port: keys)


@pytest.mark.parametrize(
    ("user", "login"),
    [("root", "root"), ("file writer", "'file writer'"), ("-oProxyCommand=reboot", "-oProxyCommand=reboot")],
)
def test_a_host_that_nobody_knows_is_named_with_the_commands_that_make_it_known(user: str, login: str) -> None:
    """A name that begins with `-` is a name, too: `-l` takes whatever follows."""
    reason = told(read_preview(MACHINES), SHOWS, user=user) or ""
    assert "has no key of pve (192.168.1.10), to which the cluster's keys would be sent" in reason
    assert "`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`" in reason
    assert f"`ssh -F none -o GlobalKnownHostsFile=none -l {login} 192.168.1.10`" in reason


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (Known(frozenset({OTHER})), "shows none of the SSH keys"),
        (Known(frozenset({KEY, OTHER})), None),
        (Known(frozenset(), by_authority=True), None),
    ],
)
def test_a_key_has_to_be_the_known_one_or_vouched_for(known: Known, says: str | None) -> None:
    reason = told(read_preview(MACHINES), SHOWS._replace(known=known))
    assert (says or "") in (reason or "")
    assert (reason is None) == (says is None)


@pytest.mark.parametrize(
    ("op", "written"), [("create", ("pve",)), ("replace", ("pve",)), ("update", ()), ("same", ()), ("delete", ())]
)
def test_only_files_that_are_written_ask_for_it(op: str, written: tuple[str, ...]) -> None:
    preview = json.loads(MACHINES)
    preview["steps"] = [each for each in preview["steps"] if "FileLegacy" in each["urn"]]
    for each in preview["steps"]:
        each |= {"op": op, "oldState": None if op == "create" else each["newState"]}
    assert written_to(read_preview(json.dumps(preview)).steps) == written


def test_without_files_nobody_is_asked() -> None:
    def asked(address: str, port: int) -> HostKeys:
        raise AssertionError(f"{address}:{port} is asked")

    assert not_known(read_preview(recording("preview-image-changed.json")).steps, None, "root", asked) is None


def test_what_cannot_be_checked_counts_for_unknown() -> None:
    def silent(address: str, port: int) -> HostKeys:
        raise NotAnswered("unreachable", f"no SSH server shows a key at {address}, port {port}")

    steps = read_preview(MACHINES).steps
    assert "could not be checked: no SSH server shows a key" in str(
        not_known(steps, load_lab(FOLDERS["small"]), "root", silent)
    )
    assert "site.yaml, which has its address, is not here" in str(not_known(steps, None, "root", silent))


@pytest.mark.parametrize(
    ("config", "user"), [({"homelab:proxmoxSshUsername": "writer"}, "writer"), ({}, None), ({"homelab:lab": {}}, None)]
)
def test_who_signs_in_is_as_the_stack_says(config: Mapping[str, object], user: str | None) -> None:
    assert read_preview(json.dumps(json.loads(MACHINES) | {"config": config})).ssh_user == user

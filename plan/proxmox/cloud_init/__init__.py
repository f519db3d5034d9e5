"""The cloud-init of a machine that becomes a node: with it the machine makes the cluster or joins it by itself.

Its guest agent is started last, after kubeadm has succeeded. The provider waits for the agent's address when it creates
a machine, and so Pulumi goes on when the node is there (docs/facts.md, Creating).
"""

from config.lab import Lab
from config.machine import Machine
from plan.model import Manifest, Snippet
from plan.model.placeholders import without_placeholders
from plan.proxmox.cloud_init.files import Files, node_files
from plan.proxmox.cloud_init.script import SCRIPT, node_script
from plan.yaml_text import to_yaml

HOLD_AGENT = "systemctl mask qemu-guest-agent.service; systemctl stop qemu-guest-agent.service || true"
"""Installing the agent would start it, and a template may bring it along."""


def node_snippets(lab: Lab, name: str, machine: Machine) -> dict[str, Snippet]:
    """The files that the machine is set up with, by the provider's arguments for them.

    There are none where the host has no storage for them, which is a finding.
    """
    storage = lab.site.hosts[machine.host].file_storage
    if storage is None:
        return {}
    user_data, meta_data = _user_data(lab, name, machine), to_yaml(_meta_data(lab, name, machine))
    return {
        "user_data_file_id": _snippet(lab, f"{name}-user-data", machine.host, storage, user_data),
        "meta_data_file_id": _snippet(lab, f"{name}-meta-data", machine.host, storage, meta_data),
    }


def _snippet(lab: Lab, name: str, host: str, storage: str, content: str) -> Snippet:
    """A host may hold machines of two clusters that have the same names."""
    return Snippet(name, f"{lab.cluster.name}-{name}.yaml", host, storage, content)


def _user_data(lab: Lab, name: str, machine: Machine) -> str:
    keys = [without_placeholders(key) for key in lab.site.ssh_keys]
    document: Manifest = {
        "hostname": name,
        "manage_etc_hosts": "localhost",
        "disable_root": True,
        "ssh_pwauth": False,
        **({"ssh_authorized_keys": keys} if keys else {}),
        "bootcmd": [["cloud-init-per", "instance", "hold-guest-agent", "sh", "-c", HOLD_AGENT]],
        "write_files": _written({**node_files(lab, name, machine), SCRIPT: node_script(lab, name, machine)}),
    }
    return f"#cloud-config\n{to_yaml(document)}"


def _meta_data(lab: Lab, name: str, machine: Machine) -> Manifest:
    """Proxmox would derive another instance id from every change, and cloud-init set the machine up once more."""
    return {"instance-id": f"{lab.cluster.name}-{name}-{machine.vmid}", "local-hostname": name}


def _written(files: Files) -> list[Manifest]:
    return [
        {
            "path": path,
            "permissions": file.permissions,
            **({"encoding": "b64"} if file.base64 else {}),
            "content": file.content,
        }
        for path, file in files.items()
    ]

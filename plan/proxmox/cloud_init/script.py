"""The script that makes a machine a node.

cloud-init runs it at the end of every boot: where the network fails during the first one, a restart tries again, and on
a node it finds nothing to do.
"""

import shlex
from collections.abc import Mapping

from config.lab import Lab
from config.machine import Machine
from plan.cluster.kubeadm import api_address, api_endpoint
from plan.cluster.membership import founder
from plan.proxmox.cloud_init.files import KERNEL_MODULES, KUBEADM_FILE, File

SCRIPT = "/var/lib/cloud/scripts/per-boot/become-node"
READY = "/var/lib/become-node.done"

PACKAGES = ("containerd", "open-iscsi", "nfs-common", "qemu-guest-agent")
KUBERNETES_PACKAGES = ("kubeadm", "kubelet", "kubectl")
SIGNING_KEY = "DE15B14486CD377B9E876E1A234654DA9A296436"
"""Fingerprint of the key that signs the packages of Kubernetes. Its validity is prolonged from time to time, so the key
itself is downloaded, and compared with this."""


def node_script(lab: Lab, name: str, machine: Machine) -> File:
    """The script of a machine. The machine that makes the cluster and those that join it differ in one step."""
    is_founder = name == founder(lab)
    shares_address = machine.role == "control-plane" and lab.cluster.api_address is not None
    first_to_share = is_founder and shares_address
    packages = (*PACKAGES, *(("keepalived",) if shares_address else ()))
    steps = (
        ONCE,
        SYSTEM,
        INSTALL,
        *((AWAIT_VIRTUAL_ADDRESS,) if first_to_share else ()),
        INIT if is_founder else JOIN,
        DONE,
    )
    settings = {
        "packages": " ".join(packages),
        "kubernetes_packages": " ".join(KUBERNETES_PACKAGES),
        "version": lab.cluster.kubernetes_version.removeprefix("v"),
        "repository": _repository(lab.cluster.kubernetes_version),
        "signing_key": SIGNING_KEY,
        "modules": " ".join(KERNEL_MODULES),
        "kubeadm_file": KUBEADM_FILE,
        "ready": READY,
        **({"virtual_address": api_address(lab)} if first_to_share else {}),
        **({"api_server": f"https://{api_endpoint(lab)}"} if first_to_share or not is_founder else {}),
    }
    return File("\n".join((HEAD, _assignments(settings), *steps)), permissions="0700")


def _repository(version: str) -> str:
    """Where the packages of a minor version are."""
    return f"https://pkgs.k8s.io/core:/stable:/{version.rpartition('.')[0]}/deb/"


def _assignments(settings: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())


HEAD = """\
#!/bin/sh
# Makes this machine a node of the cluster, once. What it says is in /var/log/cloud-init-output.log and on the console.
set -euf
"""

ONCE = """\
start_guest_agent() {
    systemctl unmask qemu-guest-agent.service
    systemctl start qemu-guest-agent.service
}

if [ -e "$ready" ]; then
    echo "This machine is a node already; nothing is changed."
    start_guest_agent
    exit 0
fi
if [ -e /etc/kubernetes/kubelet.conf ]; then
    echo "kubeadm was here and did not finish. Make the machine anew; what it holds may be half a node." >&2
    exit 1
fi

# What may fail for a while, a network or a lock, is tried for ten minutes.
retry() {
    tries=60
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 10
    done
}
"""

SYSTEM = """\
systemctl mask swap.target
swapoff --all
for module in $modules; do
    modprobe "$module"
done
sysctl --quiet --system
"""

INSTALL = """\
keyring=/etc/apt/keyrings/kubernetes.asc
mkdir -p "${keyring%/*}"
retry curl --silent --show-error --fail --location --output "$keyring" "${repository}Release.key"
found=$(gpg --show-keys --with-colons "$keyring" |
    awk -F : '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }')
if [ "$found" != "$signing_key" ]; then
    rm -f "$keyring"
    echo "The packages of Kubernetes are signed by $found, not by $signing_key." >&2
    exit 1
fi
echo "deb [signed-by=$keyring] $repository /" > /etc/apt/sources.list.d/kubernetes.list

wanted=$packages
for package in $kubernetes_packages; do
    wanted="$wanted $package=$version-*"
done
install_packages() {
    # shellcheck disable=SC2086 # a list of words
    apt-get --quiet update &&
        apt-get --quiet --yes --option DPkg::Lock::Timeout=300 --option Dpkg::Options::=--force-confold install $wanted
}
export DEBIAN_FRONTEND=noninteractive
retry install_packages
# shellcheck disable=SC2086 # a list of words
apt-mark hold $kubernetes_packages
systemctl enable --now fstrim.timer
systemctl restart containerd.service
"""

AWAIT_VIRTUAL_ADDRESS = """\
if curl --silent --fail --insecure --max-time 5 --output /dev/null "$api_server/livez"; then
    echo "There is a cluster at $api_server already; a second one with the same keys would tear it apart." >&2
    exit 1
fi
# The API server is reached by the virtual address from its first minute.
holds_virtual_address() {
    ip -oneline address show to "$virtual_address" | grep --quiet .
}
retry holds_virtual_address
"""

INIT = """\
kubeadm init --config "$kubeadm_file" --skip-token-print
"""

JOIN = """\
# Only whether it answers: kubeadm checks by the hash of the certificate whether it is the right one.
until curl --silent --fail --insecure --max-time 5 --output /dev/null "$api_server/livez"; do
    echo "Waiting for $api_server"
    sleep 10
done
kubeadm join --config "$kubeadm_file"
"""

DONE = """\
rm "$kubeadm_file"
touch "$ready"

# Last of all: Proxmox tells the address of a machine as soon as the agent runs, and whoever creates it waits for that.
start_guest_agent
"""

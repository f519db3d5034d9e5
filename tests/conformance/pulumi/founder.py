"""Plays the first control plane of a lab: what cloud-init does on it, with the real kubeadm, etcd and API server.

It waits for the machine and for its files, as the provider writes them, and makes of them a control plane on loopback.
The machine's own address is reached through a proxy, which lets nobody through before the API server is up.
"""

import base64
import os
import select
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import yaml

from plan.cluster.nodes import plan_nodes
from plan.model import Plan, VirtualMachine
from rehearsal.control_plane import Api, Refused
from rehearsal.control_plane.kinds import stand_in_for_kinds
from rehearsal.control_plane.nodes import add_nodes
from rehearsal.control_plane.parts import playing_kubelets
from rehearsal.control_plane.processes import Processes, free_ports, processes
from rehearsal.control_plane.volumes import storage
from rehearsal.proxmox import State
from rehearsal.stand_ins import system_stand_ins
from rehearsal.tools import path_of
from tests.plan.cloud_init import machine_of

PKI = "/etc/kubernetes/pki"
KUBEADM_FILE = "/etc/kubernetes/kubeadm.yaml"
KUBEADM_BINDS = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "kubeadm:cluster-admins"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "kubeadm:cluster-admins"}],
}
"""Steps of `kubeadm init` between two of its phases."""


def files_of(state: State, machine: VirtualMachine) -> dict[str, str]:
    """The files that cloud-init writes on a machine, by path, read from the snippet that its host holds."""
    (snippet,) = (each for each in machine.snippets if each.content.startswith("#cloud-config"))
    text = state.volumes[f"{snippet.storage}:snippets/{snippet.file_name}"].text
    return {each["path"]: _content(each) for each in yaml.safe_load(text or "")["write_files"]}


def _content(file: Mapping[str, str]) -> str:
    return base64.b64decode(file["content"]).decode() if file.get("encoding") == "b64" else file["content"]


class Founder:
    """A control plane, once the machine is there that it runs on."""

    def __init__(self, state: State, plan: Plan, running: Processes) -> None:
        self._state = state
        self._plan = plan
        self._machine = machine_of(plan, "control-plane")
        self._running = running
        self._etcd, self._peers, self.port = free_ports(3)
        self.is_up = threading.Event()
        self._failure: BaseException | None = None
        self._volumes = ExitStack()
        self._end = threading.Event()
        self._proxy = ThreadingTCPServer(("127.0.0.1", 0), lambda *given: _Tunnel(self, *given))
        self._proxy.daemon_threads = True
        self._threads = [
            threading.Thread(target=each, daemon=True) for each in (self._found, self._proxy.serve_forever)
        ]

    @property
    def proxy(self) -> dict[str, str]:
        """The environment of programs that have to reach the machine."""
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self._proxy.server_address[1]}"}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Until it is all that `kubeadm init` makes of it. Raises what went wrong."""
        self._threads[0].join()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        self._end.set()
        self._volumes.close()
        self._proxy.shutdown()
        self._proxy.server_close()

    def kubeadm(self, *arguments: str | Path) -> str:
        """Run kubeadm as on a machine of the lab; returns what it printed. Raises AssertionError where it fails."""
        command = [str(path_of("kubeadm")), *map(str, arguments)]
        ran = subprocess.run(command, env=os.environ | self.proxy, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    @property
    def api(self) -> Api:
        """The way in for who looks at it from outside."""
        return Api(self._running.folder / "local.conf")

    def _is_ready(self) -> bool:
        try:
            return self.api.is_ready()
        except Refused:  # nobody listens yet
            return False

    def _found(self) -> None:
        try:
            while not self._has_booted():
                if self._end.wait(0.1):
                    return
            self._make()
        except BaseException as failure:
            self._failure = failure
        finally:
            self.is_up.set()

    def _has_booted(self) -> bool:
        machine = self._state.machines.get(self._machine.vmid)
        return machine is not None and machine.running

    def _make(self) -> None:
        folder = self._running.folder
        for path, text in files_of(self._state, self._machine).items():
            file = folder / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        pki = folder / PKI.lstrip("/")
        config = self._config(folder / KUBEADM_FILE.lstrip("/"), pki)
        self.kubeadm("init", "phase", "certs", "all", "--config", config)
        self.kubeadm("init", "phase", "kubeconfig", "super-admin", "--config", config, "--kubeconfig-dir", folder)
        administrator = folder / "super-admin.conf"
        local = yaml.safe_load(administrator.read_text(encoding="utf-8"))
        local["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self.port}"
        (folder / "local.conf").write_text(yaml.safe_dump(local), encoding="utf-8")
        self._start(pki)
        self._running.wait("kube-apiserver", self._is_ready)
        self.api.apply(KUBEADM_BINDS)
        self._start_controllers(pki)
        self._furnish()
        self.is_up.set()
        self.kubeadm("init", "phase", "upload-config", "all", "--config", config, "--kubeconfig", administrator)
        self.kubeadm("init", "phase", "bootstrap-token", "--config", config, "--kubeconfig", administrator)

    def _config(self, file: Path, pki: Path) -> Path:
        """kubeadm's documents, with what is elsewhere than on the machine."""
        documents: list[dict[str, Any]] = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
        for document in documents:
            if document["kind"] == "ClusterConfiguration":
                document["certificatesDir"] = str(pki)
                document["apiServer"]["certSANs"].append("127.0.0.1")
        file.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        return file

    def _start(self, pki: Path) -> None:
        etcd, peers = (f"http://127.0.0.1:{port}" for port in (self._etcd, self._peers))
        self._run(
            "etcd",
            {
                "data-dir": "etcd",
                "listen-client-urls": etcd,
                "advertise-client-urls": etcd,
                "listen-peer-urls": peers,
                "initial-advertise-peer-urls": peers,
                "initial-cluster": f"default={peers}",
                "unsafe-no-fsync": "true",
            },
        )
        self._run(
            "kube-apiserver",
            {
                "etcd-servers": etcd,
                "bind-address": "127.0.0.1",
                "secure-port": str(self.port),
                "client-ca-file": f"{pki}/ca.crt",
                "tls-cert-file": f"{pki}/apiserver.crt",
                "tls-private-key-file": f"{pki}/apiserver.key",
                "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
                "service-account-key-file": f"{pki}/sa.pub",
                "service-account-signing-key-file": f"{pki}/sa.key",
                "authorization-mode": "Node,RBAC",
                "enable-bootstrap-token-auth": "true",
                "service-cluster-ip-range": str(self._plan.lab.cluster.service_cidr),
                "allow-privileged": "true",
            },
        )

    def _start_controllers(self, pki: Path) -> None:
        common = {"kubeconfig": "local.conf", "leader-elect": "false", "secure-port": "0"}
        controllers = {
            "controllers": "*,bootstrap-signer-controller,token-cleaner-controller",
            "service-account-private-key-file": f"{pki}/sa.key",
            "root-ca-file": f"{pki}/ca.crt",
            "use-service-account-credentials": "true",
        }
        self._run("kube-controller-manager", {**common, **controllers})
        self._run("kube-scheduler", common)
        self._running.start("kwok", [path_of("kwok"), *playing_kubelets(self._running.folder / "local.conf")])

    def _furnish(self) -> None:
        """Nodes, and what charts bring that do not come from here: kinds, drivers of volumes, kubeadm's own pods."""
        add_nodes(self.api, self._plan.lab, plan_nodes(self._plan.lab))
        stand_in_for_kinds(self.api, self._plan.manifests)
        self._volumes.enter_context(storage(self.api, self._plan.lab))
        self.api.apply_all(system_stand_ins(self._plan))

    def _run(self, name: str, flags: Mapping[str, str]) -> None:
        self._running.start(name, [path_of(name), *(f"--{flag}={value}" for flag, value in flags.items())])


class _Tunnel(StreamRequestHandler):
    """One connection through the proxy, whatever address it is for."""

    def __init__(self, founder: Founder, *given: Any) -> None:
        self._founder = founder
        super().__init__(*given)

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self._founder.is_up.wait()
        with socket.create_connection(("127.0.0.1", self._founder.port)) as server:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            ends = {self.connection: server, server: self.connection}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    data = end.recv(1 << 16)
                    if not data:
                        return
                    ends[end].sendall(data)


@contextmanager
def founder(state: State, plan: Plan) -> Iterator[Founder]:
    """Waits for the first machine, and is a control plane from then on, with nodes that KWOK plays."""
    with processes() as running:
        found = Founder(state, plan, running)
        found.start()
        try:
            yield found
        finally:
            found.stop()

"""The control plane: etcd, the API server, the scheduler, the controllers, and KWOK, which plays the kubelets."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from operations.clients.kubernetes import Api
from rehearsal.control_plane.processes import Processes, free_ports, is_listening
from rehearsal.tools import Tell, path_of, source_of

ADMINISTRATOR = "kubernetes-admin"
KEY = "service-accounts.key"
STAGES = (
    "node/fast/node-initialize",
    "node/heartbeat-with-lease/node-heartbeat-with-lease",
    "pod/fast/pod-ready",
    "pod/fast/pod-complete",
    "pod/fast/pod-delete",
)
"""KWOK's stages of nodes and pods, from its module's `kustomize/stage`; pods of jobs complete at once."""
IMAGE_NOT_PULLED = Path(__file__).parent / "image-not-pulled.yaml"
"""A stage of ours."""

QUICK = ("--kube-api-qps=1000", "--kube-api-burst=2000")
"""The default limits, made for a shared API server, would take most of the time of a rehearsal."""


def playing_kubelets(kubeconfig: Path) -> list[str]:
    """Arguments with which KWOK plays the kubelets of all nodes. Raises ToolMissing."""
    folder = source_of("kwok") / "kustomize" / "stage"
    stages = (*(folder / f"{stage}.yaml" for stage in STAGES), IMAGE_NOT_PULLED)
    flags = {"kubeconfig": str(kubeconfig), "manage-all-nodes": "true", "node-lease-duration-seconds": "40"}
    return [f"--{flag}={value}" for flag, value in flags.items()] + [f"--config={stage}" for stage in stages]


class Parts:
    """The programs of a control plane, on loopback."""

    def __init__(self, running: Processes, services: str, tell: Tell) -> None:
        self._running = running
        self._services = services
        self._tell = tell
        self._etcd, self._peers, self._port = free_ports(3)
        self.server = f"https://127.0.0.1:{self._port}"
        self.authority = running.folder / "apiserver.crt"

    def start(self) -> Path:
        """Start everything; returns the administrator's kubeconfig once the API server is ready."""
        kubeconfig = self.start_api_server()
        self.start_scheduler(kubeconfig)
        self._start_controllers(kubeconfig)
        self._start_kwok(kubeconfig)
        return kubeconfig

    def start_api_server(self, without: Sequence[str] = ()) -> Path:
        """Start the API server alone, `without` some admission plugins; returns as above."""
        token = secrets.token_hex(16)
        tokens = self._write("tokens.csv", f"{token},{ADMINISTRATOR},{ADMINISTRATOR},system:masters\n")
        self._start_etcd()
        self._start_api_server(tokens, without)
        self._running.wait("kube-apiserver", lambda: self.authority.exists() and is_listening(self._port))
        kubeconfig = self.write_kubeconfig("admin", token)
        self._running.wait("kube-apiserver", Api(kubeconfig).is_ready)
        return kubeconfig

    def start_scheduler(self, kubeconfig: Path) -> None:
        """Start the scheduler."""
        self._start("kube-scheduler", _common(kubeconfig), *QUICK)

    def write_kubeconfig(self, user: str, token: str) -> Path:
        """The file with which somebody reaches the API server."""
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "rehearsal",
            "clusters": [
                {
                    "name": "rehearsal",
                    "cluster": {"server": self.server, "certificate-authority": str(self.authority)},
                }
            ],
            "users": [{"name": user, "user": {"token": token}}],
            "contexts": [{"name": "rehearsal", "context": {"cluster": "rehearsal", "user": user}}],
        }
        return self._write(f"{user}.kubeconfig", yaml.safe_dump(content))

    def _start_etcd(self) -> None:
        listen = f"http://127.0.0.1:{self._etcd}"
        peers = f"http://127.0.0.1:{self._peers}"
        flags: Mapping[str, str] = {
            "data-dir": "etcd",
            "listen-client-urls": listen,
            "advertise-client-urls": listen,
            "listen-peer-urls": peers,
            "initial-advertise-peer-urls": peers,
            "initial-cluster": f"default={peers}",
            "unsafe-no-fsync": "true",
            "log-level": "warn",
        }
        self._start("etcd", flags)

    def _start_api_server(self, tokens: Path, without: Sequence[str]) -> None:
        key = str(self._write(KEY, _private_key()))
        flags = {
            "etcd-servers": f"http://127.0.0.1:{self._etcd}",
            "bind-address": "127.0.0.1",
            "secure-port": str(self._port),
            "cert-dir": str(self._running.folder),
            "token-auth-file": str(tokens),
            "authorization-mode": "Node,RBAC",
            "enable-admission-plugins": "NodeRestriction",
            "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
            "service-account-key-file": key,
            "service-account-signing-key-file": key,
            "service-cluster-ip-range": self._services,
            "allow-privileged": "true",
        }
        self._start("kube-apiserver", flags, *(f"--disable-admission-plugins={each}" for each in without))

    def _start_controllers(self, kubeconfig: Path) -> None:
        controllers = {
            "service-account-private-key-file": str(self._running.folder / KEY),
            "root-ca-file": str(self.authority),
            "use-service-account-credentials": "true",
            "horizontal-pod-autoscaler-sync-period": "2s",
            "pvclaimbinder-sync-period": "2s",
        }
        self._start("kube-controller-manager", {**_common(kubeconfig), **controllers}, *QUICK)

    def _start_kwok(self, kubeconfig: Path) -> None:
        self._running.start("kwok", [path_of("kwok", self._tell), *playing_kubelets(kubeconfig)])

    def _start(self, name: str, flags: Mapping[str, str], *more: str) -> None:
        written = (f"--{flag}={value}" for flag, value in flags.items())
        self._running.start(name, [path_of(name, self._tell), *written, *more])

    def _write(self, name: str, content: str) -> Path:
        path = self._running.folder / name
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8")
        return path


def _common(kubeconfig: Path) -> dict[str, str]:
    return {"kubeconfig": str(kubeconfig), "leader-elect": "false", "secure-port": "0"}


def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()

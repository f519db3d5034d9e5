"""Causes from the last words of a container, where they are known."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, namespace_of
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import Container, node_of, where
from operations.doctor.rules.containers.dependencies import behind
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.wording import listed


class _Known(NamedTuple):
    code: str
    words: re.Pattern[str]
    meaning: str
    fix: str
    """With {container}, {subject}, {node} and {secrets}."""
    on_host: bool = False
    """Only of a pod in the network of its node."""


_NO_NAMES = re.compile(
    r"temporary failure in name resolution|could not translate host name|name or service not known|EAI_AGAIN"
    r"|no such host|server misbehaving|getaddrinfo ENOTFOUND|could not resolve host|Unknown MySQL server host",
    re.I,
)
"""A name that was not resolved: by cluster DNS that is down, or because it is wrong."""

_KNOWN = (
    _Known(
        "GPU-DRIVER-UNUSABLE",
        re.compile(
            r"driver/library version mismatch|nvidia-container-cli|nvml error|libnvidia-ml\.so|initialize NVML"
            r"|NVIDIA-SMI has failed",
            re.I,
        ),
        "the GPU's driver on {node} cannot be used",
        "on {node}: nvidia-smi. After an update of the driver the node has to be rebooted; else restart the driver",
    ),
    _Known(
        "DNS-LOOP",
        re.compile(r"plugin/loop: Loop"),
        "its requests come back to it, as the resolver of {node} asks cluster DNS itself",
        "forward to a resolver outside of the cluster: in ConfigMap/kube-system/coredns write `forward . ADDRESS` "
        "instead of /etc/resolv.conf, or give the kubelet a resolvConf without 127.0.0.53",
    ),
    _Known(
        "IMAGE-PLATFORM",
        re.compile(r"exec format error", re.I),
        "its image is built for another architecture than that of {node}",
        "use an image that is built for the node's architecture, or keep the pod on other nodes",
    ),
    _Known(
        "CREDENTIALS-REFUSED",
        re.compile(
            r"password authentication failed|access denied for user|WRONGPASS|NOAUTH|authentication failed"
            r"|SASL authentication|invalid credentials|invalid password",
            re.I,
        ),
        "what it signs in to refuses its credentials{secrets}",
        "give both sides the same password: compare it with that of the user in the database, then restart {subject}",
    ),
    _Known(
        "FILES-NOT-WRITABLE",
        re.compile(r"(permission denied|EACCES).{0,200}/|/[\w./-]+['\"]?: permission denied", re.I),
        "it may not use its files",
        "write fsGroup or run_as_user of whoever owns the files of its volume in {subject}",
    ),
    _Known(
        "FILES-NOT-WRITABLE",
        re.compile(r"read-only file system|EROFS", re.I),
        "it writes to a read-only file system",
        "mount a volume where container {container} writes, or see why its volume is read-only: dmesg on {node}",
    ),
    _Known(
        "TOO-MANY-OPEN-FILES",
        re.compile(
            r"inotify.{0,200}(limit|no space|ENOSPC|failed)|no space.{0,80}inotify|too many open files|EMFILE|ENFILE",
            re.I,
        ),
        "{node} lets its user have no more open files or inotify watches",
        "on {node}: sysctl fs.inotify fs.file-nr; raise fs.inotify.max_user_instances and max_user_watches in "
        "/etc/sysctl.d, or find what keeps so many files open",
    ),
    _Known(
        "DATA-OF-ANOTHER-VERSION",
        re.compile(
            r"database files are incompatible with server|initialized by PostgreSQL version|cannot downgrade"
            r"|(data|database|schema|file|format).{0,60}(newer|higher|later) (version|than)"
            r"|(up|down)grad(e|es|ing)\b.{0,60}(is not|isn't|not) supported|can't handle RDB format version"
            r"|unsupported redo log format|wrong sequence of upgrade",
            re.I,
        ),
        "its data is of another version than the program can read",
        "go back to the version of the image that wrote the data, then upgrade as its makers say (for PostgreSQL: dump "
        "and restore, or pg_upgrade)",
    ),
    _Known(
        "CERTIFICATE-REFUSED",
        re.compile(
            r"x509: certificate|certificate has expired|certificate verify failed|CERT_HAS_EXPIRED"
            r"|unable to verify the first certificate|self[- ]signed certificate in certificate chain"
            r"|DEPTH_ZERO_SELF_SIGNED_CERT|PKIX path building failed",
            re.I,
        ),
        "it does not accept the certificate of what it asks",
        "renew that certificate, or give container {container} the authority that signed it",
    ),
    _Known(
        "CONNECTIONS-USED-UP",
        re.compile(
            r"too many (clients|connections)|remaining connection slots are reserved|max number of clients reached"
            r"|ER_CON_COUNT|max_user_connections|connection limit exceeded",
            re.I,
        ),
        "its database or cache takes no more connections",
        "see who holds them, then lower the pools of those, or raise the server's limit and its memory with it",
    ),
    _Known(
        "OPTION-UNKNOWN",
        re.compile(
            r"unknown (shorthand )?(flag|option|argument|command line)|unrecognized (option|argument|command)"
            r"|flag provided but not defined"
            r"|unexpected argument|invalid option --|no such option|unknown variable '",
            re.I,
        ),
        "this version of its program does not know an option that it is given",
        "correct command, args or the configuration of container {container} in {subject}",
    ),
    _Known(
        "PORT-IN-USE",
        re.compile(r"address already in use|EADDRINUSE", re.I),
        "its port is taken by another process of {node}, whose network it uses",
        "on {node}: ss -lntup; end what has the port, or give container {container} another one in {subject}",
        on_host=True,
    ),
    _Known(
        "PORT-IN-USE",
        re.compile(r"address already in use|EADDRINUSE", re.I),
        "its port is taken by another container of the pod",
        "give container {container} another port in {subject}",
    ),
)  # fmt: skip
"""Last words of programs and the runtime; the first that matches counts."""


def explained(finding: Finding, observed: Observation, pod: Manifest, container: Container, words: str) -> Finding:
    """A finding about a container that ends or does not start, with the cause that its last words give."""
    on_host = mapping(pod, "spec").get("hostNetwork") is True
    known = next((each for each in _KNOWN if each.words.search(words) and (on_host or not each.on_host)), None)
    if known is None:
        return finding._replace(upstream=finding.upstream | _dns(observed)) if _NO_NAMES.search(words) else finding
    secrets = list(dict.fromkeys(_secrets(container, namespace_of(pod))))
    told = {
        "container": container.name,
        "subject": str(finding.subject),
        "node": node_of(pod),
        "secrets": f" ({listed([str(each) for each in secrets])})" if secrets else "",
    }
    last = words.strip()[-300:]
    return finding._replace(
        code=known.code,
        message=f"Container {container.name} ({container.image}) does not run{where(observed, pod)}, "
        f"{container.restarts} restarts: {known.meaning.format(**told)}; it said: {last}",
        fix=known.fix.format(**told),
        evidence=(
            *finding.evidence,
            *(Evidence(each, "holds the credentials") for each in secrets if known.code == "CREDENTIALS-REFUSED"),
            *(_architecture(observed, pod) if known.code == "IMAGE-PLATFORM" else ()),
        ),
        upstream=finding.upstream | (frozenset(secrets) if known.code == "CREDENTIALS-REFUSED" else frozenset()),
    )


def _dns(observed: Observation) -> frozenset[Reference]:
    """Cluster DNS, with what is behind it."""
    service = observed.get("Service", "kube-dns", "kube-system")
    return behind(observed, service) if service is not None else frozenset()


def _secrets(container: Container, namespace: str | None) -> Iterator[Reference]:
    for variable in entries(container.wanted, "env"):
        if name := text(variable, "valueFrom", "secretKeyRef", "name"):
            yield Reference("Secret", namespace, name)
    for source in entries(container.wanted, "envFrom"):
        if name := text(source, "secretRef", "name"):
            yield Reference("Secret", namespace, name)


def _architecture(observed: Observation, pod: Manifest) -> Iterator[Evidence]:
    node = observed.get("Node", node_of(pod))
    if node is not None and (architecture := text(node, "status", "nodeInfo", "architecture")):
        yield Evidence(Reference("Node", None, node_of(pod)), f"its architecture is {architecture}")

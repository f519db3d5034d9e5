"""Fields that become fields of Kubernetes objects, with the rules of its API server.

The rules are those of k8s.io/apimachinery (pkg/util/validation) and of k8s.io/kubernetes (pkg/apis/*/validation), 1.34.
"""

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from config.model import is_address, shown, text_like

Refusal = str | None
"""Why a text is refused; None if it is not."""

PodSecurityStandard = Literal["restricted", "baseline", "privileged"]
"""A Pod Security Standard, the strictest first."""

MAX_ID = 2**31 - 1
"""The largest user or group id that a pod may have."""
MAX_FILES = 1 << 20
"""Bytes. What one ConfigMap or Secret may hold in all."""
MAX_RELEASE_NAME = 53
"""Characters. What Helm takes as the name of a release."""

CAPABILITIES = frozenset(
    (
        *("ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN"),
        *("DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE"),
        *("LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST"),
        *("NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT"),
        *("SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME"),
        *("SYS_TTY_CONFIG", "WAKE_ALARM"),
    )
)
"""Capabilities that a container runtime knows (capabilities(7)), without CAP_."""

DEFAULT_CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP"),
        *("SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
"""Capabilities that a container may add under the Pod Security Standard `baseline`: a runtime gives them anyway."""

ALWAYS_ADMITTED = frozenset({"NET_BIND_SERVICE"})
"""Capabilities that a container may add under `restricted`."""

CONFINED_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
"""Types of SELinux that `baseline` admits (k8s.io/pod-security-admission v0.34, check_seLinuxOptions.go)."""

SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
"""Settings of the kernel that `baseline` admits (k8s.io/pod-security-admission v0.34, check_sysctls.go)."""

_LABEL_PART = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_TWO_PATHS = re.compile(r":(/|r[ow]$|[zZ]$)")
"""`/dev/dri:/dev/dri` or `/data:ro`, as in a Compose file; `/sys/devices/pci0000:00` is one path."""
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def is_subdomain(text: str) -> bool:
    """Whether a text is a DNS name: labels of at most 63 characters, at most 253 in all (RFC 1123)."""
    is_one = _SUBDOMAIN.fullmatch(text) is not None
    return is_one and len(text) <= 253 and all(len(label) <= 63 for label in text.split("."))


def port_name_refusal(text: str) -> Refusal:
    """IANA's rules for names of services (RFC 6335)."""
    if not re.fullmatch(r"[-a-z0-9]{1,15}", text):
        return f"{shown(text)} is not a port name: lower-case letters, digits and hyphens, at most 15"
    if not re.search("[a-z]", text):
        return f"{shown(text)} is not a port name: it has no letter; take one, for example http"
    if "--" in text or text[0] == "-" or text[-1] == "-":
        return f"{shown(text)} is not a port name: a hyphen stands alone, between letters or digits"
    return None


def label_key_refusal(text: str, of: str = "a label") -> Refusal:
    """A qualified name: a domain before the slash, if there is one, and a name of at most 63 characters."""
    prefix, slash, name = text.rpartition("/")
    if slash and not is_subdomain(prefix):
        return f"{shown(text)} is not the key of {of}: {shown(prefix)}, before the slash, is not a domain"
    if not _LABEL_PART.fullmatch(name):
        meaning = "letters, digits, '.', '_' and '-', at most 63, no sign at either end"
        return f"{shown(text)} is not the key of {of}: {meaning}"
    return None


def annotation_key_refusal(text: str) -> Refusal:
    """A qualified name too, of whose domain the API server takes upper-case letters."""
    prefix, slash, name = text.rpartition("/")
    return label_key_refusal(f"{prefix.lower()}{slash}{name}", "an annotation")


def label_value_refusal(text: str) -> Refusal:
    """The value of a label may be empty."""
    if text and not _LABEL_PART.fullmatch(text):
        meaning = "letters, digits, '.', '_' and '-', at most 63, no sign at either end"
        return f"{shown(text)} is not the value of a label: {meaning}"
    return None


def resource_name_refusal(text: str) -> Refusal:
    """An extended resource: a qualified name with a domain that is not Kubernetes' own, also behind `requests.`."""
    if "/" not in text or label_key_refusal(f"requests.{text}"):
        return f"{shown(text)} is not a name with a domain, for example lab.example/video-memory-mib"
    if "kubernetes.io/" in text:
        return f"{shown(text)} is in a domain of Kubernetes' own; take one of yours"
    return None


def capability_refusal(text: str) -> Refusal:
    """Refusal of a capability that the container runtime does not know; names are without CAP_."""
    if text in CAPABILITIES:
        return None
    plain = text.upper().removeprefix("CAP_")
    if plain in CAPABILITIES:
        return f"{shown(text)} is not a Linux capability without CAP_; write {plain}"
    return f"{shown(text)} is not a Linux capability without CAP_, for example NET_ADMIN"


def path_refusal(text: str) -> Refusal:
    """A folder or a file: an absolute path, and not two of them as Docker takes them."""
    if not text.startswith("/"):
        return f"{shown(text)} is not an absolute path, for example /data"
    if _TWO_PATHS.search(text):
        return f"{shown(text)} is more than a path; write only the part before the colon here"
    return _unwritable(text)


def request_path_refusal(text: str) -> Refusal:
    """Why a text is no path that a probe or a hook may ask a server for."""
    if not text.startswith("/"):
        return f"{shown(text)} is not an absolute path, for example /healthz"
    return _unwritable(text)


def _unwritable(path: str) -> Refusal:
    if not path.isprintable():
        return f"{shown(path)} is not a path: it has an invisible sign"
    return f"a path of {len(path)} characters; at most 4096 are possible" if len(path) > 4096 else None


def mount_path_refusal(text: str) -> Refusal:
    """Where a volume or a file appears in a container: below its root, and without a colon."""
    if text.startswith("/") and ":" in text:
        path, _, rest = text.partition(":")
        if rest == "ro":
            return f"{shown(text)} is no path: write {{path: {path}, read_only: true}}"
        return f"{shown(text)} is not a path that a container can have: leave out the colon"
    if refusal := path_refusal(text):
        return refusal
    if ".." in text.split("/"):
        return f"{shown(text)} leads upwards; write the path without '..'"
    return None if text.strip("/") else "nothing can be mounted at the root of a container; write for example /data"


def provisioner_refusal(text: str) -> Refusal:
    """A qualified name, of which upper-case letters are taken too."""
    if label_key_refusal(text.lower()):
        return f"{shown(text)} is not the name of a driver, for example driver.longhorn.io or rancher.io/local-path"
    return None


def csi_driver_refusal(text: str) -> Refusal:
    """A domain of at most 63 characters, of which upper-case letters are taken too."""
    if len(text) > 63 or not is_subdomain(text.lower()):
        return f"{shown(text)} is not the name of a CSI driver, for example smb.csi.k8s.io"
    return None


def host_path_refusal(text: str) -> Refusal:
    """A folder of the node."""
    if refusal := path_refusal(text):
        return refusal
    return f"{shown(text)} leads upwards; write the path without '..'" if ".." in text.split("/") else None


def route_refusal(text: str) -> Refusal:
    """The path of an Ingress."""
    if not text.startswith("/"):
        return f"{shown(text)} is not an absolute path, for example /api"
    for part in ("//", "/./", "/../", "%2f", "%2F"):
        if part in text:
            return f"{shown(text)} is not a path that the API server takes: it has {part!r} in it"
    if not text.isprintable() or "`" in text:
        return f"{shown(text)} is not a path that a route can have: it has an invisible sign or a backtick"
    if text.endswith(("/..", "/.")):
        return f"{shown(text)} is not a path that the API server takes: it ends with a dot"
    return None


def host_name_refusal(text: str) -> Refusal:
    """A name below a domain, or a whole one."""
    if is_subdomain(text):
        return None
    if "://" in text or "/" in text:
        return f"{shown(text)} is not a host name, for example immich; write a path under `path`"
    return f"{shown(text)} is not a host name, for example immich"


def route_host_refusal(text: str) -> Refusal:
    """The host of a route, which the API server takes as a name alone."""
    if is_address(text):
        return f"{shown(text)} is an address; a route needs a name, for example immich"
    return host_name_refusal(text)


def node_name_refusal(text: str) -> Refusal:
    """A domain: many a node is called by its whole host name."""
    if is_subdomain(text):
        return None
    return f"{shown(text)} is not the name of a node: lower-case letters, digits, hyphens and dots"


def api_group_refusal(text: str) -> Refusal:
    """The core group is the empty one; a star is every group."""
    if text and text != "*" and not is_subdomain(text):
        return f"{shown(text)} is not an API group, for example apps; leave it out for the core group"
    return None


def _refused_by(refusal: Callable[[str], Refusal]) -> AfterValidator:
    def check(text: str) -> str:
        if reason := refusal(text):
            raise ValueError(reason)
        return text

    return AfterValidator(check)


def _pattern(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


PortName = Annotated[str, _refused_by(port_name_refusal), _pattern(r"^[-a-z0-9]{1,15}$")]
LabelKey = Annotated[str, _refused_by(label_key_refusal), _pattern(r"^([a-z0-9.-]+/)?[A-Za-z0-9._-]{1,63}$")]
AnnotationKey = Annotated[
    str, _refused_by(annotation_key_refusal), _pattern(r"^([A-Za-z0-9.-]+/)?[A-Za-z0-9._-]{1,63}$")
]
LabelValue = Annotated[str, _refused_by(label_value_refusal), _pattern(r"^[A-Za-z0-9._-]{0,63}$")]
NodeName = Annotated[
    str, _refused_by(node_name_refusal), _pattern(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
]
ResourceName = Annotated[str, _refused_by(resource_name_refusal), _pattern(r"^[a-z0-9.-]+/[A-Za-z0-9._-]+$")]
Capability = Annotated[str, _refused_by(capability_refusal), WithJsonSchema({"enum": sorted(CAPABILITIES)})]
AbsolutePath = Annotated[str, _refused_by(path_refusal), _pattern("^/")]
RequestPath = Annotated[str, _refused_by(request_path_refusal), _pattern("^/")]
MountPath = Annotated[str, _refused_by(mount_path_refusal), _pattern(r"^/[^:]*$")]
HostPath = Annotated[str, _refused_by(host_path_refusal), _pattern("^/")]
Provisioner = Annotated[str, _refused_by(provisioner_refusal), _pattern(r"^([A-Za-z0-9.-]+/)?[A-Za-z0-9._-]{1,63}$")]
CsiDriver = Annotated[str, _refused_by(csi_driver_refusal), _pattern(r"^[A-Za-z0-9.-]{1,63}$")]
Route = Annotated[str, _refused_by(route_refusal), _pattern("^/")]
RouteHost = Annotated[str, _refused_by(route_host_refusal), _pattern(f"^{_SUBDOMAIN.pattern}$")]
Hostname = Annotated[str, _refused_by(host_name_refusal), _pattern(f"^{_SUBDOMAIN.pattern}$")]
ApiGroup = Annotated[str, _refused_by(api_group_refusal), _pattern(r"^(\*|[a-z0-9.-]*)$")]
SecretKey = Annotated[
    str, text_like(r"^[-._A-Za-z0-9]{1,253}$", "the key of a Secret: letters, digits, '.', '_' and '-', at most 253")
]
ObjectName = Annotated[
    str,
    text_like(
        r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$",
        "the name of an object: lower-case letters, digits, hyphens and dots, for example immich-settings",
    ),
]
FileMode = Annotated[str, text_like(r"^0?[0-7]{3}$", "the rights of files, in octal, for example 0440")]
UserId = Annotated[int, Field(ge=1, le=MAX_ID)]
GroupId = Annotated[int, Field(ge=0, le=MAX_ID)]

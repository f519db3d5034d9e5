"""Keys that other tools have for something that a lab says otherwise: Docker Compose, Kubernetes and charts.

A word is answered with the key that means the same here, or with the reason why there is none.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple


class Meaning(NamedTuple):
    """Names of a foreign key here: one or several keys, and how they are written where that differs."""

    keys: tuple[str, ...]
    hint: str = ""


_MEMORY = Meaning(("cpu", "memory"), "for example cpu: 100m (the request) and memory: 256Mi (the limit)")
_HEALTH = Meaning(("health",), "an HTTP path on the first port, for example health: /healthz")
_EXPOSE = Meaning(("expose",), "a list, for example expose: [{host: notes}]")
_FILES = Meaning(("files",), "a mapping from the path in the container to the text")
_SECRETS = Meaning(("secrets",), "a mapping, for example secrets: {DB_PASSWORD: {}}; the values are in Vault")
_MOUNTS = Meaning(("mounts",), "a mapping from a volume's name to its path, for example mounts: {data: /data}")
_USER = Meaning(("run_as_user",), "a number, for example run_as_user: 1000")
_SIDECARS = Meaning(("sidecars",), "the main container is the service itself")
_WAITS = Meaning(("waits_for",), "a list of services, for example waits_for: [postgres]")
_SCRATCH = Meaning(("scratch",), "a mapping, for example scratch: {cache: {size: 1Gi, medium: memory}}")
_GRACE = Meaning(("grace_seconds",), "in seconds")
_TIER = Meaning(("tier",), "importance and quotas come from it")
_NODE = Meaning(("node_selector",), "labels of the node, for example node_selector: {kubernetes.io/arch: amd64}")
_PLACEMENT = Meaning(("placement",), "with affinity, spread and tolerations as in a manifest")
_HOOKS = Meaning(("post_start", "pre_stop"))
_CLASS = Meaning(("volumes",), "for example volumes: {data: {storage_class: block, size: 10Gi}}")
_INTERFACES = Meaning(("interfaces",), "a list, for example interfaces: [{network: nodes, address: 10.0.20.101}]")
_DISKS = Meaning(("disks",), "a list, for example disks: [{interface: scsi0, storage: fast, size: 64Gi}]")
_VALUES = Meaning(("values",), "as the chart's own values.yaml has it")
_BALANCER = Meaning(("load_balancer",), "an address of the pool, for example load_balancer: 10.0.20.201")
_HOST_PATHS = Meaning(("host_paths",), "with the exception host-access")
_SCALE = Meaning(("autoscale",), "for example autoscale: {max_replicas: 4}")
_GPU = Meaning(("gpu",), "with kind: gpu, for example gpu: {video_memory_mib: 4000}")

MEANINGS: Mapping[str, Meaning] = {
    **dict.fromkeys(("environment", "env_vars", "envs", "variables"), Meaning(("env",))),
    **dict.fromkeys(("env_file", "envFrom"), Meaning(("env", "secrets"), "what is secret is in Vault")),
    **dict.fromkeys(
        ("secret", "secretRef", "existingSecret", "secretEnv", "secret_env", "env_secrets", "secretKeyRef"), _SECRETS
    ),
    **dict.fromkeys(("depends_on", "dependsOn", "links", "requires", "after"), _WAITS),
    **dict.fromkeys(("resources", "limits", "requests", "deploy"), _MEMORY),
    **dict.fromkeys(("mem_limit", "memory_limit", "mem", "ram"), Meaning(("memory",), "the most it may use")),
    **dict.fromkeys(("mem_reservation", "memoryRequest"), Meaning(("memory_request",))),
    **dict.fromkeys(("cpus", "cpu_request", "cpu_shares"), Meaning(("cpu", "vcpus"))),
    **dict.fromkeys(("healthcheck", "probe", "healthCheck"), _HEALTH),
    **dict.fromkeys(("ingress", "ingresses", "domain", "route", "routes", "url", "hosts", "hostname"), _EXPOSE),
    **dict.fromkeys(("volumeMounts", "mount", "bind", "binds"), _MOUNTS),
    **dict.fromkeys(("persistence", "persistentVolumeClaim", "pvc", "storage", "volume"), Meaning(("volumes",))),
    **dict.fromkeys(("storageClassName", "storageClass", "storage_class", "volumeClaimTemplates"), _CLASS),
    **dict.fromkeys(("topologySpreadConstraints", "spread", "affinity", "podAffinity", "podAntiAffinity"), _PLACEMENT),
    "extra_hosts": Meaning(("placement",), "its host_names"),
    **dict.fromkeys(("lifecycle", "postStart", "preStop"), _HOOKS),
    **dict.fromkeys(("service", "services", "containerPort", "targetPort"), Meaning(("ports", "endpoint"))),
    "host": Meaning(("expose",), "a list, for example expose: [{host: notes}]"),
    **dict.fromkeys(("imagePullSecrets", "image_pull_secrets"), Meaning(("pull_secrets",))),
    **dict.fromkeys(("configMap", "configmap", "configs", "config", "configMaps"), _FILES),
    **dict.fromkeys(("initContainers", "init_containers"), Meaning(("init",))),
    **dict.fromkeys(("containers", "sidecarContainers", "sidecar", "extraContainers"), _SIDECARS),
    **dict.fromkeys(("user", "runAsUser", "puid", "PUID", "uid"), _USER),
    **dict.fromkeys(("cap_add", "add_capabilities"), Meaning(("capabilities",), "without CAP_")),
    **dict.fromkeys(("hostNetwork", "network_mode"), Meaning(("host_network",), "host_network: true")),
    **dict.fromkeys(("hostPath", "devices", "hostPaths"), _HOST_PATHS),
    **dict.fromkeys(("tmpfs", "emptyDir", "shm_size"), _SCRATCH),
    **dict.fromkeys(("entrypoint", "cmd"), Meaning(("command", "args"), "lists")),
    **dict.fromkeys(("stop_grace_period", "terminationGracePeriodSeconds", "terminationGracePeriod", "grace"), _GRACE),
    **dict.fromkeys(("scale", "replicaCount", "instances", "replicas", "count"), Meaning(("replicas", "instances"))),
    **dict.fromkeys(("hpa", "autoscaling", "horizontalPodAutoscaler"), _SCALE),
    **dict.fromkeys(("extraArgs", "extraEnv", "set", "overrides", "helm_values", "valuesObject"), _VALUES),
    **dict.fromkeys(("priorityClassName", "priority", "qosClass", "importance"), _TIER),
    **dict.fromkeys(("nodeSelector", "nodeName"), _NODE),
    **dict.fromkeys(("loadBalancerIP", "loadBalancer", "externalIP"), _BALANCER),
    **dict.fromkeys(("rbac", "serviceAccount", "role", "clusterRole"), Meaning(("permissions",))),
    **dict.fromkeys(("cron", "cronjob", "job"), Meaning(("runs_as", "schedule"), "runs_as: cronjob")),
    **dict.fromkeys(("controller", "workload", "workload_type", "controllerType", "kind"), Meaning(("runs_as",))),
    **dict.fromkeys(("gpus", "runtime"), _GPU),
    "ns": Meaning(("namespace",), ""),
    **dict.fromkeys(("strategy", "updateStrategy"), Meaning(("singleton",), "singleton: true, never two at once")),
    **dict.fromkeys(("repo", "helm", "chartName"), Meaning(("chart", "repository"))),
    **dict.fromkeys(("db", "database", "POSTGRES_DB"), Meaning(("databases",), "a list of names")),
    **dict.fromkeys(("memory_mb", "maxmem"), Meaning(("memory",))),
    **dict.fromkeys(("cores_per_socket", "sockets", "cores", "cpu"), Meaning(("vcpus",))),
    **dict.fromkeys(("net", "networks", "nics", "network_interfaces", "net0", "bridge", "ipconfig"), _INTERFACES),
    **dict.fromkeys(("ip", "ip_address", "ipv4", "ipconfig0"), _INTERFACES),
    "node": Meaning(("host", "node_selector"), "a name in site.yaml, for a machine"),
    **dict.fromkeys(("mac", "hwaddr"), Meaning(("mac_address",))),
    **dict.fromkeys(("vm_id", "id", "vmId"), Meaning(("vmid",))),
    **dict.fromkeys(("clone", "image_id"), Meaning(("template",))),
    **dict.fromkeys(("onboot", "startup", "boot"), Meaning(("start",))),
    **dict.fromkeys(("hostpci", "pci", "passthrough"), Meaning(("pci_devices",), "a list of names in site.yaml")),
    **dict.fromkeys(("disk", "scsi0", "virtio0", "rootfs"), _DISKS),
    **dict.fromkeys(("agent", "qemu_agent"), Meaning(("guest_agent",))),
    "subnet": Meaning(("cidr",)),
    **dict.fromkeys(("dns", "dnsConfig"), Meaning(("nameservers", "placement"), "with a list of nameservers")),
    "tag": Meaning(("vlan",)),
}

WITHOUT: Mapping[str, Mapping[str, str]] = {
    "image": {
        **dict.fromkeys(("restart", "restartPolicy", "restart_policy"), "Kubernetes restarts what ends; leave it out"),
        "metadata": "a service is named by its file; labels are under `labels`, annotations under `annotations`",
        **dict.fromkeys(("container_name", "name"), "a service is named by its file; leave it out"),
        "build": "an image is built elsewhere; name it under `image`",
        **dict.fromkeys(("version", "apiVersion"), "this is no Compose file and no manifest; leave it out"),
        "spec": "this is no manifest; write its keys here",
        **dict.fromkeys(
            ("logging", "log_driver"), "the node keeps logs (container_logs in cluster.yaml); leave it out"
        ),
        "networks": "services reach each other by name; leave it out",
        **dict.fromkeys(
            ("manifests", "extraObjects", "extraManifests"),
            "here it is `objects`, the files in the folder named after the service, as [servicemonitor.yaml]",
        ),
        **dict.fromkeys(("sops", "sealedSecret", "sealedSecrets"), "such Secrets are files under `objects`"),
        "externalName": "a host outside of the cluster is a service of `kind: external`, with its `host_name`",
        **dict.fromkeys(
            (
                *("ulimits", "pid", "ipc", "platform", "cgroup_parent", "externalIPs"),
                *("overhead", "preemptionPolicy", "readinessGates", "resizePolicy", "procMount", "schedulerName"),
                *("schedulingGates", "setHostnameAsFQDN", "terminationMessagePath"),
                *("progressDeadlineSeconds", "ordinals", "volumeDevices"),
            ),
            "there is none here; where the pod needs it, write it under `patch`, with a reason",
        ),
    },
    "restored_from": {
        **dict.fromkeys(("path", "mountPath"), "its path is under `mounts` of a container, as mounts: {data: /data}"),
        **dict.fromkeys(("capacity", "resources"), "here it is `size`, for example size: 10Gi"),
        "nfs": "here it is `share`, for example share: {server: 10.0.20.2, path: /media}",
    },
    "vmid": {
        "name": "a machine is named by its key; leave it out",
        **dict.fromkeys(("balloon", "ballooning"), "memory is fixed; leave it out"),
        **dict.fromkeys(
            ("bios", "machine", "ostype", "scsihw", "os", "type", "numa"), "the template states it; leave it out"
        ),
        "tags": "the program sets them; leave it out",
    },
    "policy_engine": {
        "vault": "here it is `secrets`, for example secrets: {operator: external-secrets, vault: vault}",
        "prometheus": "here it is `watching`, for example watching: {service: prometheus}",
        "kyverno": "here it is `policy_engine`, the name of the service that installs it",
        "loadBalancer": "here it is `load_balancer`, beside `platform`",
        **dict.fromkeys(("podCIDR", "podSubnet"), "here it is `pod_cidr`, beside `platform`"),
        **dict.fromkeys(("serviceCIDR", "serviceSubnet"), "here it is `service_cidr`, beside `platform`"),
        **dict.fromkeys(("cni", "network"), "here it is `pod_network`, the name of the service that installs it"),
    },
    "chart": {
        **dict.fromkeys(
            ("replicas", "image", "env", "resources", "persistence", "ingress", "release", "valuesFrom"),
            "what a chart runs is said in its `values`, and counted in `footprint`",
        ),
    },
}
"""Foreign keys that have no counterpart, and why, by a key that shows where they belong."""


MAPPINGS: Mapping[str, str] = {
    "env": "env: {TZ: Europe/Berlin}",
    "ports": "ports: {http: 8080}",
    "volumes": "volumes: {data: {storage_class: block, size: 10Gi}}, with its path under mounts",
    "mounts": "mounts: {data: /data}",
    "secrets": "secrets: {DB_PASSWORD: {}}",
    "labels": "labels: {pod: {team: media}}",
    "annotations": "annotations: {pod: {team: media}}",
    "devices": "devices: {gpu.intel.com/i915: 1}; a file of the node stands under host_paths",
    "files": "files: {/etc/app.conf: text}",
    "scratch": "scratch: {cache: {size: 1Gi}}, with its path under mounts",
    "placement": "placement: {node_selector: {kubernetes.io/arch: amd64}}",
    "gpu": "gpu: {video_memory_mib: 4000}",
    "autoscale": "autoscale: {max_replicas: 4}",
    "chart": "chart: {name: grafana, repository: https://charts.example, version: 1.2.3}",
    "footprint": "footprint: {grafana: {containers: {main: {cpu: 50m, memory: 128Mi}}}}",
    "items": "items: {tls.key: key.pem}",
    "sysctls": 'sysctls: {net.ipv4.ip_unprivileged_port_start: "0"}',
    "init": "init: {prepare: {image: ..., command: [...]}}",
    "sidecars": "sidecars: {exporter: {image: ..., cpu: 10m, memory: 32Mi}}",
    "node_selector": "node_selector: {kubernetes.io/arch: amd64}",
    "taints": "taints: {dedicated: media}",
}
"""Keys that are lists or single values in Docker Compose or in a manifest, and mappings here, each with an example."""

OF_NAMES = frozenset(
    {"claims", "init", "networks", "ports", "resource_claims", "scratch", "shares", "sidecars", "volumes"}
)
"""Mappings whose keys are names that the owner gives, and no words of the format: `resource_claims: {gpu: ...}`."""

INSTEAD: Mapping[tuple[str, object], str] = {
    ("run_as_user", 0): "root is run_as_root: true, with exceptions: {root-user: REASON}",
}
"""Values out of bounds that mean something, by key and value, and how that is said here."""

TEXTS: Mapping[str, str] = {
    "valueFrom": "a Secret's key stands under secrets, a ConfigMap's under env_keys, a field under env_fields",
    "apiVersion": "objects stand in files, in the folder named after the service, as objects: [servicemonitor.yaml]",
}
"""Mappings of manifests in the place of a text, by a key of theirs, and how that is said here."""

LISTS: Mapping[str, str] = {
    "capabilities": "capabilities: [NET_ADMIN], and drop_capabilities: [ALL]",
    "streams": "streams: [{entry: mqtt, port: mqtt}]",
    "expose": "expose: [{host: notes}]",
    "disks": "disks: [{interface: scsi0, storage: fast, size: 64Gi}]",
    "interfaces": "interfaces: [{network: nodes, address: 10.0.20.101}]",
}
"""Lists of mappings, each with an example."""


_MARKED = frozenset({"namespace", "workload", "pod", "route", "service"})
_KINDS_MARKED = {
    **dict.fromkeys(("deployment", "statefulset", "daemonset", "cronjob", "job", "controller"), "workload"),
    **dict.fromkeys(("pods", "template", "podTemplate"), "pod"),
    **dict.fromkeys(("ingress", "httproute", "ingressroute", "gateway", "routes"), "route"),
    **dict.fromkeys(("svc", "services"), "service"),
}


def marked_word(key: str, known: Collection[str]) -> str | None:
    """How a label or an annotation is said whose kind of object is left out or called otherwise; None elsewhere."""
    if frozenset(known) != _MARKED:
        return None
    if here := _KINDS_MARKED.get(key):
        return f"here it is `{here}`"
    return f"name the kind of object first, as {{pod: {{{key}: ...}}}}; they are {', '.join(sorted(_MARKED))}"


def text_of(mapping: Mapping[str, object]) -> str:
    """The text that is meant by a mapping of a manifest in its place; empty where none is known."""
    if said := next((words for key, words in TEXTS.items() if key in mapping), None):
        return f"; {said}"
    kind, file = mapping.get("type"), mapping.get("localhostProfile")
    if kind in ("RuntimeDefault", "Unconfined", "Localhost"):
        return f"; write {kind}{f'/{file}' if kind == 'Localhost' and file else ''}"
    name = mapping.get("name")
    return f"; write {name}" if isinstance(name, str) and len(mapping) == 1 else ""


def foreign_word(key: str, known: Collection[str]) -> str | None:
    """The key here for one of another tool, where `known` keys are allowed; None if it is not such a word."""
    meaning = MEANINGS.get(key)
    here = [one for one in meaning.keys if one in known] if meaning else []
    if meaning and here:
        names = " and ".join(f"`{one}`" for one in here) if len(here) < 3 else ", ".join(f"`{one}`" for one in here)
        return f"here it is {names}{f', {meaning.hint}' if meaning.hint else ''}"
    return next((words[key] for where, words in WITHOUT.items() if where in known and key in words), None)

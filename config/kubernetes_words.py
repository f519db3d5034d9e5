"""Fields of Kubernetes by the keys of a service that say the same, and keys that stand at another place."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import NamedTuple, get_args

from pydantic import BaseModel


class _Field(NamedTuple):
    """A field of a manifest, in the words of a service."""

    keys: tuple[str, ...]
    """Each with its place: `security.fs_group` stands under `security`."""
    hint: str = ""


_OF_ADOPTED = "of a service that ran before"

FIELDS: Mapping[str, _Field] = {
    # of a pod
    "activeDeadlineSeconds": _Field(("job.deadline_seconds",)),
    "automountServiceAccountToken": _Field(
        ("permissions", "service_account", "adopt.token"),
        "with one of the first two its pods get a token, else none; the last is of pods that ran before",
    ),
    "enableServiceLinks": _Field(("adopt.service_links",), "by convention false, and stated of pods that ran before"),
    "dnsConfig": _Field(("placement.dns",), "for example {nameservers: [10.0.20.2], options: {ndots: '1'}}"),
    "dnsPolicy": _Field(("placement.dns.policy",)),
    "hostAliases": _Field(("placement.host_names",), "as {10.0.20.9: [nas]}"),
    "hostIPC": _Field(("security.host_ipc",), "with the exception host-access"),
    "hostPID": _Field(("security.host_pid",), "with the exception host-access"),
    "hostUsers": _Field(("security.user_namespace",), "the other way round: user_namespace: true is hostUsers: false"),
    "nodeName": _Field(("placement.node", "node_selector")),
    "podAffinity": _Field(("placement.affinity",), "as in a manifest"),
    "podAntiAffinity": _Field(("placement.affinity",), "as in a manifest"),
    "nodeAffinity": _Field(("placement.affinity",), "as in a manifest"),
    "affinity": _Field(("placement.affinity",), "as in a manifest"),
    "priorityClassName": _Field(("tier", "adopt.priority_class"), "a tier has its priority class"),
    "resourceClaims": _Field(("resource_claims",), "for example {gpu: {template: one-gpu}}"),
    "restartPolicy": _Field(("native", "job.restart"), "native: true is restartPolicy: Always of an init container"),
    "runtimeClassName": _Field(("placement.runtime_class",)),
    "serviceAccountName": _Field(
        ("permissions", "service_account"), "the first makes one, the second names one that exists"
    ),
    "serviceAccount": _Field(
        ("permissions", "service_account"), "the first makes one, the second names one that exists"
    ),
    "shareProcessNamespace": _Field(("security.share_processes",)),
    "subdomain": _Field(("placement.subdomain",)),
    "hostname": _Field(("placement.hostname", "expose"), "the first names the pod, the second leads visitors to it"),
    "nodeSelector": _Field(("node_selector",), "labels of the node, for example {kubernetes.io/arch: amd64}"),
    "tolerations": _Field(("placement.tolerations",), "for example [{key: example.com/gpu}]"),
    "topologySpreadConstraints": _Field(("placement.spread",), "as in a manifest"),
    # of containers and their rights
    **dict.fromkeys(
        ("securityContext", "podSecurityContext", "containerSecurityContext"),
        _Field(("security", "run_as_user", "drop_capabilities", "read_only_root")),
    ),
    "allowPrivilegeEscalation": _Field(("privilege_escalation",)),
    "appArmorProfile": _Field(("app_armor", "security.app_armor"), "for example RuntimeDefault"),
    "readOnlyRootFilesystem": _Field(("read_only_root",)),
    "runAsGroup": _Field(("run_as_group",)),
    "runAsNonRoot": _Field(("non_root",)),
    "seccompProfile": _Field(("seccomp", "security.seccomp"), "for example RuntimeDefault"),
    "seLinuxOptions": _Field(("security.selinux",), "for example {type: spc_t}"),
    "fsGroup": _Field(("security.fs_group",)),
    "fsGroupChangePolicy": _Field(("security.fs_group_change",), "for example OnRootMismatch"),
    "supplementalGroups": _Field(("security.groups",), "a list of numbers"),
    "supplementalGroupsPolicy": _Field(("security.groups_policy",), "Merge or Strict"),
    "seLinuxChangePolicy": _Field(("security.selinux_change",), "MountOption or Recursive"),
    "sysctls": _Field(("security.sysctls",), "a mapping from their names to texts"),
    "imagePullPolicy": _Field(("pull_policy",)),
    "envFrom": _Field(("env_from",), "for example [{secret: NAME}, {config_map: NAME}]"),
    "tty": _Field(("terminal",), "a terminal and an open standard input"),
    "stdin": _Field(("terminal",), "a terminal and an open standard input"),
    "terminationMessagePolicy": _Field(("termination_message",)),
    "workingDir": _Field(("working_dir",)),
    "volumeMounts": _Field(("mounts",), "from a volume's name to its path, for example {data: /data}"),
    **dict.fromkeys(
        ("livenessProbe", "readinessProbe", "startupProbe"),
        _Field(("health", "probes"), "a path for all of them, or each by itself: {readiness: {http: /ready}}"),
    ),
    "health": _Field(("probes",), "for example {liveness: {http: /healthz}}"),
    # of a probe
    "path": _Field(("http",)),
    "command": _Field(("exec",)),
    "httpGet": _Field(("http", "port"), "the path, and the port's name or number"),
    "tcpSocket": _Field(("port",), "without http, exec and grpc the port is opened"),
    "initialDelaySeconds": _Field(("delay_seconds",)),
    "periodSeconds": _Field(("period_seconds",)),
    "timeoutSeconds": _Field(("timeout_seconds",)),
    "failureThreshold": _Field(("failures",)),
    "successThreshold": _Field(("successes",)),
    "httpHeaders": _Field(("headers",), "as {Host: photos.lab.example}"),
    "scheme": _Field(("https",), "true or false"),
    # of a controller
    "revisionHistoryLimit": _Field(("adopt.history",), "3 by convention"),
    "minReadySeconds": _Field(("min_ready_seconds",)),
    "strategy": _Field(("singleton", "adopt.strategy"), "singleton: true is never two at once"),
    "updateStrategy": _Field(("singleton", "adopt.strategy"), "singleton: true is never two at once"),
    "selector": _Field(("adopt.selector",), _OF_ADOPTED),
    "matchLabels": _Field(("adopt.selector",), "as {app: immich}"),
    "podAnnotations": _Field(("annotations",), "as {pod: {example.com/name: text}}"),
    "podLabels": _Field(("labels",), "as {pod: {team: media}}"),
    "serviceName": _Field(("adopt.service",), _OF_ADOPTED),
    "podManagementPolicy": _Field(("adopt.pod_management",)),
    "partition": _Field(("adopt.partition",)),
    "persistentVolumeClaimRetentionPolicy": _Field(
        ("claim_retention",), "for example {deleted: Retain, scaled: Delete}"
    ),
    "whenDeleted": _Field(("claim_retention.deleted",)),
    "whenScaled": _Field(("claim_retention.scaled",)),
    "backoffLimit": _Field(("job.retries",)),
    "completions": _Field(("job.completions",)),
    "parallelism": _Field(("job.parallel",)),
    "ttlSecondsAfterFinished": _Field(("job.keep_seconds",)),
    "concurrencyPolicy": _Field(("job.concurrency",)),
    "startingDeadlineSeconds": _Field(("job.start_within_seconds",)),
    "successfulJobsHistoryLimit": _Field(("job.keep_succeeded",)),
    "failedJobsHistoryLimit": _Field(("job.keep_failed",)),
    "suspend": _Field(("job.suspended",)),
    "timeZone": _Field(("job.time_zone",)),
    "nfs": _Field(("shares",), "as {media: {server: 10.0.20.2, path: /media}}"),
    "csi": _Field(("inline_csi",), "a volume without a claim; one with a claim is under volumes"),
    "ephemeral": _Field(("scratch",), "as {work: {storage_class: fast, size: 50Gi}}"),
    "downwardAPI": _Field(("projections",), "as {pod: {fields: {labels: metadata.labels}}}"),
    "projected": _Field(("projections",), "as {all: {sources: [{secret: tls}]}}"),
    # of a Service
    "clusterIP": _Field(("headless",), "headless: true is clusterIP: None"),
    "externalTrafficPolicy": _Field(("service_options.external_traffic",)),
    "internalTrafficPolicy": _Field(("service_options.internal_traffic",)),
    "loadBalancerSourceRanges": _Field(("service_options.source_ranges",), "for example [10.0.0.0/8]"),
    "allocateLoadBalancerNodePorts": _Field(("service_options.node_ports",)),
    "trafficDistribution": _Field(("service_options.distribution",)),
    "loadBalancerClass": _Field(("service_options.load_balancer_class",)),
    "ipFamilyPolicy": _Field(("service_options.ip_families",)),
    "ipFamilies": _Field(("service_options.families",)),
    "nodePort": _Field(("ports",), "for example {http: {number: 8000, node: 30080}}"),
    "publishNotReadyAddresses": _Field(("publish_not_ready",)),
    "sessionAffinity": _Field(("session_affinity_seconds",)),
    "type": _Field(("load_balancer", "ports"), "LoadBalancer is an address, and NodePort a port with `node`"),
    # of a route
    "backendRefs": _Field(("backends",), "for example [{service: blue, port: 80}]"),
    "backend": _Field(("backends",), "for example [{service: blue, port: 80}]"),
    "backendRequest": _Field(("backend_timeout_seconds",)),
    "timeouts": _Field(("timeout_seconds", "backend_timeout_seconds")),
    "hostnames": _Field(("host", "further_hosts")),
    "parentRefs": _Field(("gateway", "further_gateways"), "names of Gateways in cluster.yaml"),
    "pathType": _Field(("exact", "controller_paths"), "true for Exact, and for ImplementationSpecific"),
    "ingressClassName": _Field(("ingress_class",)),
    "secretName": _Field(("certificate", "name", "secret")),
    "sectionName": _Field(("gateway",), "one of cluster.yaml, which states its listener"),
    **dict.fromkeys(("queryParams", "query"), _Field(("matches",), "as [{queryParams: [{name: beta, value: a}]}]")),
    "entryPoints": _Field(("traefik.entry_points",)),
    # of variables, Secrets and External Secrets
    "name": _Field(("secret", "service", "config_map", "claim")),
    "valueFrom": _Field(("secrets", "env_keys", "env_fields"), "a variable of a Secret, of a ConfigMap, of the pod"),
    "secretKeyRef": _Field(("secrets", "secret"), "with the name of the Secret, and the key under key"),
    "configMapKeyRef": _Field(("env_keys", "config_map"), "with the name of the ConfigMap, and the key under key"),
    "fieldRef": _Field(("env_fields",), "as {NODE: spec.nodeName}"),
    "secretRef": _Field(("env_from", "secret"), "the name of the Secret"),
    "configMapRef": _Field(("env_from", "config_map"), "the name of the ConfigMap"),
    "defaultMode": _Field(("mode",), "in octal, for example 0440"),
    "secretStoreRef": _Field(("store",), "a ClusterSecretStore, or SecretStore/NAME"),
    "dataFrom": _Field(("items",), "as [{path: immich}]"),
    "data": _Field(("keys",), "as {password: {path: immich, key: password}}"),
    "remoteRef": _Field(("path", "key")),
    "extract": _Field(("path",)),
    "property": _Field(("key",)),
    "rewrite": _Field(("rename",)),
    "refreshInterval": _Field(("refresh",)),
    "creationPolicy": _Field(("creation",)),
    "target": _Field(("secret", "creation", "template"), "the name, whose it is, and what is made of the values"),
    "tls_secret": _Field(("certificate",), "the Secret with the certificate of the host"),
    "weight": _Field(("backends.weight",), "for example [{service: blue, port: 80, weight: 9}]"),
    # of a claim
    "storageClassName": _Field(("volumes.NAME.storage_class",)),
    "accessModes": _Field(("volumes.NAME.access",), "for example ReadWriteMany"),
    "volumeName": _Field(("volumes.NAME.volume",)),
    "existingClaim": _Field(("claims", "volumes.NAME.claim")),
    "dataSource": _Field(("volumes.NAME.restored_from",)),
    "dataSourceRef": _Field(("volumes.NAME.restored_from",)),
    "readOnly": _Field(("shares.NAME.read_only",)),
    # of autoscalers
    "minReplicas": _Field(("replicas",), "the least of an autoscaler"),
}
"""Fields by the names of Kubernetes, where a service has a key for them."""


def field_here(field: str, known: Collection[str]) -> str | None:
    """The keys for a field of a manifest, at a place that has the `known` ones; None where there are none."""
    said = FIELDS.get(field) or FIELDS.get(_in_camel_case(field))
    if said is None:
        return None
    keys, hint = said
    here = [*dict.fromkeys(place for key in keys if (place := _from(key, known)))]
    if not here and (at := _nested_in(known)):
        here = [f"{key}` beside `{at}" for key in keys if "." not in key and key in _places()[0]]
    if not here:
        return None
    *others, last = (f"`{each}`" for each in here)
    named = f"{', '.join(others)} or {last}" if others else last
    return f"here it is {named}{f', {hint}' if hint else ''}"


def _in_camel_case(field: str) -> str:
    """A field as manifests write it: `minReplicas` of `min_replicas`."""
    first, *others = field.split("_")
    return first + "".join(each.title() for each in others)


def _from(key: str, known: Collection[str]) -> str | None:
    """A key as it is written where the `known` ones stand: below one of them, or as one of them."""
    parts = key.split(".")
    return next((".".join(parts[at:]) for at in range(len(parts)) if parts[at] in known), None)


def place_of(key: str, known: Collection[str]) -> str | None:
    """Where a key of a service, or of cluster.yaml, stands that was written one level too high or too low."""
    cluster, platform = _of_cluster()
    if frozenset(known) == platform:
        return "it stands beside `platform`, not under it" if key in cluster else None
    if frozenset(known) == cluster:
        return "it stands under `platform`" if key in platform else None
    service, under = _places()
    if at := _nested_in(known):
        return f"it stands beside `{at}`, not under it" if key in service else None
    homes = [name for name, keys in under.items() if key in keys and name in known] if "image" in known else []
    return f"it stands under `{homes[0]}`" if len(homes) == 1 else None


def _nested_in(known: Collection[str]) -> str | None:
    """The key of a service under which the `known` ones stand."""
    return next((name for name, keys in _places()[1].items() if keys == frozenset(known)), None)


@cache
def _places() -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    """The keys of a service, and those under its keys that hold further ones."""
    from config.service.app import AppService  # only a mistake pays for it

    nested: Iterable[tuple[str, object]] = (
        (name, each)
        for name, field in AppService.model_fields.items()
        for each in (field.annotation, *get_args(field.annotation))
    )
    return frozenset(AppService.model_fields), {
        name: frozenset(model.model_fields)
        for name, model in nested
        if isinstance(model, type) and issubclass(model, BaseModel)
    }


@cache
def _of_cluster() -> tuple[frozenset[str], frozenset[str]]:
    """The keys of cluster.yaml, and those of its `platform`."""
    from config.cluster import Cluster  # only a mistake pays for it
    from config.platform import Platform

    return frozenset(Cluster.model_fields), frozenset(Platform.model_fields)

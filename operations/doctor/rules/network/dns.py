"""Cluster DNS that cannot read its own configuration."""

import re
from collections.abc import Iterator

from config.suggest import did_you_mean
from observation.model import Observation
from observation.objects import name_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import containers, is_ready, lineage
from plan.model import Manifest
from plan.model.fields import text

_PLUGINS = frozenset(
    (
        *(
            "acl",
            "any",
            "auto",
            "autopath",
            "azure",
            "bind",
            "bufsize",
            "cache",
            "cancel",
            "chaos",
            "clouddns",
            "debug",
        ),
        *("dns64", "dnssec", "dnstap", "erratic", "errors", "etcd", "file", "forward", "geoip", "grpc", "grpc_server"),
        *(
            "header",
            "health",
            "hosts",
            "https",
            "https3",
            "import",
            "k8s_external",
            "kubernetes",
            "loadbalance",
            "local",
        ),
        *("log", "loop", "metadata", "minimal", "multisocket", "nomad", "nsid", "pprof", "prometheus", "quic", "ready"),
        *("reload", "rewrite", "root", "route53", "secondary", "sign", "template", "timeouts", "tls", "trace"),
        *("transfer", "tsig", "view", "whoami"),
    )
)
"""Directives of a server block (coredns.io/plugins)."""
_BLOCK = re.compile(r"^\s*([\w-]+)")


def dns_findings(observed: Observation) -> Iterator[Finding]:
    """The mistake in a Corefile, where CoreDNS does not run."""
    config = observed.get("ConfigMap", "coredns", "kube-system")
    pods = [pod for pod in observed.in_namespace("Pod", "kube-system") if name_of(pod).startswith("coredns")]
    failing = [
        pod for pod in pods if not is_ready(pod) and any(each.restarts and each.ended for each in containers(pod))
    ]
    if config is None or not failing:
        return
    mistake = mistake_in(text(config, "data", "Corefile"))
    if mistake:
        yield _finding(observed, config, failing, mistake)


def mistake_in(corefile: str) -> str:
    """Error in a Corefile, in a few words; empty where none is seen."""
    depth = 0
    for number, line in enumerate(corefile.splitlines(), 1):
        words = line.partition("#")[0]
        name = _BLOCK.match(words)
        if depth == 1 and name and name[1] not in _PLUGINS:
            alike = did_you_mean(name[1], _PLUGINS)
            return f"line {number}: unknown directive {name[1]!r}{alike if alike.startswith('; did') else ''}"
        depth += words.count("{") - words.count("}")
    if depth:
        return f"{abs(depth)} brace{'s' * (abs(depth) != 1)} {'missing' if depth > 0 else 'too many'} at its end"
    return ""


def _finding(observed: Observation, config: Manifest, failing: list[Manifest], mistake: str) -> Finding:
    return Finding(
        "DNS-CONFIGURATION",
        "error",
        reference(config),
        f"CoreDNS does not start, so no name is resolved in the cluster: its Corefile cannot be read, {mistake}",
        f"correct the Corefile: kubectl edit configmap {name_of(config)} -n kube-system",
        (Evidence(reference(config), mistake), *(Evidence(reference(pod), "does not run") for pod in failing)),
        covers=frozenset(each for pod in failing for each in lineage(observed, pod)),
    )

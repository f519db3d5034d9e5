"""Serving certificates of kubelets: who approves them, and who accepts which."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.service import HelmService, Service
from plan import model
from plan.cluster.membership import founder
from plan.model.fields import Fields, entries, texts, values
from plan.model.findings import Finding, Rule

NOT_APPROVED = Rule(
    "KUBELET-CERTIFICATES-NOT-APPROVED",
    "error",
    title="Nobody approves the certificates of kubelets",
    meaning=(
        "Each kubelet asks the cluster for its serving certificate, which is signed when somebody approves the "
        "request; Kubernetes approves none of these by itself. While one waits, logs, `kubectl exec` and metrics of "
        "the node fail: on a new node at once, on the others when their certificate ends. Who approves needs to "
        "update `certificatesigningrequests/approval`, and to approve for the signer `kubernetes.io/kubelet-serving`."
    ),
    remedy=(
        "Switch the approver on and give it these rights, or name another one, for example one of the chart "
        "kubelet-csr-approver. For the requests that wait: `kubectl get csr`, `kubectl certificate approve NAME`."
    ),
)

METRICS_REFUSED = Rule(
    "METRICS-SERVER-REFUSES-KUBELETS",
    "warning",
    title="The metrics server accepts no certificate of a kubelet",
    meaning=(
        "Without an approver, kubelets of a new cluster sign their certificates themselves. The metrics server checks "
        "them unless `--kubelet-insecure-tls` is among its arguments. Then it never becomes ready, and autoscalers "
        "have no figures."
    ),
    remedy=(
        "Name an approver under `platform.kubelet_certificates`, or add `--kubelet-insecure-tls` to the arguments of "
        "the metrics server."
    ),
)

_INSECURE = "--kubelet-insecure-tls"
_TRUSTING = (_INSECURE, "--kubelet-certificate-authority")
_GROUP = "certificates.k8s.io"
_SIGNER = "kubernetes.io/kubelet-serving"


def kubelet_certificate_findings(lab: Lab, services: Iterable[model.Service]) -> Iterator[Finding]:
    """Findings where kubelets ask and nobody approves, and, in a cluster that is made, where they are not believed."""
    approver = lab.cluster.platform.kubelet_certificates
    if approver is not None:
        for service in services:
            if service.name == approver and (problem := _problem(service)):
                message, fix = problem
                yield NOT_APPROVED.finding(
                    ("cluster", "platform", "kubelet_certificates"),
                    f"kubelets ask the cluster for their certificates, and {approver}, which approves them, {message}: "
                    "logs, exec and metrics of nodes fail",
                    fix,
                )
    elif founder(lab) is not None:
        yield from _refused(lab)


def _problem(service: model.Service) -> tuple[str, str] | None:
    """Why a service approves nothing, and what to do; None where it does, or where a chart gives it its rights."""
    if service.is_off:
        return "is off", f"switch {service.name} on"
    rules = [rule for each in service.objects if each["kind"] == "ClusterRole" for rule in entries(each, "rules")]
    lacking = [
        needed
        for needed, is_given in (
            (
                "update certificatesigningrequests/approval",
                any(_gives(rule, "certificatesigningrequests/approval", "update", "") for rule in rules),
            ),
            (f"approve signers named {_SIGNER}", any(_gives(rule, "signers", "approve", _SIGNER) for rule in rules)),
        )
        if not is_given
    ]
    if service.release is None and lacking:
        rights = " and ".join(lacking)
        return f"may not {rights}", f"give it the right to {rights}, in the group {_GROUP} and the whole cluster"
    return None


def _gives(rule: Fields, resource: str, verb: str, name: str) -> bool:
    """Whether a rule of RBAC gives a right; `*` gives each."""
    names = values(rule, "resourceNames")
    return (
        not {_GROUP, "*"}.isdisjoint(values(rule, "apiGroups"))
        and not {resource, "*"}.isdisjoint(values(rule, "resources"))
        and not {verb, "*"}.isdisjoint(values(rule, "verbs"))
        and (not names or name in names or "kubernetes.io/*" in names)
    )


def _refused(lab: Lab) -> Iterator[Finding]:
    for name, service in lab.services.items():
        if _checks_kubelets(service):
            yield METRICS_REFUSED.finding(
                ("services", name),
                f"{name} checks the certificates of kubelets, which sign them themselves: it never becomes ready",
                f"add {_INSECURE} to args in its values, or name an approver: kubelet_certificates, in the platform of "
                "cluster.yaml",
            )


def _checks_kubelets(service: Service) -> bool:
    return (
        isinstance(service, HelmService)
        and service.chart.name == "metrics-server"
        and not any(each in text for each in _TRUSTING for _, text in texts(service.values, ()))
    )

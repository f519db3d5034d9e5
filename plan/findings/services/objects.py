"""Objects from files, and patches: errors in them, and their kinds that are not known."""

from collections.abc import Iterable, Iterator

from config.api_rules import object_refusals
from config.lab import Lab
from config.objects import StatedObject, as_read
from config.service.container import Workload
from config.source import dotted
from config.storage_class import OtherStorageClass
from config.suggest import did_you_mean
from plan.findings.storage.longhorn import is_judged
from plan.model import Finding, Service
from plan.model.fields import mapping, text
from plan.model.findings import Rule
from plan.model.metadata import api_group
from plan.workloads.objects import claimed
from plan.workloads.ownership import release_target
from plan.workloads.patches import target_of, wrong_pod
from plan.workloads.pods_of_operators import may_make_pods

PATCH_INVALID = Rule(
    "PATCH-INVALID",
    "error",
    title="A patched object is refused",
    meaning=(
        "The API server would refuse the object, or the planner would not know its pods: a field is none of its kind, "
        "or has the wrong shape, a quantity is none, or a selector does not fit its pods."
    ),
    remedy="Correct the patch where the message says.",
)

PATCH_UNKNOWN = Rule(
    "PATCH-UNKNOWN",
    "error",
    title="A patch of an object that is not written",
    meaning=(
        "A patch changes an object that the program writes for the service. There is none of that kind and name, "
        "so that the patch would change nothing."
    ),
    remedy="Name an object that `homelab explain SERVICE` lists, or change the object in its own file.",
)

IGNORED_UNKNOWN = Rule(
    "IGNORED-UNKNOWN",
    "error",
    title="Fields of an object that is not written are to be left alone",
    meaning=(
        "`ignore_fields` names an object that the program writes for the service, or `release/NAME`. There is none of "
        "that kind and name, so that an update would write over what something else set."
    ),
    remedy="Name an object that `homelab explain SERVICE` lists.",
)

PODS_NOT_CHECKED = Rule(
    "PODS-NOT-CHECKED",
    "info",
    title="Pods that an operator may make are not counted",
    meaning=(
        "An object of a custom kind can make an operator start pods. What it would start is not known here, so the"
        " plan leaves room for nothing."
    ),
    remedy="Declare the pods as `footprint` of a service of kind objects.",
)

SECRET_IN_FILE = Rule(
    "SECRET-IN-FILE",
    "warning",
    title="A file holds a Secret with its values",
    meaning="Whoever reads the repository, a rendered folder or a pull request reads the secret.",
    remedy="Seal it, or let it come from the vault. Then change the secret: what was committed once is known.",
)

KEPT_AS_IT_IS = Rule(
    "KEPT-AS-IT-IS",
    "info",
    title="Pods do not follow the conventions",
    meaning=(
        "A workload that was there before is left as it was, so that its first update restarts nothing. Until then its "
        "pods are less safe than others, and nothing probes them."
    ),
    remedy="Remove `adopt.as_it_is` when a restart is welcome.",
)

OWNED_ELSEWHERE = Rule(
    "OWNED-ELSEWHERE",
    "info",
    title="Something else sets a figure that the plan counts",
    meaning=(
        "An update leaves ignored fields alone. What runs may have more replicas, or request more, than the plan "
        "counts."
    ),
    remedy="Write the figures that run into the file from time to time.",
)

STORAGE_NOT_CHECKED = Rule(
    "STORAGE-NOT-CHECKED",
    "info",
    title="Volumes whose storage the plan does not know",
    meaning=(
        "Whether its volume takes a slot of the node, in which zone it lies and what it takes of which disk is not"
        " known."
    ),
    remedy="Describe the class in storage.yaml. Of a class with `backend: other` it stays so.",
)


def object_findings(lab: Lab, planned: Iterable[Service]) -> Iterator[Finding]:
    """All findings about objects in files and patches."""
    for name, row in lab.storage_classes.items():
        if isinstance(row, OtherStorageClass) and not is_judged(lab, row):
            yield STORAGE_NOT_CHECKED.finding(
                ("storage", name),
                f"volumes of {name} are made by {row.provisioner}: where they lie and what they take of which disk is "
                f"not checked{'' if row.takes_slots else ', nor how many of them a node can have'}",
                "nothing has to be done here; watch the storage itself",
                facts={"provisioner": row.provisioner},
            )
    for service in planned:
        yield from _patches(lab, service)
        yield from _left_alone(lab, service)
        yield from _as_it_is(lab, service.name)
        yield from _owned(lab, service)
        stated = lab.objects.get(service.name, ())
        yield from _pods_of_operators(lab, service, stated)
        yield from _unknown_classes(lab, service, stated)
        yield from _secrets(stated)


def _patches(lab: Lab, service: Service) -> Iterator[Finding]:
    written = {target_of(each): each for each in service.objects}
    for target in lab.services[service.name].patch:
        path = ("services", service.name, "patch", target)
        if target not in written:
            yield PATCH_UNKNOWN.finding(
                path,
                f"{service.name} has no object {target}{did_you_mean(target, written)}",
                "name an object of the service by its kind and name, or remove the patch",
            )
        elif wrong := wrong_pod(written[target]):
            yield PATCH_INVALID.finding(
                path,
                f"with the patch, {target} makes no pod that could be planned: {wrong}",
                "write what the API server takes there",
                facts={"wrong": wrong},
            )
        elif refused := next(object_refusals(as_read(written[target])), None):
            at, why = refused
            yield PATCH_INVALID.finding(
                path,
                f"with the patch, the API server refuses {target}: {dotted(at)}: {why}",
                "write what the API server takes there",
                facts={"wrong": dotted(at)},
            )


def _left_alone(lab: Lab, service: Service) -> Iterator[Finding]:
    known = [target_of(each) for each in service.objects]
    known += [release_target(service.release.name)] if service.release else []
    for target in lab.services[service.name].ignore_fields:
        if target not in known:
            yield IGNORED_UNKNOWN.finding(
                ("services", service.name, "ignore_fields", target),
                f"{service.name} has no object {target}, of which fields were to be left alone"
                f"{did_you_mean(target, known)}",
                "name an object of the service by its kind and name, or remove this",
            )


def _as_it_is(lab: Lab, service: str) -> Iterator[Finding]:
    for path, name, workload in lab.services[service].parts(service):
        if workload.adopt.as_it_is:
            without = [
                *(["no seccomp profile"] if workload.security.seccomp is None else []),
                *(["privileges may be escalated"] if not workload.privileged else []),
                *(["no probes"] if workload.probes is None and workload.health is None else []),
            ]
            yield KEPT_AS_IT_IS.finding(
                (*path, "adopt", "as_it_is"),
                f"the pods of {name} do not follow the conventions: {', '.join(without) or 'no labels of their tier'}",
                "remove as_it_is when a restart is welcome",
                facts={"without": tuple(without)},
            )


def _owned(lab: Lab, service: Service) -> Iterator[Finding]:
    """Figures that something else sets; of pods that an autoscaler of the lab makes, the plan knows the most."""
    scaled = {each.path for each in service.workloads if each.max_replicas is not None}
    for path, name, workload in lab.services[service.name].parts(service.name):
        known = ("resources",) if path in scaled else ("replicas", "resources")
        counted = [each for each in workload.ignore if each in known]
        if counted:
            yield OWNED_ELSEWHERE.finding(
                (*path, "ignore"),
                f"something else sets {' and '.join(counted)} of {name}: the plan goes by {_said(workload)}",
                "keep the figures of the file near those that run",
                facts={"fields": tuple(counted)},
            )


def _said(workload: Workload) -> str:
    return f"replicas: {workload.replicas}, cpu: {workload.cpu} and memory: {workload.memory}"


def _pods_of_operators(lab: Lab, service: Service, stated: Iterable[StatedObject]) -> Iterator[Finding]:
    if getattr(lab.services[service.name], "footprint", None):
        return
    for each in stated:
        group = api_group(dict(each.content))
        if may_make_pods(group, each.kind):
            yield PODS_NOT_CHECKED.finding(
                each.path,
                f"whether an operator makes pods of {each.kind} {each.name} ({group}) is not known: none are counted",
                "declare them as footprint of a service of kind objects, or leave it",
                facts={"kind": each.kind, "group": group},
            )


def _unknown_classes(lab: Lab, service: Service, stated: Iterable[StatedObject]) -> Iterator[Finding]:
    for each, claim, storage_class, _ in claimed(stated):
        is_static = bool(text(each.content, "spec", "volumeName"))
        if storage_class not in lab.storage_classes and not (is_static or (each.kind == "StatefulSet" and not claim)):
            called = f"storage class {storage_class}" if storage_class else "the cluster's default storage class"
            yield STORAGE_NOT_CHECKED.finding(
                each.path,
                f"the claim {claim} of {service.name} is of {called}, which storage.yaml does not know: its size, its "
                "volume slot and its place are not counted",
                "describe the class in storage.yaml, or leave it",
                facts={"claim": claim, "storage_class": storage_class},
            )


def _secrets(stated: Iterable[StatedObject]) -> Iterator[Finding]:
    for each in stated:
        holds = [key for field in ("data", "stringData") for key in mapping(each.content, field)]
        if each.kind == "Secret" and holds:
            yield SECRET_IN_FILE.finding(
                each.path,
                f"a file holds the Secret {each.name} with its values: {', '.join(holds)}. They go into git, into "
                "`render`, and into what others review",
                "seal it (SealedSecret, SOPS), or take it from the vault under secrets",
                facts={"keys": tuple(holds)},
            )

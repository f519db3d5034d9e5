"""Consequences of a step for a Kubernetes object."""

from collections.abc import Iterable, Iterator

from operations.guard.consequence import Consequence, not_known
from operations.guard.objects.adopted import is_default, of_program
from operations.guard.objects.claim_templates import CLAIM_TEMPLATES, how_claims_follow, of_claims
from operations.guard.objects.cluster_settings import settings_of_cluster
from operations.guard.objects.fields import by_value
from operations.guard.objects.mounts import data_left_behind, lost_mounts
from operations.guard.objects.moving_data import HOW_CLASSES_CHANGE
from operations.guard.objects.schedules import fewer_runs
from operations.guard.reading.step import State, Step
from operations.guard.reading.values import block, leaves
from plan.changes.acting_rules import ACTS_ON_OTHERS
from plan.changes.common_rules import COMMON_FIELDS
from plan.changes.effects import Effect
from plan.changes.field_rule import COMPARE_FIRST
from plan.changes.field_rules import FIELDS
from plan.changes.known_fields import KNOWN_FIELDS, OF_EVERY_KIND
from plan.changes.object_rules import (
    CHANGED_IN_PLACE,
    CLAIM,
    CONFIG_MAP,
    KINDS,
    MAKES_PODS,
    POD_TEMPLATES,
    RELEASE,
    SCHEDULED,
    SECRET,
    Kind,
    KindRule,
    Loss,
    covers,
    touches,
)
from plan.changes.template_rules import TEMPLATE_FIELDS
from plan.wording import listed

IN_PLACE = "It is updated in place."
GENERATING: Kind = ("policies.kyverno.io", "GeneratingPolicy")
FOLLOWS = "Generated objects follow within seconds; one that no longer matches is deleted."
ONLY_DEFAULTS = "It is taken over. What differs was filled in by the cluster, and stays."
IN_BETWEEN = "A pod that starts while it is away waits for it."
PATCH = "Patch"
"""End of the kinds of the SDK that change an object of others: `DeploymentPatch`."""
CHANGES_ANOTHER = "It changes an object that the program does not make, and the preview does not show that object."
TOKEN = "kubernetes.io/service-account-token"
"""Type of a Secret into which the cluster writes a token."""
OTHER_TOKEN = "The token in it ends; whoever has a copy of it, outside of the cluster too, is refused."
JOIN_TOKEN = "homelab:index:JoinToken"
USED_UP = "A machine used it once to join; it has no other use."
NO_FIELD_RULE = "No rule says what another value of this field does to what runs."
NO_RULE = "No rule says what such an object holds: what it does is not known."

STARTS_EMPTY = (
    "The service starts on a new, empty volume; where the reclaim policy is Retain, the old disk stays, released, and "
    "no pod sees it; where it is Delete, it is gone."
)
STORAGE_CLASS: Kind = ("storage.k8s.io", "StorageClass")
OTHER_VOLUMES = "Volumes that exist stay as and where they are; those to come are made as it says then."
LASTING: tuple[Effect, ...] = ("DELETE", "SCALE-DOWN", "STOP", "UNPROTECT")
"""Effects that a value has on an object that is recreated with it, too."""
CLUSTER_NAMESPACES = ("kube-node-lease", "kube-public", "kube-system")
"""Namespaces of the cluster's own objects."""


def object_consequences(
    step: Step, imported: bool = False, new_namespaces: frozenset[str] = frozenset()
) -> Iterator[Consequence]:
    """Consequences of a step for an object. `imported` where the same `up` takes it over, `new_namespaces` those that
    it makes."""
    kind, target = kind_of(step.type), target_of(step)
    rule = KINDS.get(kind)
    if step.action in ("delete", "replace"):
        yield _loss(step, kind, rule)
        if step.action == "replace":
            yield from _made_anew(step, kind, target)
        if step.action == "replace" and kind == CONFIG_MAP:
            yield from settings_of_cluster(step, target, _paths(step))
    elif step.action == "create":
        yield from _made(step, kind, target, new_namespaces)
    elif rule is None or not (rule.knows_updates or _only_labels(step)):
        yield not_known(target, _paths(step), NO_RULE)
    else:
        yield from _update(step, kind, rule, of_program(step) if imported else _paths(step))


def _made(step: Step, kind: Kind, target: str, new_namespaces: frozenset[str]) -> Iterator[Consequence]:
    """Consequences of a new object's values: most do harm only where there was another value before."""
    if kind in ACTS_ON_OTHERS and block(step.after, "metadata").get("namespace") not in new_namespaces:
        yield not_known(target, (), ACTS_ON_OTHERS[kind])
    if kind[1].endswith(PATCH):
        yield not_known(target, (), CHANGES_ANOTHER)
    rules = tuple(rule for rule in FIELDS.get(kind, ()) if rule.effect == "DELETE" and rule.when == "becomes")
    yield from by_value(rules, target, {}, step.after, tuple(rule.field for rule in rules))


def _made_anew(step: Step, kind: Kind, target: str) -> Iterator[Consequence]:
    """Consequences of the new values of an object that is recreated, besides what is lost with it."""
    rules = tuple(rule for rule in FIELDS.get(kind, ()) if rule.effect in LASTING)
    yield from by_value(rules, target, step.before, step.after, _paths(step))
    if kind in POD_TEMPLATES:
        yield from data_left_behind(step, target, POD_TEMPLATES[kind])


def kind_of(pulumi_type: str) -> Kind:
    """API group and kind of `kubernetes:apps/v1:Deployment`."""
    module, _, kind = pulumi_type.removeprefix("kubernetes:").rpartition(":")
    group = module.rpartition("/")[0]
    return "" if group == "core" else group, kind


def target_of(step: Step) -> str:
    """Kind, namespace and name of an object or a release, `PersistentVolumeClaim/media/library`; else type and name."""
    return (named_target(step.resource) if step.is_object else None) or f"{step.type.rpartition(':')[2]}/{step.name}"


def named_target(state: State) -> str | None:
    """Kind, namespace and name of an object or a release; None for what has no name of its own."""
    metadata = state.inputs if kind_of(state.type) == RELEASE else block(state.inputs, "metadata")
    names = [each for each in (metadata.get("namespace"), metadata.get("name")) if isinstance(each, str) and each]
    return (
        "/".join((state.type.rpartition(":")[2], *names)) if isinstance(metadata.get("name"), str) and names else None
    )


def _paths(step: Step) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path, _ in step.changes))


def _loss(step: Step, kind: Kind, rule: KindRule | None) -> Consequence:
    target = target_of(step)
    if step.action == "delete":
        if step.resource.retain_on_delete:
            message = "Pulumi forgets it; it stays where it is, and nothing manages it any more."
            return Consequence("FORGET", "warning", target, (), message, "")
        if JOIN_TOKEN in step.owners:
            return Consequence("DELETE", "info", target, (), USED_UP, "")
    causes = step.replacing if step.action == "replace" else ()
    if rule is None:
        return not_known(target, causes, f"It is {_what(step)}. {NO_RULE}")
    loss = _of_value(step, kind, rule)
    if _may_be_of_cluster(step):
        loss = loss._replace(severity="error", sentence=f"{loss.sentence} The whole cluster may need it.")
    return Consequence(
        "DELETE" if step.action == "delete" else "REPLACE",
        loss.severity,
        target,
        causes,
        f"It is {_what(step)}. {loss.sentence}".strip(),
        _fix(step, causes, kind, loss),
    )


def _may_be_of_cluster(step: Step) -> bool:
    """Whether it lies where the cluster's own objects do, or the preview does not show where it lies."""
    shown = [block(each, "metadata") for each in (step.resource.inputs, step.resource.outputs)]
    return not any(shown) or any(each.get("namespace") in CLUSTER_NAMESPACES for each in shown)


def _what(step: Step) -> str:
    return "deleted" if step.action == "delete" else "deleted and recreated"


def _of_value(step: Step, kind: Kind, rule: KindRule) -> Loss:
    """The loss, where the object's own values decide about it."""
    if kind == SECRET and TOKEN in (step.before.get("type"), step.after.get("type")):
        return rule.loss._replace(sentence=OTHER_TOKEN)
    if step.action == "replace" and kind in CHANGED_IN_PLACE and not step.is_import_in_place:
        return Loss("info", IN_BETWEEN)
    if step.action == "replace" and any(touches(path, CLAIM_TEMPLATES) for path in step.replacing):
        return rule.loss._replace(sentence=f"{rule.loss.sentence} {of_claims(_paths(step), step.before, step.after)}")
    if step.action == "replace" and kind == CLAIM:
        return rule.loss._replace(sentence=STARTS_EMPTY)
    if step.action == "replace" and kind == STORAGE_CLASS:
        return rule.loss._replace(sentence=OTHER_VOLUMES)
    return rule.loss


def _fix(step: Step, causes: tuple[str, ...], kind: Kind, loss: Loss) -> str:
    if loss.severity != "error":
        return ""
    if any(touches(path, CLAIM_TEMPLATES) for path in causes):
        return f"take the change back; {how_claims_follow(_paths(step), step.before, step.after)}"
    if kind == CLAIM and causes:
        return f"take the change back; to keep the data: {HOW_CLASSES_CHANGE}"
    return "take the change back; back up what it holds before you delete it"


WHOLE = ("apiVersion", "kind", "metadata", "spec")
"""Fields that no update takes away as a whole."""


def _is_hidden(step: Step, field: str) -> bool:
    """Whether a field that was there is not shown any more, though others are, and the cluster did not fill it in; or
    whether the preview names something in it that becomes another, and shows nothing of it."""
    if field not in step.after and any(path.startswith(f"{field}.") for path, how in step.changes if how == "changed"):
        return True
    gone = bool(step.after) and field in step.before and field not in step.after
    return gone and not all(is_default(path, value) for path, value in leaves(step.before[field], field))


def _update(step: Step, kind: Kind, rule: KindRule, paths: tuple[str, ...]) -> Iterator[Consequence]:
    target = target_of(step)
    if not step.changes:
        yield not_known(target, (), "The preview does not say what differs.")
        return
    if not paths:
        yield Consequence("UPDATE", "info", target, (), ONLY_DEFAULTS, "")
        return
    hidden = tuple(field for field in WHOLE if _is_hidden(step, field))
    if hidden:
        yield not_known(target, hidden, f"The preview does not show {listed(hidden)} of it as it will be.")
    fixed = tuple(path for path in paths if touches(path, (*rule.replaced_by, *rule.refused)))
    if fixed:
        message = "The API server does not allow this change: the `up` ends half-way."
        yield Consequence("FAIL", "error", target, fixed, message, REMAKE)
    rules = (*FIELDS.get(kind, ()), *TEMPLATE_FIELDS.get(kind, ()), *COMMON_FIELDS)
    found = [*by_value(rules, target, step.before, step.after, paths)]
    if kind in POD_TEMPLATES:
        found += lost_mounts(step, target, POD_TEMPLATES[kind], paths)
    if kind in SCHEDULED:
        found += fewer_runs(step, target, with_seconds=SCHEDULED[kind])
    if kind == CONFIG_MAP:
        found += settings_of_cluster(step, target, paths)
    yield from found
    said = {path for each in found for path in each.causes}
    rest = tuple(path for path in paths if path not in (*said, *fixed, *hidden))
    known, ruled = (*OF_EVERY_KIND, *KNOWN_FIELDS.get(kind, ())), tuple(each.field for each in rules)
    unknown = tuple(path for path in rest if not touches(path, known) and not covers(path, ruled))
    if unknown:
        yield not_known(target, unknown, NO_FIELD_RULE, COMPARE_FIRST)._replace(severity="warning")
    harmless = tuple(path for path in rest if path not in unknown)
    if harmless:
        yield _in_place(step, kind, target, harmless)


def _only_labels(step: Step) -> bool:
    return bool(step.changes) and all(touches(path, ("metadata.labels",)) for path in _paths(step))


REMAKE = "take the change back, give the object another name, or delete it by hand before the `up`"


def _in_place(step: Step, kind: Kind, target: str, paths: tuple[str, ...]) -> Consequence:
    of_pods = _of_pods(step, kind, paths)
    if of_pods:
        return Consequence("ROLLOUT", "info", target, paths, of_pods, "")
    if kind == GENERATING and _beyond_labels(paths):
        return Consequence("UPDATE", "warning", target, paths, FOLLOWS, "")
    return Consequence("UPDATE", "info", target, paths, IN_PLACE, "")


def _beyond_labels(paths: Iterable[str]) -> bool:
    return any(not touches(path, ("metadata",)) for path in paths)


def _of_pods(step: Step, kind: Kind, paths: Iterable[str]) -> str:
    """Effect of an update on the pods that a controller makes; empty where they stay."""
    template = MAKES_PODS.get(kind)
    if template is None or not any(touches(path, (template,)) or template.startswith(f"{path}.") for path in paths):
        return ""
    spec = block(step.after, "spec")
    if block(spec, "strategy").get("type") == "Recreate":
        return "Its pods are stopped, then recreated: it is down in between."
    if kind[1] == "Deployment":
        return "Its pods are replaced one by one, a new one before an old one goes."
    return "Its pods are replaced one by one, each down until its successor is ready."

"""Objects that a policy generates in namespaces, and that are gone or no longer as the policy says."""

from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, annotations_of, labels_of, name_of, namespace_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_over
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text
from plan.wording import listed

_LIMIT_RANGER = "kubernetes.io/limit-ranger"
_POLICY, _RULE = "generate.kyverno.io/policy-name", "generate.kyverno.io/rule-name"


def generated_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each namespace that lost its LimitRange, and each generated object that differs."""
    yield from _gone(observed)
    yield from _missing(observed)
    for kind in ("LimitRange", "ResourceQuota"):
        for each in observed.of(kind):
            yield from _differs(observed, each)


def _gone(observed: Observation) -> Iterator[Finding]:
    """Its pods still carry what a LimitRange once gave them."""
    if not observed.knows("LimitRange"):
        return
    for namespace in observed.of("Namespace"):
        name = name_of(namespace)
        if observed.in_namespace("LimitRange", name):
            continue
        marked = [
            pod
            for pod in observed.in_namespace("Pod", name)
            if not is_over(pod) and str(annotations_of(pod).get(_LIMIT_RANGER, "")).startswith("LimitRanger plugin set")
        ]
        if marked:
            makers = [
                reference(policy)
                for policy in observed.of("ClusterPolicy")
                if any(text(rule, "generate", "kind") == "LimitRange" for rule in entries(policy, "spec", "rules"))
            ]
            named = f"; {listed([str(each) for each in makers])} generates it" if makers else ""
            yield Finding(
                "LIMIT-RANGE-GONE",
                "warning",
                reference(namespace),
                f"It has no LimitRange any more: {len(marked)} of its pods got their defaults from one, and pods "
                f"that are created from now on get none{named}",
                "restore it"
                + (
                    ": see whether Kyverno's background controller runs, then label the namespace again"
                    if makers
                    else ""
                ),
                (
                    Evidence(reference(namespace), "has no LimitRange"),
                    *(Evidence(reference(pod), str(annotations_of(pod)[_LIMIT_RANGER])) for pod in marked[:3]),
                    *(Evidence(each, "generates LimitRanges") for each in makers),
                ),
                covers=frozenset((reference(namespace),)),
                upstream=_engine(observed),
            )


def _missing(observed: Observation) -> Iterator[Finding]:
    """A namespace that got only one of LimitRange and quota, though policies generate both for it."""
    if not (observed.knows("LimitRange") and observed.knows("ResourceQuota")):
        return
    for namespace in observed.of("Namespace"):
        name = name_of(namespace)
        for kind, other in (("LimitRange", "ResourceQuota"), ("ResourceQuota", "LimitRange")):
            if observed.in_namespace(kind, name) or not any(
                _POLICY in labels_of(each) for each in observed.in_namespace(other, name)
            ):
                continue
            for policy in observed.of("ClusterPolicy"):
                for rule in entries(policy, "spec", "rules"):
                    if text(rule, "generate", "kind") == kind and _concerns(rule, namespace):
                        lost = Reference(kind, name, text(rule, "generate", "name"))
                        yield Finding(
                            "GENERATED-MISSING",
                            "warning",
                            reference(namespace),
                            f"{lost} is not there, though {reference(policy)} generates it for this namespace "
                            f"(rule {text(rule, 'name')})",
                            "see why Kyverno does not generate it: kubectl describe clusterpolicy "
                            f"{name_of(policy)}; kubectl get updaterequests -n kyverno",
                            (Evidence(lost, "does not exist"), Evidence(reference(policy), "generates it")),
                            covers=frozenset((reference(namespace), lost)),
                            upstream=_engine(observed),
                        )


def _concerns(rule: Fields, namespace: Manifest) -> bool:
    """Whether a rule generates something for a namespace, by the labels that it matches and excludes."""
    matched = [each for each in entries(rule, "match", "any") if _selects(each, namespace)]
    excluded = [each for each in entries(rule, "exclude", "any") if _selects(each, namespace)]
    return bool(matched) and not excluded


def _selects(part: Fields, namespace: Manifest) -> bool:
    selector = mapping(part, "resources", "selector", "matchLabels")
    labels = labels_of(namespace)
    return bool(selector) and all(labels.get(key) == each for key, each in selector.items())


class Difference(NamedTuple):
    """A field that is not as its policy generates it."""

    field: str
    found: object
    wanted: object

    def __str__(self) -> str:
        return f"{self.field} is {self.found} instead of {self.wanted}"


def differences(observed: Observation, manifest: Manifest) -> tuple[Difference, ...]:
    """The fields in which a generated object is not as its policy says; none where no policy generates it."""
    wanted = mapping(_rule_of(observed, manifest), "generate", "data", "spec")
    return tuple(_changes("", mapping(manifest, "spec"), wanted))


def _differs(observed: Observation, manifest: Manifest) -> Iterator[Finding]:
    rule = _rule_of(observed, manifest)
    changed = [str(each) for each in differences(observed, manifest)]
    if not changed:
        return
    policy = Reference("ClusterPolicy", None, str(labels_of(manifest)[_POLICY]))
    kind, name, namespace = reference(manifest).kind.lower(), name_of(manifest), namespace_of(manifest)
    yield Finding(
        "GENERATED-DIFFERS",
        "warning",
        reference(manifest),
        f"It is not as {policy} generates it: {'; '.join(changed)}{_changed_by(manifest)}",
        f"kubectl delete {kind} {name} -n {namespace}: Kyverno generates it again; if it does not, see whether its "
        "background controller runs. What is to be different belongs into the policy",
        (Evidence(reference(manifest), "; ".join(changed)), Evidence(policy, f"rule {text(rule, 'name')}")),
        covers=frozenset((reference(manifest),)),
        upstream=_engine(observed),
    )


def _changed_by(manifest: Manifest) -> str:
    """Who wrote its spec last, other than the policy engine."""
    writers = [
        (text(each, "time"), text(each, "manager"))
        for each in entries(manifest, "metadata", "managedFields")
        if "f:spec" in mapping(each, "fieldsV1") and "kyverno" not in text(each, "manager")
    ]
    return f"; {max(writers)[1]} wrote it at {max(writers)[0]}" if writers else ""


def _rule_of(observed: Observation, manifest: Manifest) -> Fields:
    labels = labels_of(manifest)
    policy = observed.get("ClusterPolicy", str(labels.get(_POLICY, "")))
    if policy is None or namespace_of(manifest) is None:
        return {}
    rules = [each for each in entries(policy, "spec", "rules") if text(each, "name") == labels.get(_RULE)]
    return rules[0] if rules else {}


def _changes(path: str, found: Fields, wanted: Fields) -> Iterator[Difference]:
    """Each field that is not as wanted, with both of its values."""
    for key, each in wanted.items():
        place = f"{path}.{key}" if path else key
        if inner := mapping(wanted, key):
            yield from _changes(place, mapping(found, key), inner)
        elif not _same(found.get(key), each):
            yield Difference(place, found.get(key), each)


def _same(found: object, wanted: object) -> bool:
    """Whether two parts say the same, but for the order of a list and for what the API server adds."""
    pair: Fields = {"found": found, "wanted": wanted}
    if wanted_fields := mapping(pair, "wanted"):
        has = mapping(pair, "found")
        return all(_same(has.get(key), each) for key, each in wanted_fields.items())
    if wanted_entries := entries(pair, "wanted"):
        have = entries(pair, "found")
        return len(have) == len(wanted_entries) and all(any(_same(h, w) for h in have) for w in wanted_entries)
    return str(found) == str(wanted)


def _engine(observed: Observation) -> frozenset[Reference]:
    return frozenset(
        reference(one)
        for each in observed.of("Deployment")
        if "kyverno" in name_of(each) and "background" in name_of(each)
        for one in (each, *observed.pods_of(each))
    )

"""Secrets that a store for all namespaces does not give to theirs."""

import re
from collections.abc import Iterator

from config.lab import Lab
from config.namespaces import namespace_of_object
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.findings import Finding, Rule

STORE_NOT_OPEN = Rule(
    "STORE-NOT-OPEN",
    "error",
    title="A store of secrets does not serve the namespace that asks it",
    meaning=(
        "A ClusterSecretStore with conditions serves the namespaces that one of them names, and no other: External "
        "Secrets refuses the ExternalSecret, the Secret is never written, and what reads it does not start. Of "
        "conditions with a selector of labels nothing is said."
    ),
    remedy="Add the namespace to the conditions of the store, or name a store that serves it.",
)


def store_condition_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each ExternalSecret in a file whose store does not serve its namespace."""
    stores = {each.name: entries(each.content, "spec", "conditions") for each in lab.objects_by_kind.get(_STORE, ())}
    for stated in lab.objects_by_kind.get("ExternalSecret", ()):
        named = mapping(stated.content, "spec", "secretStoreRef")
        conditions = stores.get(text(named, "name"), []) if text(named, "kind") == _STORE else []
        namespace = namespace_of_object(lab, stated)
        if conditions and not any(_may_serve(each, namespace) for each in conditions):
            store = text(named, "name")
            yield STORE_NOT_OPEN.finding(
                stated.path,
                f"{_STORE} {store}, which ExternalSecret {stated.name} names, does not serve its namespace "
                f"{namespace}: the Secret is never written",
                f"add {namespace} to the namespaces under conditions of {store}",
                about=stated.name,
                facts={"store": store, "namespace": namespace},
            )


_STORE = "ClusterSecretStore"


def _may_serve(condition: Fields, namespace: str) -> bool:
    if mapping(condition, "namespaceSelector"):
        return True
    if namespace in values(condition, "namespaces"):
        return True
    return any(_matches(str(each), namespace) for each in values(condition, "namespaceRegexes"))


def _matches(pattern: str, namespace: str) -> bool:
    try:
        return re.search(pattern, namespace) is not None
    except re.error:
        return True

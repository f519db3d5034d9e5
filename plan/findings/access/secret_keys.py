"""Keys of Secrets that pods use, and that the lab does not give them."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.suggest import did_you_mean
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.wording import listed

SECRET_WITHOUT_KEY = Rule(
    "SECRET-WITHOUT-KEY",
    ("warning", "info"),
    title="Pods use a key that their Secret does not get",
    meaning=(
        "A variable or a file comes of one key of a Secret. The lab makes the Secret, and without that key: the "
        "container stays in CreateContainerConfigError, or its pod in ContainerCreating."
    ),
    remedy="Write the key as it is called in the Secret, or add it there.",
)


def secret_key_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each key that a Secret of the lab does not get."""
    planned = [*services]
    keys = {found[:2]: found[2] for service in planned for each in service.objects if (found := _keys(service, each))}
    for service in planned if keys else ():
        for each in service.objects:
            if each["kind"] not in POD_TEMPLATES:
                continue
            namespace = service.namespace_of(each)
            pod = pod_spec(each)
            for secret, key in dict.fromkeys(_used_keys(pod)):
                has = keys.get((namespace, secret))
                if has is not None and key not in has:
                    name = each["metadata"]["name"]
                    yield SECRET_WITHOUT_KEY.finding(
                        lab.written_at(service.name, each["kind"], name),
                        f"pods of {name} use the key {key} of the Secret {secret}, which gets "
                        f"{listed(sorted(has))}{did_you_mean(key, has)}: they do not start",
                        f"write a key that {secret} has, or add {key} to it",
                        about=f"{name} {secret} {key}",
                        severity="warning" if founder(lab) else "info",
                        facts={"secret": secret, "key": key},
                    )


def _keys(service: Service, manifest: Manifest) -> tuple[str, str, frozenset[str]] | None:
    """Namespace, name and keys of a Secret, where all its keys are known."""
    namespace = service.namespace_of(manifest)
    name = manifest["metadata"]["name"]
    match manifest["kind"]:
        case "Secret":
            return namespace, name, frozenset({*mapping(manifest, "data"), *mapping(manifest, "stringData")})
        case "SealedSecret":
            sealed = mapping(manifest, "spec", "encryptedData")
            return namespace, name, frozenset({*sealed, *mapping(manifest, "spec", "template", "data")})
        case _:
            return None


def _used_keys(pod: Fields) -> Iterator[tuple[str, str]]:
    for key in ("containers", "initContainers"):
        for container in entries(pod, key):
            for each in entries(container, "env"):
                source = mapping(each, "valueFrom", "secretKeyRef")
                if source and value(source, "optional") is not True:
                    yield text(source, "name"), text(source, "key")
    for volume in entries(pod, "volumes"):
        sources = [
            mapping(volume, "secret"),
            *(mapping(each, "secret") for each in entries(volume, "projected", "sources")),
        ]
        for source in sources:
            for item in entries(source, "items") if value(source, "optional") is not True else ():
                yield text(source, "secretName") or text(source, "name"), text(item, "key")

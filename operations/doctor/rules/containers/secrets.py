"""Where the content of a Secret comes from."""

from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, is_true, reference
from plan.model import Manifest
from plan.model.fields import entries, text


class Source(NamedTuple):
    """An ExternalSecret that writes a Secret."""

    object: Reference
    manifest: Manifest
    is_ready: bool
    origin: str
    """Where it reads, for example `vault-kv, key ci`."""
    interval: str
    """How often it reads, for example `15m`."""
    keys: frozenset[str]
    """The keys that it writes; empty where it writes all that it finds."""

    @property
    def sentence(self) -> str:
        """Its state and origin, in words."""
        state = "is Ready, and copies" if self.is_ready else "is not Ready; it copies"
        return f"{state} {self.origin} into the Secret"


def external_secret_of(observed: Observation, secret: Reference) -> Source | None:
    """The ExternalSecret that writes a Secret, if one does."""
    for manifest in observed.in_namespace("ExternalSecret", secret.namespace):
        target = text(manifest, "spec", "target", "name") or manifest["metadata"]["name"]
        if target == secret.name:
            return _source(manifest)
    return None


def _source(manifest: Manifest) -> Source:
    stated = entries(manifest, "spec", "data")
    found = entries(manifest, "spec", "dataFrom")
    remote = [text(each, "remoteRef", "key") for each in stated]
    remote += [text(each, "extract", "key") for each in found]
    properties = [text(each, "remoteRef", "property") for each in stated]
    origin = text(manifest, "spec", "secretStoreRef", "name")
    if named := list(dict.fromkeys(each for each in remote if each)):
        origin += f", key {', '.join(named)}"
    if len(set(properties)) == 1 and properties[0]:
        origin += f", property {properties[0]}"
    return Source(
        reference(manifest),
        manifest,
        is_true(manifest, "Ready"),
        origin,
        text(manifest, "spec", "refreshInterval"),
        frozenset() if found else frozenset(text(each, "secretKey") for each in stated),
    )

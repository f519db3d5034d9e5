"""How Terraform releases objects: its state forgets them."""

import json
import shlex
from collections.abc import Iterable, Iterator

from observation.objects import MANAGER
from operations.adopt.cluster.argo import is_of_argo
from operations.adopt.cluster.flux import is_of_flux
from operations.adopt.cluster.k3s import is_of_owner
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease
from operations.adopt.cluster.steps import Step
from operations.adopt.cluster.tools import tools_of
from operations.adopt.cluster.world import World
from plan.model import Manifest
from plan.model.fields import entries, text

_ADDRESSES = (
    "terraform show -json | jq -r --argjson objects {objects} '[.. | objects "
    '| select(.mode? == "managed" and .values?) | . as $of | .values as $values '
    "| (($values.manifest | objects) // $values) as $stated "
    '| ($stated.metadata | (if type == "array" then .[0] else . end) // $stated) as $named '
    '| ($of.type | ltrimstr("kubernetes_") | sub("_v[0-9].*$"; "") | gsub("_"; "")) as $type '
    '| [($stated.kind // $type | ascii_downcase), ($named.namespace // ""), $named.name] as $key '
    '| select($objects | any(. == $key or (.[1] == "default" and [.[0], "", .[2]] == $key))) '
    "| $of.address] | unique | .[]'"
)
"""The addresses of objects in Terraform's state, by kind, namespace and name: it calls them as its modules do.
Resources of the providers kubernetes, kubectl and helm are found, `kubernetes_manifest` too, which has no id."""
_FORGOTTEN = " | xargs -d '\\n' terraform state rm"


def terraform_steps(world: World, keys: Iterable[Key], releases: Iterable[OfRelease]) -> Iterator[Step]:
    """The steps for these objects and releases: those that Terraform wrote, and those of which that cannot be seen any
    more. For what is taken over bears its mark no longer, and its state has it still."""
    keys, releases = tuple(keys), tuple(releases)
    marked = any("Terraform" in tools_of(world.manifests[key]) for key in keys)
    marked = marked or any(_is_record(world, each) for each in releases)
    stated = [
        (key.kind.lower(), key.namespace, key.name)
        for key in keys
        if "Terraform" in tools_of(world.manifests[key]) or _has_no_mark(world.manifests[key])
    ]
    stated += [("helmrelease", each.namespace, each.name) for each in releases if _is_record(world, each)]
    if not stated:
        return
    addresses = _ADDRESSES.format(objects=shlex.quote(json.dumps(stated, separators=(",", ":"))))
    seen = "" if marked else "only where Terraform has made some of them, which is not seen any more: "
    yield Step("Terraform", f"{seen}the addresses of these objects", addresses)
    yield Step("Terraform", f"{seen}they are forgotten, and stay; look at the list first", addresses + _FORGOTTEN)


def _has_no_mark(manifest: Manifest) -> bool:
    """Whether an object is taken over, and nothing says who wrote it before."""
    managed = entries(manifest, "metadata", "managedFields")
    is_taken_over = any(text(each, "manager") == MANAGER for each in managed)
    return is_taken_over and not (is_of_argo(manifest) or is_of_flux(manifest) or is_of_owner(manifest))


def _is_record(world: World, release: OfRelease) -> bool:
    """Whether Terraform wrote a record of a release."""
    return any(
        text(entry, "manager").startswith("terraform")
        for key, manifest in world.manifests.items()
        if key.kind == "Secret"
        and key.namespace == release.namespace
        and key.name.startswith(f"sh.helm.release.v1.{release.name}.v")
        for entry in entries(manifest, "metadata", "managedFields")
    )

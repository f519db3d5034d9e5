"""Sources that k3s and RKE2 apply by themselves: files in a folder of their servers (Addons), charts (HelmCharts)."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

from observation.objects import annotations_of
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.steps import HAND, Step
from plan.model import Manifest
from plan.model.fields import text
from plan.model.metadata import api_group

_GROUP = "helm.cattle.io"
_OWNED_BY = "objectset.rio.cattle.io/owner-name"
_OWNER_KIND = "objectset.rio.cattle.io/owner-gvk"
_ADDON = "Kind=Addon"
_PACKAGED = re.compile(
    r"ccm|coredns|local-storage|rolebindings|runtimes|traefik|aggregated-metrics-reader|auth-delegator|auth-reader"
    r"|metrics-apiservice|metrics-server-deployment|metrics-server-service|metrics-server|resource-reader|rke2-.*"
)
"""The names of the files that k3s and RKE2 bring along."""
_UNMANAGED = "helmcharts.helm.cattle.io/unmanaged=true"
"""With this mark its controller neither upgrades a release nor uninstalls it when the HelmChart is deleted."""


def is_of_owner(manifest: Manifest) -> bool:
    """Whether a file made an object that its owner has put into the folder."""
    addon = addon_of(manifest)
    return bool(addon) and not _PACKAGED.fullmatch(addon)


def addon_of(manifest: Manifest) -> str:
    """The Addon that made an object; empty where none did."""
    annotations = annotations_of(manifest)
    is_made = str(annotations.get(_OWNER_KIND, "")).endswith(_ADDON)
    return str(annotations.get(_OWNED_BY, "")) if is_made else ""


def is_chart(manifest: Manifest) -> bool:
    """Whether an object is a HelmChart."""
    return (manifest["kind"], api_group(manifest)) == ("HelmChart", _GROUP)


def release_of_chart(chart: Manifest) -> tuple[str, str]:
    """Namespace and name of the release that a HelmChart installs."""
    key = key_of(chart)
    return text(chart, "spec", "targetNamespace") or key.namespace, key.name


def charts(objects: Iterable[Manifest], *, packaged: bool) -> dict[tuple[str, str], Key]:
    """The HelmCharts that come with the cluster, or those of its owner, by the release that each installs."""
    found = filter(is_chart, objects)
    return {release_of_chart(each): key_of(each) for each in found if _is_packaged(each) == packaged}


def _is_packaged(chart: Manifest) -> bool:
    return bool(_PACKAGED.fullmatch(addon_of(chart)))


def repository_of(chart: Manifest) -> str | None:
    """The repository that a HelmChart names; None where it names a file."""
    named = text(chart, "spec", "chart")
    return text(chart, "spec", "repo") or (named.rpartition("/")[0] if named.startswith("oci://") else None)


def k3s_steps(
    manifests: Mapping[Key, Manifest], keys: Iterable[Key], releases: Iterable[tuple[str, str]]
) -> Iterator[Step]:
    """The steps for these objects and releases, the files first."""
    owned = charts(manifests.values(), packaged=False)
    installing = [owned[release] for release in releases if release in owned]
    made = (manifests[key] for key in (*keys, *installing))
    addons = dict.fromkeys(addon_of(each) for each in made if is_of_owner(each))
    files = {key.name: text(each, "spec", "source") for key, each in manifests.items() if key.kind == "Addon"}
    for name in addons:
        file = files.get(name) or f"/var/lib/rancher/k3s/server/manifests/{name}.yaml"
        yield Step("k3s", f"on each server: {name} is no longer applied", f"touch {shlex.quote(f'{file}.skip')}")
    for key in installing:
        purpose = f"{key.name} is no longer upgraded, and its release stays when it is deleted"
        command = f"annotate --field-manager {HAND} helmchart {key.name} {_UNMANAGED}"
        yield Step("k3s", purpose, f"kubectl --namespace {key.namespace} {command}")

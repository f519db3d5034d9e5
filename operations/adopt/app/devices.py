"""Devices and further networks of running pods, in the keys of the format."""

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from config.service.device import FurtherNetwork
from operations.adopt.cluster.yaml_text import Flow
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text
from plan.model.templates import pod_template
from plan.workloads.pod_settings import networks_annotation
from plan.workloads.pods import MULTUS


def devices(container: Fields) -> dict[str, Any]:
    """Extended resources: limits whose names have a domain that is not Kubernetes' own."""
    limits = mapping(container, "resources", "limits")
    found = {
        name: int(str(amount))
        for name, amount in limits.items()
        if "/" in name and "kubernetes.io/" not in name and str(amount).isdecimal()
    }
    return {"devices": Flow(found)} if found else {}


def resource_claims(container: Fields, pod: Fields) -> dict[str, Any]:
    """The claims of its pod that a container uses, each whole."""
    used = entries(container, "resources", "claims")
    names = [text(each, "name") for each in used if set(each) == {"name"}]
    stated = {text(each, "name"): each for each in entries(pod, "resourceClaims")}
    found = {name: _claim(stated.get(name, {})) for name in names}
    is_said = found and len(names) == len(used) and None not in found.values()
    return {"resource_claims": Flow(found)} if is_said else {}


def _claim(stated: Fields) -> Flow | None:
    match {key: each for key, each in stated.items() if key != "name"}:
        case {"resourceClaimName": str(name), **more} if not more:
            return Flow(claim=name)
        case {"resourceClaimTemplateName": str(name), **more} if not more:
            return Flow(template=name)
        case _:
            return None


def further_networks(controller: Manifest) -> list[Any]:
    """The networks that Multus adds, where the program would write its annotation in the same words; else none."""
    written = text(pod_template(controller), "metadata", "annotations", MULTUS)
    said = _listed(written)
    try:
        rows = [FurtherNetwork.model_validate(each) for each in said]
    except ValidationError:
        return []
    return said if said and networks_annotation(rows) == written else []


def _listed(written: str) -> list[Any]:
    if not written.startswith("["):
        return [each for each in written.split(",") if each]
    try:
        rows = cast(list[Mapping[str, Any]], json.loads(written))
    except ValueError:
        return []
    return [_network(each) for each in rows]


def _network(stated: Mapping[str, Any]) -> Flow:
    name = "/".join(filter(None, (stated.get("namespace"), stated.get("name"))))
    more = {"addresses": tuple(stated.get("ips", ())), "mac": stated.get("mac"), "interface": stated.get("interface")}
    return Flow(name=name, **{key: each for key, each in more.items() if each})

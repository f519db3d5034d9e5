"""Keys of manifests, and keys at another place, in a service's file."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from config.kubernetes_words import FIELDS, field_here, place_of
from config.service.adopted import Adopted
from config.service.app import AppService
from config.service.backend import Backend
from config.service.container import Autoscale, Sidecar
from config.service.exposure import Exposure
from config.service.folder import KeyFolder
from config.service.placement import Placement
from config.service.probe import Probe
from config.service.runs import JobSettings
from config.service.secret import ConfigKey, EnvironmentSource, SecretVariable
from config.service.security import PodSecurity
from config.service.stated_secret import ExternalSecret, RemoteKey, WholeItem
from config.service.volume import MountedClaim, Volume

SERVICE = frozenset(AppService.model_fields)
OF_SECRETS: list[type[BaseModel]] = [
    SecretVariable, EnvironmentSource, ConfigKey, KeyFolder, ExternalSecret, RemoteKey, WholeItem
]  # fmt: skip


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a field can hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for each in get_args(annotation) for model in models_in(each)]


@pytest.mark.parametrize("field", FIELDS)
def test_each_key_that_is_named_exists(field: str) -> None:
    for key in FIELDS[field].keys:
        parts = [part for part in key.split(".") if part != "NAME"]
        models: list[type[BaseModel]] = [AppService, Sidecar, Probe, Exposure, *OF_SECRETS, Backend, MountedClaim]
        for part in parts:
            held = [model.model_fields[part].annotation for model in models if part in model.model_fields]
            assert held, key
            models = [model for annotation in held for model in models_in(annotation)]


@pytest.mark.parametrize(
    ("field", "known", "said"),
    [
        ("fsGroup", AppService, "here it is `security.fs_group`"),
        ("fsGroup", PodSecurity, "here it is `fs_group`"),
        ("readOnlyRootFilesystem", PodSecurity, "here it is `read_only_root` beside `security`"),
        ("nodeSelector", Placement, "here it is `node_selector` beside `placement`"),
        ("startingDeadlineSeconds", JobSettings, "here it is `start_within_seconds`"),
        ("storageClassName", Volume, "here it is `storage_class`"),
        ("storageClassName", AppService, "here it is `volumes.NAME.storage_class`"),
        ("readinessProbe", Sidecar, "here it is `probes`"),
        ("restartPolicy", Sidecar, "here it is `native`"),
        ("backendRefs", Exposure, "here it is `backends`"),
        ("minReplicas", Autoscale, "here it is `replicas` beside `autoscale`"),
        ("min_replicas", Autoscale, "here it is `replicas` beside `autoscale`"),
        ("fs_group_change_policy", AppService, "here it is `security.fs_group_change`"),
        ("pathType", Exposure, "here it is `exact` or `controller_paths`"),
        ("initialDelaySeconds", Probe, "here it is `delay_seconds`"),
        ("matchLabels", Adopted, "here it is `selector`"),
        ("secretName", Exposure, "here it is `certificate`"),
        ("secretName", KeyFolder, "here it is `name`"),
        ("secretKeyRef", SecretVariable, "here it is `secret`"),
        ("name", SecretVariable, "here it is `secret`"),
        ("name", Backend, "here it is `service`"),
        ("dataFrom", ExternalSecret, "here it is `items`"),
        ("podSecurityContext", AppService, "here it is `security`, `run_as_user`"),
        ("enableServiceLinks", AppService, "here it is `adopt.service_links`"),
        ("automountServiceAccountToken", AppService, "here it is `permissions`, `service_account` or `adopt.token`"),
    ],
)
def test_a_field_is_answered_with_the_key_at_that_place(field: str, known: type[BaseModel], said: str) -> None:
    assert (field_here(field, frozenset(known.model_fields)) or "").startswith(said)


def test_a_field_without_a_key_at_that_place_is_not_answered() -> None:
    assert field_here("fsGroup", frozenset(Probe.model_fields)) is None
    assert field_here("cpus", SERVICE) is None


def test_a_key_that_stands_one_level_too_high_or_too_low_is_led_to_its_place() -> None:
    assert place_of("fs_group", SERVICE) == "it stands under `security`"
    assert (
        place_of("read_only_root", frozenset(PodSecurity.model_fields)) == "it stands beside `security`, not under it"
    )
    assert place_of("cpus", SERVICE) is None
    assert place_of("fs_group", frozenset(Volume.model_fields)) is None

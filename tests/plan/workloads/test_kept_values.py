"""Values that run and stand in no file are kept encrypted."""

from typing import Any

from plan.workloads.kept_values import secret_outputs
from tests.plan.labs import plan_of


def deployment(*env: dict[str, Any]) -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "env": list(env)}]}
    return {"kind": "Deployment", "metadata": {"name": "main"}, "spec": {"template": {"spec": pod}}}


def test_a_variable_without_a_value_makes_its_object_secret() -> None:
    assert secret_outputs(deployment({"name": "TOKEN"})) == ("spec", "metadata")
    assert secret_outputs(deployment({"name": "TZ", "value": "UTC"})) == ()
    runs = {"spec": {"template": deployment({"name": "TOKEN"})["spec"]["template"]}}
    cron_job = {"kind": "CronJob", "metadata": {"name": "main"}, "spec": {"jobTemplate": runs}}
    assert secret_outputs(cron_job) == ("spec", "metadata")


def test_a_config_map_that_was_found_may_hold_what_is_not_stated() -> None:
    found: dict[str, Any] = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}
    assert secret_outputs(found) == ("data", "metadata")
    own = {**found, "metadata": {"name": "settings", "labels": {"app.kubernetes.io/managed-by": "pulumi"}}}
    assert secret_outputs(own) == ()


def test_a_variable_that_is_kept_is_written_by_its_name_alone() -> None:
    manifests = (each for service in plan_of("every_key").services for each in service.objects)
    kept = next(each for each in manifests if each["kind"] == "Deployment" and each["metadata"]["name"] == "kept-api")
    (container,) = kept["spec"]["template"]["spec"]["containers"]
    assert {"name": "TOKEN"} in container["env"]
    assert secret_outputs(kept) == ("spec", "metadata")

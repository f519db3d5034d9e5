"""Settings of pods apart from image and size, in the manifest and in the plan."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.model import Manifest, Plan
from tests.plan.labs import FOLDERS

BASE = """kind: app
tier: aux
description: A part that states a lot
image: registry.example/part:1.0.0
cpu: 10m
memory: 64Mi
ports: {http: 8080, grpc: 9090}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def planned(folder: Path, text: str) -> Plan:
    """The plan of the lab with a service more."""
    (folder / "services" / "part.yaml").write_text(f"{BASE}{text}", encoding="utf-8")
    return make_plan(load_lab(folder))


def objects(plan: Plan, kind: str) -> dict[str, Manifest]:
    """The objects of a kind that the service has, by name."""
    (service,) = [each for each in plan.services if each.name == "part"]
    return {each["metadata"]["name"]: each for each in service.objects if each["kind"] == kind}


def pod_of(plan: Plan) -> dict[str, Any]:
    """The service's pod."""
    return objects(plan, "Deployment")["part"]["spec"]["template"]["spec"]


def test_secrets_come_from_where_they_are(folder: Path) -> None:
    plan = planned(
        folder,
        """env: {URL: "postgres://part:$(PASSWORD)@db/part", TZ: Etc/UTC}
secrets:
  PASSWORD: {secret: part-db, key: password}
  TOKEN: {store: bitwarden, path: part, key: token}
env_from: [{secret: part-env}, {config_map: part-config, prefix: CFG_}, {path: part/all}]
secret_files: {/etc/tls: {secret: part-tls}, /run/key: {path: part, key: key}}
pull_secrets: [registry]
""",
    )
    pod = pod_of(plan)
    (container,) = pod["containers"]
    assert [each["name"] for each in container["env"]] == ["TZ", "PASSWORD", "TOKEN", "URL"]
    assert container["env"][1]["valueFrom"] == {"secretKeyRef": {"name": "part-db", "key": "password"}}
    assert container["envFrom"] == [
        {"secretRef": {"name": "part-env"}},
        {"prefix": "CFG_", "configMapRef": {"name": "part-config"}},
        {"secretRef": {"name": "part-secrets-part-all-12fb1667e15b"}},
    ]
    assert container["volumeMounts"] == [
        {"name": "secret-part-tls", "mountPath": "/etc/tls", "readOnly": True},
        {"name": "secret-part-secrets", "mountPath": "/run/key", "subPath": "part.key", "readOnly": True},
        {"name": "homelab-tmp", "mountPath": "/tmp", "subPath": "part"},
    ]
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    fetched = objects(plan, "ExternalSecret")
    assert set(fetched) == {"part-secrets", "part-secrets-bitwarden", "part-secrets-part-all-12fb1667e15b"}
    assert fetched["part-secrets-bitwarden"]["spec"]["secretStoreRef"]["name"] == "bitwarden"
    assert fetched["part-secrets-part-all-12fb1667e15b"]["spec"]["dataFrom"] == [{"extract": {"key": "part/all"}}]


def test_hardening_reaches_container_and_pod(folder: Path) -> None:
    plan = planned(
        folder,
        """read_only_root: true
drop_capabilities: [ALL]
capabilities: [NET_BIND_SERVICE]
run_as_user: 1000
run_as_group: 1001
security: {fs_group: 1002, fs_group_change: OnRootMismatch, groups: [44], user_namespace: true}
""",
    )
    pod = pod_of(plan)
    assert pod["hostUsers"] is False
    assert pod["securityContext"] == {
        "seccompProfile": {"type": "RuntimeDefault"},
        "fsGroup": 1002,
        "fsGroupChangePolicy": "OnRootMismatch",
        "supplementalGroups": [44],
    }
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
        "runAsUser": 1000,
        "runAsNonRoot": True,
        "runAsGroup": 1001,
        "readOnlyRootFilesystem": True,
    }


def test_probes_and_hooks_are_as_stated(folder: Path) -> None:
    plan = planned(
        folder,
        """probes:
  startup: {grpc: true, port: grpc, failures: 60}
  readiness: {exec: [part, ready], timeout_seconds: 3}
  liveness: {http: /live, delay_seconds: 600}
pre_stop: [sleep, "5"]
""",
    )
    (container,) = pod_of(plan)["containers"]
    times = {"periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}
    assert container["startupProbe"] == {"grpc": {"port": 9090}, **times, "failureThreshold": 60}
    assert container["readinessProbe"] == {"exec": {"command": ["part", "ready"]}, **times, "timeoutSeconds": 3}
    assert container["livenessProbe"] == {
        "httpGet": {"path": "/live", "port": "http"},
        "initialDelaySeconds": 600,
        **times,
    }
    assert container["lifecycle"] == {"preStop": {"exec": {"command": ["sleep", "5"]}}}


def test_a_volume_appears_at_several_paths(folder: Path) -> None:
    plan = planned(
        folder,
        """volumes: {data: {storage_class: files, size: 1Gi}}
mounts: {data: [/data, {path: /thumbs, sub_path: cache/thumbs, read_only: true}]}
""",
    )
    assert pod_of(plan)["containers"][0]["volumeMounts"] == [
        {"name": "data", "mountPath": "/data"},
        {"name": "data", "mountPath": "/thumbs", "subPath": "cache/thumbs", "readOnly": True},
        {"name": "homelab-tmp", "mountPath": "/tmp", "subPath": "part"},
    ]


def test_placement_is_planned_with(folder: Path) -> None:
    plan = planned(
        folder,
        """placement:
  tolerations: [{key: nvidia.com/gpu}]
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [worker-gpu]}]}]
  dns: {nameservers: [10.0.20.2], options: {ndots: "1"}}
  host_names: {10.0.20.9: [nas]}
  runtime_class: gvisor
""",
    )
    pod = pod_of(plan)
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    assert pod["dnsConfig"] == {"nameservers": ["10.0.20.2"], "options": [{"name": "ndots", "value": "1"}]}
    assert pod["hostAliases"] == [{"ip": "10.0.20.9", "hostnames": ["nas"]}]
    assert pod["runtimeClassName"] == "gvisor"
    (node,) = [use.node.name for use in plan.capacity.nodes if any(each.name == "part" for each, _ in use.workloads)]
    assert node == "worker-gpu"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'env: {URL: "$(PASWORD)"}\nsecrets: {PASSWORD: {}}',
            "'PASWORD', which is not stated; did you mean",
        ),
        ("secrets: {A: {secret: b, store: c}}", "secret names a Secret that is there; leave out path and store"),
        ("env_from: [{secret: a, path: b}]", "state one of secret, config_map and path"),
        ("secret_files: {/a: {path: b}}", "needs key: the key in the store whose value is the file"),
        ("probes: {startup: {port: htp}}", "unknown port 'htp'; did you mean 'http'?"),
        ("probes: {startup: {http: /a, grpc: true}}", "state one of http, exec and grpc"),
        ("health: /a\nprobes: {startup: {http: /a}}", "probes replace it; leave one of them out"),
        ("security: {host_pid: true}", "needs the exception host-access with a reason, under exceptions"),
        ("placement: {affinity: {nodeAffinity: 1}}", "nodeAffinity"),
        ("mounts: {data: {path: /a, sub_path: ../b}}", "sub_path: '../b' must lie within the volume"),
        ("mounts: {data: {pth: /a}}", "unknown key 'pth'; a mount has path, sub_path, read_only"),
    ],
)
def test_a_mistake_is_refused(folder: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidLab) as refused:
        planned(folder, text)
    assert says in str(refused.value)


SHELL = """workloads:
  shell:
    image: registry.example/part:1.0.0
    cpu: 10m
    memory: 64Mi
    ports: {http: 80, ssh: {number: 22, node: 30022}}
"""


def test_only_the_ports_that_say_so_are_at_the_nodes(folder: Path) -> None:
    """Kubernetes gives each port of a Service of type NodePort one of the nodes, the page behind the sign-in too."""
    found = objects(planned(folder, SHELL), "Service")
    shell, nodes = found["part-shell"]["spec"], found["part-shell-nodes"]["spec"]
    assert (shell["type"], [each["name"] for each in shell["ports"]]) == ("ClusterIP", ["http", "ssh"])
    assert not any("nodePort" in each for each in shell["ports"])
    assert (nodes["type"], [(each["name"], each["nodePort"]) for each in nodes["ports"]]) == (
        "NodePort",
        [("ssh", 30022)],
    )
    assert nodes["selector"] == shell["selector"]


def test_a_service_that_ran_before_keeps_its_ports_together(folder: Path) -> None:
    found = objects(planned(folder, f"{SHELL}    adopt: {{as_it_is: true}}\n"), "Service")
    assert found["part-shell"]["spec"]["type"] == "NodePort"
    assert "part-shell-nodes" not in found


@pytest.mark.parametrize(
    ("keys", "resources"),
    [
        (
            "unsized: [cpu], memory: 64Mi, memory_request: 32Mi",
            {"requests": {"memory": "32Mi"}, "limits": {"memory": "64Mi"}},
        ),
        ("unsized: [memory], cpu: 10m, cpu_limit: 20m", {"requests": {"cpu": "10m"}, "limits": {"cpu": "20m"}}),
        ("unsized: true", None),
    ],
)
def test_a_container_that_ran_without_an_amount_states_the_other_alone(
    keys: str, resources: dict[str, Any] | None, folder: Path
) -> None:
    text = f"workloads: {{old: {{image: registry.example/part:1.0.0, {keys}, adopt: {{as_it_is: true}}}}}}\n"
    pod = objects(planned(folder, text), "Deployment")["part-old"]["spec"]["template"]["spec"]
    assert pod["containers"][0].get("resources") == resources


def test_root_and_labels_of_selinux_are_of_a_pod_or_of_one_container(folder: Path) -> None:
    plan = planned(
        folder,
        """selinux: {type: container_init_t}
security: {run_as_root: true, selinux: {level: "s0:c1"}}
exceptions: {root-user: It writes into folders that belong to root}
""",
    )
    pod = pod_of(plan)
    (container,) = pod["containers"]
    assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["seLinuxOptions"]) == (0, {"level": "s0:c1"})
    assert container["securityContext"]["seLinuxOptions"] == {"type": "container_init_t"}
    assert "runAsNonRoot" not in container["securityContext"]


@pytest.mark.parametrize(
    ("key", "exception"),
    [
        ("security: {run_as_root: true}", "root-user"),
        ("selinux: {type: spc_t}", "unconfined"),
        ("security: {selinux: {user: root}}", "unconfined"),
    ],
)
def test_root_and_processes_that_selinux_does_not_confine_need_an_exception(
    key: str, exception: str, folder: Path
) -> None:
    with pytest.raises(InvalidLab, match=f"needs the exception {exception}"):
        planned(folder, f"{key}\n")


@pytest.mark.parametrize(("text", "written"), [("", None), ("privileged: false\n", False)])
def test_what_ran_before_says_that_it_is_not_privileged_where_it_did(
    text: str, written: bool | None, folder: Path
) -> None:
    pod = pod_of(planned(folder, f"adopt: {{as_it_is: true}}\n{text}"))
    assert pod["containers"][0].get("securityContext", {}).get("privileged") is written


CLAIMS = """runs_as: statefulset
claim_retention: {scaled: Delete}
volumes: {data: {storage_class: block, size: 1Gi, no_backup: It is a cache}}
mounts: {data: /data}
"""


def test_claims_that_go_with_the_pods_of_a_statefulset_are_named(folder: Path) -> None:
    def named(text: str) -> list[str]:
        return [str(each.path[-1]) for each in planned(folder, text).findings if each.code == "CLAIMS-GO-WITH-PODS"]

    assert named(CLAIMS) == ["claim_retention"]
    assert named(CLAIMS.replace("Delete", "Retain")) == []
    assert named(CLAIMS.replace("1Gi,", "1Gi, claim: made-before,")) == []


@pytest.mark.parametrize(("adopt", "memory"), [("{as_it_is: true}", "512M"), ("{}", "500000Ki")])
def test_pods_that_stay_keep_the_units_of_their_amounts(folder: Path, adopt: str, memory: str) -> None:
    text = BASE.replace("64Mi", "512M") + f"adopt: {adopt}\n"
    (folder / "services" / "part.yaml").write_text(text, encoding="utf-8")
    (deployment,) = objects(make_plan(load_lab(folder)), "Deployment").values()
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"]["memory"] == memory


def test_a_network_with_an_address_is_said_to_multus_in_json(folder: Path) -> None:
    def networks(stated: str) -> str:
        text = f"further_networks: {stated}\nexceptions: {{devices: Its devices are in a network of their own}}\n"
        (deployment,) = objects(planned(folder, text), "Deployment").values()
        return deployment["spec"]["template"]["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"]

    assert networks("[iot, network/cameras]") == "iot,network/cameras"
    assert networks("[{name: network/iot, addresses: [192.168.70.20/24]}, cameras]") == (
        '[{"name": "iot", "namespace": "network", "ips": ["192.168.70.20/24"]}, {"name": "cameras"}]'
    )

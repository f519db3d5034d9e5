"""Keys that few services need, and what they become; tests/golden/every_key shows all of it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.model import Manifest, Plan
from plan.model.resources import EPHEMERAL_STORAGE
from tests.plan.labs import FOLDERS, change, objects, plan_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with every key."""
    return Path(shutil.copytree(FOLDERS["every_key"], tmp_path / "every_key"))


def one(plan: Plan, kind: str, name: str) -> Manifest:
    """The object of a kind and name."""
    (found,) = (each for each in objects(plan, kind) if each["metadata"]["name"] == name)
    return found


def pod() -> dict[str, Any]:
    """The pod with containers of each sort."""
    return one(plan_of("every_key"), "Deployment", "pods")["spec"]["template"]["spec"]


def test_a_native_sidecar_runs_before_the_init_containers_and_is_counted_for_as_long_as_the_pod() -> None:
    assert [each["name"] for each in pod()["initContainers"]] == ["vpn", "prepare"]
    assert pod()["initContainers"][0]["restartPolicy"] == "Always"
    (workload,) = (each for each in plan_of("every_key").workloads if each.name == "pods")
    assert [each.always_restarts for each in workload.pod.init_containers] == [True, False]


def test_ports_of_sidecars_are_reached_through_the_same_service() -> None:
    ports = one(plan_of("every_key"), "Service", "pods")["spec"]["ports"]
    assert [(each["name"], each["port"], each["targetPort"]) for each in ports] == [
        ("http", 8080, "http"),
        ("control", 8000, "control"),
        ("metrics", 9091, "metrics"),
    ]


def test_files_of_every_container_are_its_own() -> None:
    maps = {each["metadata"]["name"] for each in objects(plan_of("every_key"), "ConfigMap")}
    assert {"pods-vpn-files", "pods-prepare-files"} <= maps
    mounted = {each["name"]: each.get("volumeMounts", []) for each in pod()["initContainers"]}
    paths = {name: [each["mountPath"] for each in mounts] for name, mounts in mounted.items()}
    assert paths["vpn"][:1] == ["/etc/vpn/rules"]
    assert paths["prepare"][:3] == ["/data", "/scripts/prepare.sh", "/run/token"]


def test_variables_that_use_fields_of_the_pod_come_after_them() -> None:
    assert [each["name"] for each in pod()["containers"][0]["env"]] == [
        "LEVEL",
        "POD_IP",
        "NODE",
        "MOST_MEMORY",
        "TEAM",
        "ADDRESS",
    ]


def test_a_device_is_counted_on_the_node_that_has_it() -> None:
    plan = plan_of("every_key")
    (node,) = (each for each in plan.capacity.nodes if each.node.name == "two")
    assert node.node.allocatable["gpu.intel.com/i915"] == 4
    (workload,) = (each for each in plan.workloads if each.name == "pods")
    assert workload.pod.containers[0].requests["gpu.intel.com/i915"] == 1
    assert EPHEMERAL_STORAGE in workload.pod.containers[0].requests


def test_an_address_that_two_services_state_is_shared() -> None:
    for name in ("door", "pods-outside"):
        found = next(each for each in objects(plan_of("every_key"), "Service") if is_at_address(each, name))
        assert found["metadata"]["annotations"]["lbipam.cilium.io/sharing-key"] == "10.99.0.10"
        assert found["spec"]["externalTrafficPolicy"] == "Cluster"


def is_at_address(service: Manifest, name: str) -> bool:
    return service["metadata"]["name"] == name and service["spec"]["type"] == "LoadBalancer"


@pytest.mark.parametrize(
    ("vendor", "annotations", "field"),
    [
        ("metallb", {"metallb.io/loadBalancerIPs": "10.99.0.11"}, None),
        ("cilium", {"lbipam.cilium.io/ips": "10.99.0.11"}, None),
        ("kube-vip", {"kube-vip.io/loadbalancerIPs": "10.99.0.11"}, None),
        ("other", {}, "10.99.0.11"),
    ],
)
def test_a_vendor_is_asked_in_its_own_words(
    folder: Path, vendor: str, annotations: dict[str, str], field: str | None
) -> None:
    change(
        folder,
        [
            {"file": "cluster.yaml", "old": "load_balancer: cilium", "new": f"load_balancer: {vendor}"},
            {"file": "services/door.yaml", "old": "10.99.0.10", "new": "10.99.0.11"},
        ],
    )
    (service,) = (each for each in objects(make_plan(load_lab(folder)), "Service") if is_at_address(each, "door"))
    assert service["metadata"].get("annotations", {}) == annotations
    assert service["spec"].get("loadBalancerIP") == field
    assert service["spec"]["externalTrafficPolicy"] == "Local"


def test_a_share_that_exists_is_a_volume_for_one_claim() -> None:
    volume = one(plan_of("every_key"), "PersistentVolume", "home-house-pods-archive")
    claim = one(plan_of("every_key"), "PersistentVolumeClaim", "pods-archive")
    assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
    assert volume["spec"]["claimRef"]["name"] == claim["metadata"]["name"]
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


@pytest.mark.parametrize(
    ("mounted", "access", "strategy"),
    [
        ("handmade: made-by-hand", "ReadWriteMany", "RollingUpdate"),
        ("handmade: made-by-hand", "ReadWriteOnce", "Recreate"),
        ("data: pods/data", "ReadWriteMany", "Recreate"),
        ("books: shelf/books", "ReadWriteMany", "RollingUpdate"),
    ],
)
def test_pods_that_share_a_claim_of_one_node_never_run_side_by_side(
    folder: Path, mounted: str, access: str, strategy: str
) -> None:
    """A claim of the service's own objects, or of another service."""
    change(folder, [{"file": "services/pods/made-by-hand.yaml", "old": "ReadWriteMany", "new": access}])
    text = f"claims: {{{mounted}}}\nmounts: {{{mounted.partition(':')[0]}: /data}}\nobjects: [made-by-hand.yaml]\n"
    beside = folder / "services" / "beside.yaml"
    beside.write_text(
        "kind: app\ntier: home\ngroup: house\ndescription: Mounts what others have\n"
        "image: registry.example/beside:1.0.0\n"
        f"cpu: 10m\nmemory: 32Mi\n{text}",
        encoding="utf-8",
    )
    (folder / "services" / "beside").mkdir()
    made = (folder / "services" / "pods" / "made-by-hand.yaml").read_text(encoding="utf-8")
    (folder / "services" / "beside" / "made-by-hand.yaml").write_text(made, encoding="utf-8")
    assert one(make_plan(load_lab(folder)), "Deployment", "beside")["spec"]["strategy"]["type"] == strategy


def test_a_volume_of_a_driver_that_exists_is_found_by_its_handle() -> None:
    spec = one(plan_of("every_key"), "PersistentVolume", "home-house-pods-scans")["spec"]
    assert spec["csi"]["volumeHandle"] == "nas-scans"
    assert spec["csi"]["nodeStageSecretRef"] == {"name": "nas-login", "namespace": "home-house"}
    assert (spec["accessModes"], spec["mountOptions"]) == (["ReadWriteMany"], ["uid=1000"])
    assert one(plan_of("every_key"), "PersistentVolumeClaim", "pods-scans")["spec"]["storageClassName"] == ""


def test_a_volume_of_a_zone_keeps_its_pods_there(folder: Path) -> None:
    """A zone without nodes is a place that nobody has."""
    zoned = "handle: nas-scans\n      zone: {}"
    for zone, pending in (("two", []), ("three", ["pods"])):
        shutil.copytree(FOLDERS["every_key"], folder, dirs_exist_ok=True)
        change(folder, [{"file": "services/pods.yaml", "old": "handle: nas-scans", "new": zoned.format(zone)}])
        plan = make_plan(load_lab(folder))
        assert [each.workload.name for each in plan.capacity.pending] == pending


def test_a_further_workload_has_an_address_of_its_own() -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in objects(plan_of("every_key"), "Service")}
    assert found["pods-names-outside"]["type"] == "LoadBalancer"
    assert [each["name"] for each in found["pods-names-outside"]["ports"]] == ["dns"]
    assert found["pods-names"]["type"] == "ClusterIP"


def test_a_route_leads_through_several_gateways() -> None:
    route = one(plan_of("every_key"), "HTTPRoute", "routes-both.every.example")
    assert [each["name"] for each in route["spec"]["parentRefs"]] == ["envoy-outside", "envoy-inside"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("further_gateways: [inside], reach: internet", "further_gateways: [insid], reach: internet", "did you mean"),
        (
            "gateway: outside, further_gateways: [inside], reach: internet",
            "gateway: inside, further_gateways: [outside]",
            "one of them is for the internet, and the route for the lan: say reach: internet",
        ),
        ("auth: app}\n  - {host: routes-outside", "auth: required}\n  - {host: routes-outside", "their sign_in in"),
        ("routes-both, gateway: outside, ", "routes-both, ", "the route is an Ingress; name the first Gateway"),
    ],
)
def test_a_route_that_cannot_be_is_answered(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, [{"file": "services/routes.yaml", "old": old, "new": new}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)


def test_the_user_of_a_pod_is_that_of_containers_that_state_none() -> None:
    security = pod()["securityContext"]
    assert [security[key] for key in ("runAsUser", "runAsGroup", "runAsNonRoot")] == [1000, 1000, False]
    assert "runAsUser" not in pod()["containers"][0]["securityContext"]


def test_scratch_space_without_a_size_has_no_limit_of_its_own() -> None:
    volumes = {each["name"]: each.get("emptyDir") for each in pod()["volumes"]}
    assert (volumes["cache"], volumes["fast"]) == ({}, {"medium": "Memory"})


def test_pods_have_the_account_that_they_name_and_its_token() -> None:
    spec = one(plan_of("every_key"), "Deployment", "pods-names")["spec"]["template"]["spec"]
    assert (spec["serviceAccountName"], spec["automountServiceAccountToken"]) == ("names", True)


def test_a_hook_is_a_command_or_a_request() -> None:
    vpn = pod()["initContainers"][0]
    assert vpn["lifecycle"] == {"preStop": {"httpGet": {"path": "/disconnect", "port": "control"}}}
    assert pod()["containers"][0]["lifecycle"]["postStart"] == {"exec": {"command": ["pods", "warm"]}}


def test_a_pod_has_the_name_and_the_patience_that_it_states() -> None:
    assert (pod()["hostname"], pod()["subdomain"]) == ("pods", "pods")
    assert pod()["tolerations"] == [
        {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}
    ]


def test_a_job_is_kept_so_that_it_does_not_run_again() -> None:
    spec = one(plan_of("every_key"), "Job", "pods-once")["spec"]
    assert "ttlSecondsAfterFinished" not in spec
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (4, 600)
    assert spec["template"]["spec"]["restartPolicy"] == "OnFailure"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("shelf/books", "shelv/books", "unknown service 'shelv'; did you mean 'shelf'?"),
        ("shelf/books", "shelf/book", "unknown volume 'book' of shelf; did you mean 'books'?"),
        ("shelf/books", "routes/books", "unknown volume 'books' of routes"),
        ("  devices: It dec", "  host-access: It dec", "needs the exception devices with a reason, under exceptions"),
        ("status.podIP", "status.podIp", "a field of the pod or an amount of the container"),
        ("propagation: HostToContainer", "propagation: Bidirectional", "only a privileged container shows its mounts"),
        ("propagation: HostToContainer", "propagation: Host", "write HostToContainer or Bidirectional"),
        ("{port: metrics}", "{port: metric}", "unknown port 'metric'; did you mean 'metrics'?"),
        (
            "share: {server",
            "storage_class: longhorn, share: {server",
            "the program makes the volume of what share names",
        ),
        ("{template: one-camera}", "{}", "state one of claim and template"),
        ("grpc: true, delay", "grpc: true, http: /, delay", "state one of http, exec and grpc"),
        (
            "run_as_root: true",
            "run_as_root: true\n    run_as_user: 5",
            "root is user 0; leave out run_as_user, or this",
        ),
        ("pre_stop_sleep_seconds: 5", "pre_stop_sleep_seconds: 5\npre_stop: [stop]", "pre_stop replaces it"),
        ("{http: /disconnect, port: control}", "{http: /disconnect, port: contro}", "unknown port 'contro'; did you"),
        ("{http: /disconnect, port: control}", "{path: /disconnect}", "unknown key 'path'; a request has http, port"),
        ("{http: /disconnect, port: control}", "{port: control}", "needs http: the path that is asked"),
        ("{http: /disconnect, port: control}", "disconnect", "write a command as [server, flush], or {http: /flush}"),
        (
            "access: ReadWriteMany",
            "storage_class: longhorn",
            "makes the volume of what csi names; leave this out, or csi",
        ),
        ("secret: nas-login", "secret: NAS login", "a Secret, or NAMESPACE/NAME, for example storage/nas"),
        ("speaks: kubernetes.io/ws", "speaks: [ws]", "speaks: a list is no protocol; write for example"),
        ("effect: NoExecute, seconds: 30", "seconds: 30", "write effect: NoExecute, or leave it out"),
        (
            "    publish: [dns]",
            "    publish: [dsn]",
            "pods.workloads.names.publish.0: unknown port 'dsn'; did you mean",
        ),
        (
            "    publish: [dns]\n",
            "",
            "publishes no port by itself; name those that are reached there, as publish: [dns, web]",
        ),
        ("load_balancer: 192.168.1.211", "load_balancer: 192.168.2.1", "workloads.names.load_balancer: 192.168.2.1 is"),
        ("    args: [migrate]", "    load_balancer: 192.168.1.212", "nobody reaches a job; leave it out"),
        ("9090, service: 9091", "8080, service: 9091", "port 8080/tcp"),
    ],
)
def test_a_mistake_is_answered(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, [{"file": "services/pods.yaml", "old": old, "new": new}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "machines.yaml",
            "usb_devices: [zigbee, meter]",
            "usb_devices: [zigbe]",
            "unknown USB device 'zigbe' on host 'attic'; did you mean",
        ),
        ("machines.yaml", "usb_devices: [zigbee, meter]", "usb_devices: [meter, meter]", "USB device 'meter' of host"),
        ("site.yaml", 'meter: {id: "0403:6001"', 'meter: {id: "10c4:ea60"', "USB device 10c4:ea60 without a path is"),
        ("machines.yaml", "template: house-cellar", "template: house", "which is another Proxmox than 'cellar'"),
        ("site.yaml", "https://192.168.1.6:8006/", "192.168.1.6:8006", "the address of an API, for example https://"),
        ("machines.yaml", "vmid: 101", "vmid: 900", "VMID 900 is taken by site.templates.house-cellar.vmid"),
        ("site.yaml", "path: 1-2.3", "path: 1.2.3", "a bus and its port, for example 1-2.3"),
    ],
)
def test_a_mistake_about_hardware_is_answered(folder: Path, file: str, old: str, new: str, says: str) -> None:
    change(folder, [{"file": file, "old": old, "new": new}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)


def test_a_claim_is_mounted_in_its_own_namespace_alone(folder: Path) -> None:
    change(folder, [{"file": "services/shelf.yaml", "old": "group: house\n", "new": ""}])
    with pytest.raises(InvalidLab, match="shelf lives in namespace 'home-shelf', and pods mount claims of their own"):
        load_lab(folder)


def test_an_address_is_in_one_of_the_pools(folder: Path) -> None:
    change(folder, [{"file": "services/door.yaml", "old": "10.99.0.10", "new": "10.98.0.10"}])
    with pytest.raises(InvalidLab, match=r"10\.98\.0\.10 is outside the load balancer's pools, 192\.168\.1\.200 to"):
        load_lab(folder)


def test_a_service_that_stays_as_it_is_has_nothing_by_convention() -> None:
    plan = plan_of("every_key")
    pod = one(plan, "Deployment", "kept-web")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["ports"] == [{"containerPort": 8080, "protocol": "TCP"}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8080}
    assert container["livenessProbe"]["tcpSocket"] == {"port": 9090}
    assert "resources" not in container
    assert one(plan, "Deployment", "kept-web")["spec"]["strategy"] == {"type": "RollingUpdate"}
    assert one(plan, "Service", "kept-web")["spec"]["ports"] == [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]
    for kind, name in (
        ("Ingress", "kept-web"),
        ("PersistentVolumeClaim", "kept-data"),
        ("PersistentVolume", "kept-nfs"),
    ):
        assert "labels" not in one(plan, kind, name)["metadata"]
    assert "tls" not in one(plan, "Ingress", "kept-web")["spec"]
    assert one(plan, "PersistentVolumeClaim", "kept-data")["spec"]["volumeName"] == "kept-nfs"
    assert one(plan, "CronJob", "kept-nightly")["spec"]["jobTemplate"]["spec"]["template"]["metadata"] == {}


def test_a_workload_that_states_no_ports_is_reached_by_their_names() -> None:
    plan = plan_of("every_key")
    (container,) = one(plan, "Deployment", "kept-api")["spec"]["template"]["spec"]["containers"]
    assert "ports" not in container
    assert container["resources"]["limits"]["gpu.intel.com/i915"] == "1"
    assert "gpu.intel.com/i915" not in container["resources"]["requests"], "Kubernetes takes the limit for it"
    (port,) = one(plan, "Service", "kept-api")["spec"]["ports"]
    assert (port["port"], port["targetPort"]) == (8081, "rest")


def test_nothing_is_counted_for_a_pod_that_states_no_amounts() -> None:
    (workload,) = (each for each in plan_of("every_key").workloads if each.name == "kept-web")
    assert workload.pod.containers[0].requests == {}


def test_a_database_cluster_that_existed_has_no_passwords_of_the_program() -> None:
    plan = plan_of("every_key")
    cluster = one(plan, "Cluster", "main")
    assert "labels" not in cluster["metadata"]
    assert cluster["spec"] == {
        "instances": 2,
        "imageName": "registry.example/postgresql:17.5",
        "storage": {"size": "5Gi", "storageClass": "longhorn"},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
        "postgresql": {"parameters": {"max_connections": "200"}},
        "bootstrap": {"initdb": {"database": "app", "owner": "app"}},
    }
    assert not any(each["metadata"]["namespace"] == "kept" for each in objects(plan, "ExternalSecret"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (", as_it_is: true}\nworkloads", "}\nworkloads", "needs adopt: {as_it_is: true}"),
        ("service: 80}}", "service: 80}, admin: 9000}", "Kubernetes wants a name for each of several ports"),
    ],
)
def test_a_mistake_about_what_existed_is_answered(folder: Path, old: str, new: str, says: str) -> None:
    change(folder, [{"file": "services/kept.yaml", "old": old, "new": new}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)


def test_a_cpu_limit_of_one_container_gives_the_others_of_its_service_none() -> None:
    """The exception alone gives each its request as limit, so that its pods are Guaranteed."""
    limits = {each["name"]: each["resources"]["limits"].get("cpu") for each in pod()["containers"]}
    assert limits == {"pods": None, "exporter": "500m"}
    assert all("cpu" not in each["resources"]["limits"] for each in pod()["initContainers"])


def test_a_host_outside_of_the_cluster_is_a_service_that_leads_to_its_addresses() -> None:
    plan = plan_of("every_key")
    service, slices = one(plan, "Service", "attic"), one(plan, "EndpointSlice", "attic")
    assert "selector" not in service["spec"]
    assert slices["metadata"]["labels"]["kubernetes.io/service-name"] == "attic"
    assert [each["addresses"] for each in slices["endpoints"]] == [["192.168.1.5"], ["192.168.1.6"]]
    assert [each["name"] for each in slices["ports"]] == [each["name"] for each in service["spec"]["ports"]]
    assert service["spec"]["ports"][0]["targetPort"] == slices["ports"][0]["port"] == 8006


def test_the_ingress_controller_asks_a_host_with_a_certificate_of_its_own_by_https() -> None:
    plan = plan_of("every_key")
    annotations = one(plan, "Service", "attic")["metadata"]["annotations"]
    assert annotations["traefik.ingress.kubernetes.io/service.serversscheme"] == "https"
    assert annotations["traefik.ingress.kubernetes.io/service.serverstransport"] == "home-attic-attic@kubernetescrd"
    assert one(plan, "ServersTransport", "attic")["spec"] == {"insecureSkipVerify": True}


def test_a_route_to_a_host_outside_of_the_cluster_has_a_sign_in_like_any_other() -> None:
    route = one(plan_of("every_key"), "Ingress", "attic.every.example")
    chain = route["metadata"]["annotations"]["traefik.ingress.kubernetes.io/router.middlewares"]
    assert "forward-auth" in chain
    assert "lan-only" in chain
    assert route["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"] == {"number": 443}


def test_a_host_without_a_fixed_address_is_a_name() -> None:
    spec = one(plan_of("every_key"), "Service", "printer")["spec"]
    assert (spec["type"], spec["externalName"]) == ("ExternalName", "printer.every.example")
    assert spec["ports"] == [{"name": "http", "port": 80, "protocol": "TCP"}]


def test_an_external_secret_is_written_as_it_is_stated() -> None:
    spec = one(plan_of("every_key"), "ExternalSecret", "shelf-login")["spec"]
    assert spec["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "bitwarden"}
    assert spec["refreshInterval"] == "15m"
    assert spec["data"] == [
        {"secretKey": "password", "remoteRef": {"key": "shelf", "property": "password", "decodingStrategy": "Base64"}},
        {"secretKey": "token", "remoteRef": {"key": "4f2a"}},
    ]
    rewritten = [{"regexp": {"source": "(.*)", "target": "mail_$1"}}]
    assert spec["dataFrom"] == [{"extract": {"key": "mail"}, "rewrite": rewritten}]
    assert spec["target"]["template"] == {
        "type": "Opaque",
        "metadata": {"labels": {"cnpg.io/reload": "true"}},
        "mergePolicy": "Merge",
        "data": {"URL": "smtp://{{ .mail_user }}:{{ .password }}@mail.every.example"},
    }


def test_an_external_secret_may_be_of_a_store_of_the_namespace_and_make_a_secret_of_another_name() -> None:
    spec = one(plan_of("every_key"), "ExternalSecret", "shelf-registry")["spec"]
    assert spec["secretStoreRef"] == {"kind": "SecretStore", "name": "vault"}
    made = {"name": "shelf-pulls", "creationPolicy": "Orphan", "template": {"type": "kubernetes.io/dockerconfigjson"}}
    assert spec["target"] == made


def shelf_volumes() -> dict[str, Any]:
    """The volumes of the pod with folders of each sort, by name."""
    spec = one(plan_of("every_key"), "Deployment", "shelf")["spec"]["template"]["spec"]
    return {each["name"]: each for each in spec["volumes"]}


def test_a_config_map_or_a_secret_is_a_folder_with_all_of_its_keys_or_some() -> None:
    volumes = shelf_volumes()
    items = [{"key": "index.html", "path": "site/index.html"}]
    shown = {"name": "shelf-pages", "items": items, "defaultMode": 0o444, "optional": True}
    assert volumes["shown"]["configMap"] == shown
    assert volumes["certificate"]["secret"] == {"secretName": "shelf-tls"}
    assert volumes["keys"]["secret"]["defaultMode"] == 0o400


def test_a_folder_has_files_of_several_sources() -> None:
    projected = shelf_volumes()["all"]["projected"]
    assert projected["defaultMode"] == 0o440
    assert [next(iter(each)) for each in projected["sources"]] == [
        "secret",
        "configMap",
        "downwardAPI",
        "serviceAccountToken",
    ]


def test_a_path_of_the_node_says_of_which_kind_it_is() -> None:
    assert shelf_volumes()["time"]["hostPath"] == {"path": "/etc/localtime", "type": "File"}


def test_a_probe_asks_by_https_with_headers_and_counts_successes() -> None:
    container = one(plan_of("every_key"), "Deployment", "routes")["spec"]["template"]["spec"]["containers"][0]
    asked = container["startupProbe"]["httpGet"]
    assert (asked["scheme"], asked["host"]) == ("HTTPS", "routes.every.example")
    assert asked["httpHeaders"] == [{"name": "Host", "value": "routes"}]
    assert container["startupProbe"]["terminationGracePeriodSeconds"] == 10
    assert container["readinessProbe"]["grpc"] == {"port": 8080, "service": "routes"}
    assert container["readinessProbe"]["successThreshold"] == 2


def test_a_variable_in_the_path_within_a_volume_is_replaced_by_kubernetes() -> None:
    container = one(plan_of("every_key"), "Deployment", "routes")["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "photos", "mountPath": "/photos", "subPathExpr": "$(POD)/photos"} in container["volumeMounts"]


def test_a_new_volume_may_begin_as_a_copy() -> None:
    spec = one(plan_of("every_key"), "PersistentVolumeClaim", "routes-photos")["spec"]
    assert spec["dataSourceRef"] == {"kind": "VolumeSnapshot", "name": "photos", "apiGroup": "snapshot.storage.k8s.io"}


def test_a_class_of_load_balancers_chooses_the_address_of_the_ports_that_are_published() -> None:
    spec = one(plan_of("every_key"), "Service", "routes-outside")["spec"]
    assert (spec["type"], spec["loadBalancerClass"], spec["externalTrafficPolicy"]) == (
        "LoadBalancer",
        "tailscale",
        "Cluster",
    )
    assert [each["name"] for each in spec["ports"]] == ["admin"]
    inside = one(plan_of("every_key"), "Service", "routes")["spec"]
    assert "loadBalancerClass" not in inside
    assert inside["ipFamilies"] == ["IPv4", "IPv6"]


def test_pods_of_a_cluster_with_two_families_reach_the_outside_by_both() -> None:
    policy = next(
        each
        for each in objects(plan_of("every_key"), "NetworkPolicy")
        if (each["metadata"]["namespace"], each["metadata"]["name"]) == ("home-routes", "default")
    )
    blocks = [each["ipBlock"] for each in policy["spec"]["egress"][0]["to"] if "ipBlock" in each]
    assert [each["cidr"] for each in blocks] == ["0.0.0.0/0", "::/0"]
    assert blocks[1]["except"] == ["fd00:10::/56"]


def test_variables_and_volumes_stand_in_the_order_that_is_stated() -> None:
    pod = one(plan_of("every_key"), "Deployment", "kept-api")["spec"]["template"]["spec"]
    assert [each["name"] for each in pod["volumes"]] == ["settings", "work"]
    assert [each["name"] for each in pod["containers"][0]["env"]] == ["URL", "POD", "LEVEL"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("env_order: [URL, POD]", "env_order: [URL, PID]", "there is no variable 'PID'; did you mean 'POD'"),
        ("volume_order: [settings", "volume_order: [setting", "there is no volume 'setting'; did you mean 'settings'"),
    ],
)
def test_an_order_names_things_that_are_there(folder: Path, old: str, new: str, message: str) -> None:
    change(folder, [{"file": "services/kept.yaml", "old": old, "new": new}])
    with pytest.raises(InvalidLab, match=message):
        load_lab(folder)


def test_streams_come_in_at_entry_points_of_traefik() -> None:
    plan = plan_of("every_key")
    tcp = one(plan, "IngressRouteTCP", "routes-admin")["spec"]
    assert tcp == {
        "entryPoints": ["admin"],
        "routes": [{"match": "HostSNI(`*`)", "services": [{"name": "routes", "port": 9000}]}],
    }
    udp = one(plan, "IngressRouteUDP", "routes-syslog")["spec"]
    assert udp == {"entryPoints": ["syslog"], "routes": [{"services": [{"name": "routes", "port": 514}]}]}
    passed = one(plan, "IngressRouteTCP", "routes-passed-admin-every-example")["spec"]
    assert passed["routes"][0]["match"] == "HostSNI(`admin.every.example`)"
    assert passed["tls"] == {"passthrough": True}


@pytest.mark.parametrize(
    ("kind", "name", "port"),
    [
        ("TCPRoute", "routes-inside-admin", 9000),
        ("UDPRoute", "routes-inside-syslog", 514),
        ("TLSRoute", "routes-inside-passed-admin-every-example", 9000),
    ],
)
def test_streams_come_in_at_listeners_of_a_gateway(kind: str, name: str, port: int) -> None:
    spec = one(plan_of("every_key"), kind, name)["spec"]
    assert spec["parentRefs"][0]["name"] == "envoy-inside"
    assert spec["rules"] == [{"backendRefs": [{"name": "routes", "port": port}]}]
    assert ("hostnames" in spec) == (kind == "TLSRoute")


def test_a_route_has_several_hosts_and_paths() -> None:
    plan = plan_of("every_key")
    ingress = one(plan, "Ingress", "routes.every.example-admin")["spec"]
    hosts = ["routes.every.example", "ways.every.example", "routes.other.example"]
    assert [each["host"] for each in ingress["rules"]] == hosts == ingress["tls"][0]["hosts"]
    paths = [(each["path"], each["pathType"]) for each in ingress["rules"][1]["http"]["paths"]]
    assert paths == [("/admin", "Exact"), ("/manage", "Exact")]
    http = one(plan, "HTTPRoute", "routes-inside.every.example")["spec"]
    assert http["hostnames"] == ["routes-inside.every.example", "ways-inside.every.example"]
    assert [each["path"]["value"] for each in http["rules"][0]["matches"]] == ["/", "/too"]
    assert http["rules"][0]["timeouts"] == {"request": "90s"}


def test_network_policies_let_streams_in() -> None:
    policy = one(plan_of("every_key"), "NetworkPolicy", "to-routes")
    ports = {each["port"] for rule in policy["spec"]["ingress"] for each in rule.get("ports", ())}
    assert {9000, 514} <= {port for port in ports if isinstance(port, int)}

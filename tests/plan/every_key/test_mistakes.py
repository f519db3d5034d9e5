"""Mistakes in keys that few services need, and the answers."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from config.load import InvalidLab, load_lab
from tests.plan.labs import change

MISTAKES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "services/routes.yaml": (
        ("further_gateways: [inside], reach: internet", "further_gateways: [insid], reach: internet", "did you mean"),
        (
            "gateway: outside, further_gateways: [inside], reach: internet",
            "gateway: inside, further_gateways: [outside]",
            "one of them is for the internet, and the route for the lan: say reach: internet",
        ),
        ("auth: app}\n  - {host: routes-outside", "auth: required}\n  - {host: routes-outside", "their sign_in in"),
        ("routes-both, gateway: outside, ", "routes-both, ", "the route is an Ingress; name the first Gateway"),
    ),
    "services/pods.yaml": (
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
        (
            "{http: /disconnect, port: control}",
            "{path: /disconnect}",
            "unknown key 'path'; a request has http, port, https",
        ),
        ("{http: /disconnect, port: control}", "{port: control}", "needs http: the path that is asked"),
        ("{http: /disconnect, port: control}", "disconnect", "write a command as [server, flush], or {http: /flush}"),
        (
            "static_class: scans-by-hand",
            "storage_class: longhorn",
            "makes the volume of what csi names; write static_class, or leave out csi",
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
    ),
    "machines.yaml": (
        (
            "usb_devices: [zigbee, meter]",
            "usb_devices: [zigbe]",
            "unknown USB device 'zigbe' on host 'attic'; did you mean",
        ),
        ("usb_devices: [zigbee, meter]", "usb_devices: [meter, meter]", "USB device 'meter' of host"),
        ("template: house-cellar", "template: house", "which is another Proxmox than 'cellar'"),
        ("vmid: 101", "vmid: 900", "VMID 900 is taken by site.templates.house-cellar.vmid"),
    ),
    "site.yaml": (
        ('meter: {id: "0403:6001"', 'meter: {id: "10c4:ea60"', "USB device 10c4:ea60 without a path is"),
        ("https://192.168.1.6:8006/", "192.168.1.6:8006", "the address of an API, for example https://"),
        ("path: 1-2.3", "path: 1.2.3", "a bus and its port, for example 1-2.3"),
    ),
    "services/kept.yaml": (
        (", as_it_is: true}\nworkloads", "}\nworkloads", "needs adopt: {as_it_is: true}"),
        ("service: 80}}", "service: 80}, admin: 9000}", "Kubernetes wants a name for each of several ports"),
        (
            "env: {LEVEL: info,",
            "env: {LEVEL: $(LEVEL),",
            "names itself, and Kubernetes puts in only what comes before it",
        ),
        ("env_order: [URL, POD]", "args: [--token=$(TOKAN)]", "refers to the variable 'TOKAN', which is not stated"),
        ("env_order: [URL, POD]", "env_order: [URL, PID]", "there is no variable 'PID'; did you mean 'POD'"),
        ("volume_order: [settings", "volume_order: [setting", "there is no volume 'setting'; did you mean 'settings'"),
        ("volume_names: {work:", "volume_names: {werk:", "there is no volume 'werk'; did you mean 'work'"),
        ("{work: data}", "{work: settings}", "'settings' is called 'settings' in its pods already; give another name"),
    ),
}
"""By file: what stands in it, what stands there instead, and a part of the answer."""


@pytest.mark.parametrize(
    ("file", "old", "new", "says"), [(file, *each) for file, found in MISTAKES.items() for each in found]
)
def test_a_mistake_is_answered(folder: Path, file: str, old: str, new: str, says: str) -> None:
    change(folder, [{"file": file, "old": old, "new": new}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)

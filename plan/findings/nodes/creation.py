"""Obstacles to creating machines, or to their becoming nodes by themselves."""

from collections.abc import Iterator

from config.lab import Lab
from plan.cluster.membership import control_planes_of, in_start_order, is_created_node, template_of
from plan.model import Finding
from plan.model.findings import Rule

AGENT_OFF = Rule(
    "AGENT-OFF",
    "error",
    title="A created node without a guest agent",
    meaning=(
        "The script that makes a machine a node starts the guest agent last. Pulumi waits for the agent, and so "
        "goes on when the node is there. Without it, what comes next would go into a cluster that is not there yet."
    ),
    remedy="Leave guest_agent out: it is true by default.",
)

CLUSTER_HALF_ADOPTED = Rule(
    "CLUSTER-HALF-ADOPTED",
    "error",
    title="Nodes of two clusters",
    meaning=(
        "The control plane is created or it is adopted, as a whole: the keys of one that exists are not known to "
        "the program. Where it is created, a worker that runs already would stay with the cluster that it knows. "
        "The other way round is fine: created workers join an adopted control plane."
    ),
    remedy="Adopt the control plane with its workers, or create both.",
)

FILE_STORAGE_MISSING = Rule(
    "FILE-STORAGE-MISSING",
    "error",
    title="No storage for the files of cloud-init",
    meaning=(
        "A created node is set up by two files, snippets in the words of Proxmox, on a storage of its host. "
        "Snippets have to be among the contents of that storage: `pvesm set local --content ...,snippets,import`."
    ),
    remedy="Write file_storage of the host in site.yaml.",
)

NODE_BEFORE_CONTROL_PLANE = Rule(
    "NODE-BEFORE-CONTROL-PLANE",
    "warning",
    title="A node starts before the control plane",
    meaning=(
        "When their host starts, machines start by their order. A node that starts before the API server runs "
        "nothing until that answers."
    ),
    remedy="Give the control plane the lowest order of the nodes.",
)

TEMPLATE_MISSING = Rule(
    "TEMPLATE-MISSING",
    "error",
    title="No template to clone a machine from",
    meaning=(
        "A machine that is not adopted is a clone of a template. This comes up where a lab of adopted machines is "
        "planned as if it were built from nothing."
    ),
    remedy="Declare a template in site.yaml.",
)


def creation_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about machines that are created."""
    yield from _without_template(lab)
    yield from _without_file_storage(lab)
    yield from _without_agent(lab)
    yield from _half_adopted(lab)
    yield from _before_control_plane(lab)


def _without_template(lab: Lab) -> Iterator[Finding]:
    names = [name for name, machine in lab.machines.items() if not machine.adopt and template_of(lab, machine) is None]
    if names:
        yield TEMPLATE_MISSING.finding(
            ("site",),
            f"{', '.join(names)} would be created, and the lab has no template to clone them from",
            "declare a template in site.yaml",
            facts={"machines": tuple(names)},
        )


def _without_file_storage(lab: Lab) -> Iterator[Finding]:
    for host_name, host in lab.site.hosts.items():
        names = [
            name for name, machine in lab.machines.items() if machine.host == host_name and is_created_node(machine)
        ]
        if names and host.file_storage is None:
            yield FILE_STORAGE_MISSING.finding(
                ("site", "hosts", host_name),
                f"{', '.join(names)} would be created on {host_name}, but no storage is stated for the files of "
                "cloud-init, with which they become nodes",
                "write file_storage of the host: a storage of type dir or nfs, with snippets among its contents",
                facts={"machines": tuple(names)},
            )


def _without_agent(lab: Lab) -> Iterator[Finding]:
    for name, machine in lab.machines.items():
        if is_created_node(machine) and not machine.guest_agent:
            yield AGENT_OFF.finding(
                ("machines", name, "guest_agent"),
                f"{name} would be created without a guest agent, so nothing signals when it has become a node: "
                "what comes next would not wait for it",
                "leave guest_agent out",
            )


def _half_adopted(lab: Lab) -> Iterator[Finding]:
    """A cluster is made with all of its control plane, and a node that exists belongs to another one."""
    control_planes = control_planes_of(lab)
    created = [name for name, machine in control_planes.items() if not machine.adopt]
    adopted = [name for name, machine in control_planes.items() if machine.adopt]
    if created and adopted:
        for name in created:
            yield CLUSTER_HALF_ADOPTED.finding(
                ("machines", name),
                f"{name} would join the control plane of {adopted[0]}, whose keys the program does not have",
                "join it by hand with `kubeadm join --control-plane` and adopt it",
                facts={"adopted": tuple(adopted), "created": tuple(created)},
            )
    elif created:
        for name, machine in lab.machines.items():
            if machine.role == "worker" and machine.adopt:
                yield CLUSTER_HALF_ADOPTED.finding(
                    ("machines", name, "adopt"),
                    f"{name} runs already, as a node of another cluster than the one that {created[0]} would make",
                    f"adopt {created[0]} as well, or recreate {name}",
                    facts={"created": tuple(created)},
                )


def _before_control_plane(lab: Lab) -> Iterator[Finding]:
    order = list(in_start_order(lab))
    first = next(iter(control_planes_of(lab)), None)
    if first is None:
        return
    for name in order[: order.index(first)]:
        if is_created_node(lab.machines[name]):
            yield NODE_BEFORE_CONTROL_PLANE.finding(
                ("machines", name, "start", "order"),
                f"{name} starts at {lab.machines[name].start.order} with its host, before the control plane "
                f"{first} at {lab.machines[first].start.order}: until that runs, no pod starts on it",
                f"write an order above {lab.machines[first].start.order}",
                facts={
                    "order": lab.machines[name].start.order,
                    "order_of_control_plane": lab.machines[first].start.order,
                },
            )

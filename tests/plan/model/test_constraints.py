"""Constraints on a pod's place are read from its manifest."""

from plan.model.constraints import AffinityTerm, Constraints, Requirement, Spread, read_constraints

HOSTNAME = "kubernetes.io/hostname"
TERM = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": HOSTNAME}
READ = AffinityTerm((Requirement("app", "In", ("web",)),), HOSTNAME)
REQUIRED, PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)


def test_a_pod_that_says_nothing_asks_for_nothing() -> None:
    assert read_constraints({}, {"containers": [{"name": "main", "ports": [{"containerPort": 80}]}]}) == Constraints()


def test_affinity_and_spread_are_read() -> None:
    affinity = {
        "nodeAffinity": {
            REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "Exists"}]}]}
        },
        "podAffinity": {REQUIRED: [TERM]},
        "podAntiAffinity": {REQUIRED: [TERM], PREFERRED: [{"weight": 70, "podAffinityTerm": TERM}]},
    }
    spread = {"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}}
    read = read_constraints(
        {"labels": {"app": "web"}}, {"affinity": affinity, "topologySpreadConstraints": [spread]}, preempts=False
    )
    assert read == Constraints(
        labels={"app": "web"},
        node_affinity=((Requirement("disk", "Exists"),),),
        near=(READ,),
        apart=(READ,),
        preferred=((-70, READ),),
        spread=(Spread((), "zone", 2, required=False),),
        preempts=False,
    )


def test_on_the_hosts_network_every_port_is_the_hosts() -> None:
    ports = [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 80, "hostPort": 8080}]
    containers = [{"name": "main", "ports": ports}]
    assert read_constraints({}, {"containers": containers}).host_ports == {("TCP", 8080)}
    on_host = read_constraints({}, {"containers": containers, "hostNetwork": True})
    assert on_host.host_ports == {("UDP", 53), ("TCP", 80)}


def test_requirements_hold_as_kubernetes_says() -> None:
    labels = {"disk": "ssd", "cores": "8"}
    cases = {
        Requirement("disk", "In", ("ssd", "hdd")): True,
        Requirement("disk", "NotIn", ("ssd",)): False,
        Requirement("absent", "NotIn", ("ssd",)): True,
        Requirement("absent", "In", ("ssd",)): False,
        Requirement("disk", "Exists"): True,
        Requirement("absent", "DoesNotExist"): True,
        Requirement("cores", "Gt", ("4",)): True,
        Requirement("cores", "Lt", ("8",)): False,
        Requirement("absent", "Gt", ("4",)): False,
    }
    assert {requirement: requirement.holds(labels) for requirement in cases} == cases

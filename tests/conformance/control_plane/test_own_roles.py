"""Roles that the API server makes reach what the planner says of them."""

from config.rights import OF_ITS_OWN_ROLES, Reach, powers
from plan.model.fields import entries, text, values
from rehearsal.control_plane import Api


def test_roles_of_the_api_server_reach_what_is_said_of_them(api: Api) -> None:
    found: dict[str, set[str]] = {}
    for role in api.list("rbac.authorization.k8s.io/v1", "ClusterRole"):
        reached = {
            power
            for rule in entries(role, "rules")
            for power in powers(
                frozenset(values(rule, "apiGroups")),
                frozenset(values(rule, "resources")),
                frozenset(values(rule, "verbs")),
                Reach(),
                frozenset(values(rule, "resourceNames")),
            )
        }
        if reached and text(role, "metadata", "labels", "kubernetes.io/bootstrapping") == "rbac-defaults":
            found[text(role, "metadata", "name")] = reached
    assert found.keys() == OF_ITS_OWN_ROLES.keys()
    for name, said in OF_ITS_OWN_ROLES.items():
        assert found[name].issuperset(said), name

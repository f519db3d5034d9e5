"""The cluster of another lab is refused."""

from datetime import UTC, datetime

import pytest

from observation import Observation
from operations.identity import AnotherCluster, check_identity
from tests.plan.labs import plan_of


def cluster(*nodes: str, namespaces: tuple[str, ...] = ()) -> Observation:
    resources = {
        "nodes": tuple({"kind": "Node", "metadata": {"name": name}} for name in nodes),
        "namespaces": tuple({"kind": "Namespace", "metadata": {"name": name}} for name in namespaces),
    }
    return Observation("https://192.0.2.1", datetime(2027, 1, 1, tzinfo=UTC), "clock", resources)


def names() -> list[str]:
    return [use.node.name for use in plan_of("small").capacity.nodes]


def test_a_cluster_with_a_node_of_the_lab_is_its_own() -> None:
    check_identity(plan_of("small"), cluster(names()[0], "new"))


def test_a_cluster_without_one_is_another() -> None:
    with pytest.raises(AnotherCluster, match="its nodes are elsewhere"):
        check_identity(plan_of("small"), cluster("elsewhere"))


def test_namespaces_decide_where_nodes_may_not_be_asked() -> None:
    mine = plan_of("small").namespaces[0].name
    check_identity(plan_of("small"), cluster(namespaces=("default", mine)))
    with pytest.raises(AnotherCluster, match="its namespaces are shop"):
        check_identity(plan_of("small"), cluster(namespaces=("default", "shop")))


def test_a_name_that_many_clusters_have_is_not_enough() -> None:
    with pytest.raises(AnotherCluster, match="its nodes are"):
        check_identity(plan_of("small"), cluster(names()[0], "new", namespaces=("shop",)))
    check_identity(
        plan_of("small"), cluster(names()[0], "new", namespaces=("shop", plan_of("small").namespaces[0].name))
    )
    check_identity(plan_of("small"), cluster(*names(), namespaces=("shop",)))

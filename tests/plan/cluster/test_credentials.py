"""Which clusters get credentials, and what a machine's token says."""

from dataclasses import replace

from plan.cluster.credentials import plan_credentials, plan_join_token
from tests.plan.cloud_init import high_availability


def test_a_cluster_that_is_made_is_reached_by_its_shared_address() -> None:
    credentials = plan_credentials(high_availability().lab)
    assert credentials is not None
    assert (credentials.cluster, credentials.api_server) == ("available", "https://10.0.30.10:6443")


def test_a_cluster_that_exists_has_its_credentials_already() -> None:
    lab = high_availability().lab
    machines = {name: machine.model_copy(update={"adopt": True}) for name, machine in lab.machines.items()}
    assert plan_credentials(replace(lab, machines=machines)) is None


def test_the_token_says_whose_it_is() -> None:
    assert "worker1" in plan_join_token("worker1").data["description"]

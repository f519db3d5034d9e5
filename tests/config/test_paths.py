"""Paths of a service: in a container, on a node, and of requests."""

import pytest

from config.kubernetes import annotation_key_refusal, host_path_refusal, mount_path_refusal, request_path_refusal


def test_a_request_may_have_a_colon_in_its_path() -> None:
    assert request_path_refusal("/v1/items:batch?full=1") is None
    assert request_path_refusal("healthz") == "'healthz' is not an absolute path, for example /healthz"


def test_a_path_of_the_node_may_have_a_colon_but_is_one_path() -> None:
    assert host_path_refusal("/dev/snd/by-path/pci-0000:00:1f.3") is None
    for two in ("/dev/dri:/dev/dri", "/media:ro"):
        assert (host_path_refusal(two) or "").endswith("write only the part before the colon here")


def test_nothing_is_mounted_at_a_path_with_a_colon() -> None:
    assert (mount_path_refusal("/a:b") or "").endswith("leave out the colon")


@pytest.mark.parametrize("key", ["Example.com/Key", "prometheus.io/scrape", "a_b.C"])
def test_an_annotation_may_have_capitals_in_its_domain(key: str) -> None:
    assert annotation_key_refusal(key) is None

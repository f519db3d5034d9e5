"""The rule behind each finding about what runs, by its code."""

from collections.abc import Mapping

from operations.doctor.catalogue.cluster import CLUSTER
from operations.doctor.catalogue.network import NETWORK
from operations.doctor.catalogue.pods import PODS
from operations.doctor.catalogue.rule import Rule
from operations.doctor.catalogue.storage import STORAGE
from operations.doctor.catalogue.workloads import WORKLOADS

RULES: Mapping[str, Rule] = {**PODS, **WORKLOADS, **CLUSTER, **STORAGE, **NETWORK}

"""The rule behind each finding about what runs, by its code."""

from collections.abc import Mapping

from operations.doctor.catalogue.cluster import CLUSTER
from operations.doctor.catalogue.network import NETWORK
from operations.doctor.catalogue.placing import PLACING
from operations.doctor.catalogue.pods import PODS
from operations.doctor.catalogue.rule import Rule
from operations.doctor.catalogue.starting import STARTING
from operations.doctor.catalogue.storage import STORAGE
from operations.doctor.catalogue.workloads import WORKLOADS

RULES: Mapping[str, Rule] = {**PLACING, **STARTING, **PODS, **WORKLOADS, **CLUSTER, **STORAGE, **NETWORK}

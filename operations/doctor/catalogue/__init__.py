"""The rule behind each finding about what runs, by its code. Its modules are named as the folders of `rules/`."""

from collections.abc import Mapping

from operations.doctor.catalogue.containers import CONTAINERS
from operations.doctor.catalogue.controllers import CONTROLLERS
from operations.doctor.catalogue.network import NETWORK
from operations.doctor.catalogue.nodes import NODES
from operations.doctor.catalogue.placement import PLACEMENT
from operations.doctor.catalogue.rule import Rule
from operations.doctor.catalogue.secrets import SECRETS
from operations.doctor.catalogue.storage import STORAGE

RULES: Mapping[str, Rule] = {**PLACEMENT, **CONTAINERS, **CONTROLLERS, **NODES, **STORAGE, **NETWORK, **SECRETS}

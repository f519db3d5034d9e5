"""How what runs differs from the lab: objects of the cluster, and machines on their hosts."""

from operations.drift.cluster import Drift as Drift
from operations.drift.cluster import State as State
from operations.drift.cluster import drift as drift
from operations.drift.cluster import volume_handles as volume_handles
from operations.drift.cluster import whole_state as whole_state
from operations.drift.machines import machine_drift as machine_drift

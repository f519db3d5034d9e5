"""Scale: whether a worker is to be added or may go, by the runbook's conditions and the cluster that runs."""

from operations.scale.conditions import Condition as Condition
from operations.scale.judge import Scale as Scale
from operations.scale.judge import judge as judge
from operations.scale.removal import Removal as Removal
from operations.scale.trend import NoTrend as NoTrend
from operations.scale.trend import Trend as Trend

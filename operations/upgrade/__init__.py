"""Upgrade: whether the cluster's Kubernetes is supported, what the next minor release needs, and the steps in order."""

from operations.upgrade.add_ons import AddOn as AddOn
from operations.upgrade.changes import Judged as Judged
from operations.upgrade.foresee import NotUpgradable as NotUpgradable
from operations.upgrade.foresee import Upgrade as Upgrade
from operations.upgrade.foresee import foresee as foresee
from operations.upgrade.steps import Step as Step

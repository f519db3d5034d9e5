"""Checks of a plan against the live Proxmox, before `up`."""

from operations.preflight.check import Check as Check
from operations.preflight.check import not_asked as not_asked
from operations.preflight.check import passed as passed
from operations.preflight.judge import judge as judge
from operations.preflight.read import read_state as read_state
from operations.preflight.scope import Part as Part
from operations.preflight.scope import parts_of as parts_of

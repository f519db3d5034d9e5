"""Takes machines that run into `machines.yaml`, and compares those that stand there with their host."""

from operations.adopt.entry import Role as Role
from operations.adopt.file import NotExtendable as NotExtendable
from operations.adopt.machines import Added as Added
from operations.adopt.machines import Adoption as Adoption
from operations.adopt.machines import LeftOut as LeftOut
from operations.adopt.machines import NotKnown as NotKnown
from operations.adopt.machines import adopt as adopt

"""Takes machines that run into `machines.yaml`, and compares those that stand there with their host."""

from operations.adopting.adopt import Added as Added
from operations.adopting.adopt import Adoption as Adoption
from operations.adopting.adopt import LeftOut as LeftOut
from operations.adopting.adopt import NotKnown as NotKnown
from operations.adopting.adopt import adopt as adopt
from operations.adopting.entry import Role as Role
from operations.adopting.file import NotExtendable as NotExtendable
from operations.adopting.file import write_file as write_file

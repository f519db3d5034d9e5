"""Drivers of NVIDIA that do not know the generation of a card."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.service import HelmService
from config.site import PciDevice
from plan.cluster.nodes import gpus_of
from plan.model.fields import text, value
from plan.model.findings import Finding, Rule

DRIVER_DOES_NOT_KNOW_CARD = Rule(
    "DRIVER-DOES-NOT-KNOW-CARD",
    "error",
    title="The driver of the GPU operator does not drive the card",
    meaning=(
        "The open modules of NVIDIA's driver drive cards from Turing on, and Blackwell only by them. The branch 580 is "
        "the last one for Maxwell, Pascal and Volta; Blackwell needs 570 or later. With another driver the modules "
        "load and find no card: the driver's pod restarts for ever, and no node offers a GPU."
    ),
    remedy="Write a driver version of a branch that has the card, and driver.kernelModuleType: auto.",
)

_NVIDIA = "10de"
_TURING, _BLACKWELL = 0x1E00, 0x2900
"""First device ids of Turing and of Blackwell. Those between Maxwell and Volta are below the one, and all ids rise with
the generations (open-gpu-kernel-modules, its table of supported GPUs)."""
_LAST_BEFORE_TURING, _FIRST_WITH_BLACKWELL = 580, 570
"""Branches of the driver: NVIDIA's notes of Unix driver 580 and 570."""


def driver_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each node whose card the stated driver leaves out."""
    sharing = lab.cluster.platform.gpu
    service = lab.services.get(sharing.operator) if sharing else None
    if sharing is None or not isinstance(service, HelmService) or value(service.values, "driver", "enabled") is False:
        return
    for name, machine in lab.machines.items():
        cards = [lab.site.hosts[machine.host].pci_devices[each] for each in gpus_of(lab, machine)]
        for card in cards if machine.role != "appliance" else ():
            if card.id.startswith(f"{_NVIDIA}:") and (said := _wrong(service.values, card)):
                yield DRIVER_DOES_NOT_KNOW_CARD.finding(
                    ("services", sharing.operator, "values"),
                    f"{said[0]} in the values of {sharing.operator} does not drive {card.description} of {name}: "
                    f"{said[1]}",
                    said[2],
                    about=name,
                    facts={"card": card.id},
                )


def _wrong(given: Mapping[str, Any], card: PciDevice) -> tuple[str, str, str] | None:
    device = int(card.id.partition(":")[2], 16)
    modules = text(given, "driver", "kernelModuleType")
    is_open = modules == "open" or value(given, "driver", "useOpenKernelModules") is True
    version = text(given, "driver", "version")
    branch = int(version.partition(".")[0]) if version.partition(".")[0].isdigit() else None
    if device < _TURING and is_open:
        stated = "driver.kernelModuleType: open" if modules else "driver.useOpenKernelModules"
        return stated, "open modules begin with Turing", "write driver.kernelModuleType: proprietary"
    if device < _TURING and branch is not None and branch > _LAST_BEFORE_TURING:
        reason = f"{_LAST_BEFORE_TURING} is the last branch for cards before Turing"
        return f"driver.version: {version}", reason, f"write a driver.version of branch {_LAST_BEFORE_TURING}"
    if device >= _BLACKWELL and modules == "proprietary":
        return "driver.kernelModuleType: proprietary", "Blackwell has open modules alone", "write open in its place"
    if device >= _BLACKWELL and branch is not None and branch < _FIRST_WITH_BLACKWELL:
        reason = f"{_FIRST_WITH_BLACKWELL} is the first branch for Blackwell"
        return (
            f"driver.version: {version}",
            reason,
            f"write a driver.version from {_FIRST_WITH_BLACKWELL} on",
        )
    return None

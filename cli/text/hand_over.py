"""How the old tools release their objects, as text."""

from itertools import groupby

from rich.console import Console
from rich.text import Text

from operations.adopt.cluster.hand_over import HandOver
from plan.wording import plural


def print_hand_over(found: HandOver, console: Console) -> None:
    """Print the commands in their order, and who still writes."""
    for tool, steps in groupby(found.steps, key=lambda step: step.tool):
        console.print(Text(tool, "bold"))
        for step in steps:
            console.print(f"  # {step.purpose}", style="green")
            console.print(f"  {step.command}", soft_wrap=True, highlight=False)
    if not found.steps:
        console.print("No mark of Terraform, Argo CD, Flux, Helm or k3s is on any of these objects.")
    for each in found.still_writing:
        console.print(
            f"{each.key}: {each.manager} wrote to it at {each.time}, after it was taken over", style="bold red"
        )
    if found.still_writing:
        console.print("Make that tool release them before the next up.")
    elif found.taken_over:
        console.print(f"{plural(found.taken_over, 'object')} taken over; no other tool has written to them since.")
    else:
        console.print("None of these objects is taken over yet: homelab adopt cluster --import STACK.")

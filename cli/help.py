"""Examples and exit codes of each command, shown below its options."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import typer

INVALID_INPUT = "2 the input is invalid"


class Help(NamedTuple):
    """The lines below the options of a command."""

    examples: tuple[str, ...]
    exits: str


PLANNED = f"0 no errors, 1 there are errors, {INVALID_INPUT}"
WRITTEN = f"0 it was written, {INVALID_INPUT}"
HELP: Mapping[str, Help] = {
    "plan": Help(
        (
            "homelab plan --lab small",
            "homelab plan --all",
            "homelab plan --service immich",
            "homelab plan --against main --fail-on-damage",
            "homelab plan --watch",
        ),
        f"{PLANNED}; with --fail-on-damage also 1 if an `up` would damage what runs",
    ),
    "render": Help(("homelab render rendered/prod",), f"0 no errors, 1 the plan has errors, {INVALID_INPUT}"),
    "report": Help(
        (
            "homelab report --output lab.html",
            "homelab report --against main --links https://forge.example/me/lab/blob/main",
        ),
        PLANNED,
    ),
    "schema": Help(("homelab schema",), WRITTEN),
    "migrate": Help(
        ("homelab migrate --lab labs/mine", "homelab migrate --lab labs/mine --write"),
        f"0 nothing is left to migrate, 1 something is, {INVALID_INPUT}",
    ),
    "findings": Help(
        ("homelab findings", "homelab findings IMAGE-FLOATING", "homelab findings --format json"), PLANNED
    ),
    "explain": Help(
        ("homelab explain", "homelab explain immich --all", "homelab explain k8s-node1", "homelab explain GPU-TIGHT"),
        f"0 it was explained, {INVALID_INPUT}, or the name is not known",
    ),
    "guard": Help(
        (
            "pulumi preview --json | homelab guard",
            "homelab guard preview.json --stack stack.json --allow REPLACE:k8s-node3",
        ),
        f"0 nothing is damaged, 1 something is, {INVALID_INPUT}, or not a whole preview",
    ),
    "comment": Help(
        (
            "homelab comment --plan plan.json --change change.json --guard guard.json",
            "homelab comment --plan plan.json --pull-request 12 --repository me/lab --api https://forge.example/api/v1",
        ),
        f"0 it may be merged, 1 it should not, {INVALID_INPUT}, or the forge refuses",
    ),
    "drift": Help(
        (
            "homelab drift --lab prod",
            "homelab drift --dump dump --format markdown",
            "homelab drift --machines",
            "homelab drift --issue",
        ),
        f"0 what runs is what the lab says, 1 it differs, {INVALID_INPUT}, or not all could be compared",
    ),
    "up": Help(
        (
            "homelab up --lab small",
            "homelab up --lab small --dry-run",
            "homelab up --stack prod --yes --allow REPLACE:k8s-node3",
        ),
        "0 it was applied, or there was nothing to do, or you said no; 1 it was refused or failed, or what it touched "
        f"is broken; {INVALID_INPUT}, or the stack's state; 130 it was stopped",
    ),
    "adopt machines": Help(
        ("homelab adopt machines --dry-run", "homelab adopt machines k8s-node7 --role k8s-node7=worker"),
        f"0 all machines are as stated, 1 one is left out or differs, {INVALID_INPUT}",
    ),
    "adopt cluster": Help(
        ("homelab adopt cluster --dump dump --lab labs/mine --dry-run", "homelab adopt cluster --import mine"),
        f"0 it was taken over, 1 not all of it, or the plan has errors, {INVALID_INPUT}",
    ),
    "adopt manifests": Help(
        ("homelab adopt manifests apps/gitea --lab labs/mine --tier home --dry-run",),
        f"0 all is in the files, 1 something has no place or was left out, {INVALID_INPUT}",
    ),
    "adopt chart": Help(
        ("homelab adopt chart values.yaml --chart redis --version 1.2.3 --repository oci://registry.example/charts",),
        f"0 it is in the files, 1 it has no place in the lab, {INVALID_INPUT}, or Helm cannot render it",
    ),
    "adopt compose": Help(
        ("homelab adopt compose compose.yaml --storage-class block --tier home --dry-run",),
        f"0 all is in the files, 1 a service has no place, {INVALID_INPUT}",
    ),
    "adopt tidy": Help(
        ("homelab adopt tidy immich --dry-run", "homelab adopt tidy immich adopt.as_it_is --lab labs/mine"),
        f"0 one was taken out, or none is left, 1 the lab would have errors, {INVALID_INPUT}",
    ),
    "adopt hand-over": Help(
        ("homelab adopt hand-over --dump dump --lab labs/mine",),
        f"0 no other tool writes any more, 1 one does, {INVALID_INPUT}",
    ),
    "preflight": Help(
        ("homelab preflight", "homelab preflight --endpoint https://192.0.2.10:8006/"),
        f"0 all was checked and nothing fails, 1 something fails or was not checked, {INVALID_INPUT}",
    ),
    "drain": Help(
        ("homelab drain k8s-node3", "homelab drain k8s-node3 --dump dump"),
        f"0 it can be drained, 1 something holds it up, {INVALID_INPUT}",
    ),
    "scale": Help(
        ("homelab scale --prometheus http://192.0.2.20:9090", "homelab scale --dump dump --lab small"),
        f"0 it was judged, {INVALID_INPUT}",
    ),
    "upgrade": Help(
        ("homelab upgrade", "homelab upgrade --dump dump"),
        f"0 nothing is in the way, 1 something is, {INVALID_INPUT}",
    ),
    "doctor": Help(
        ("homelab doctor", "homelab doctor --dump dump --usage dump/usage.json"),
        f"0 no errors, 1 there are errors, {INVALID_INPUT}",
    ),
    "dump": Help(("homelab dump dump",), WRITTEN),
    "rightsize": Help(
        (
            "homelab rightsize --prometheus http://192.0.2.20:9090",
            "homelab rightsize --dump dump --usage dump/usage.json",
        ),
        f"0 sizes were proposed, {INVALID_INPUT}",
    ),
    "rehearse": Help(
        (
            "homelab rehearse --lab small",
            "homelab rehearse --drain k8s-node2 --add-worker",
            "homelab rehearse --lab mine --from dump",
        ),
        f"0 everything runs as planned, 1 it does not, {INVALID_INPUT}",
    ),
    "new service": Help(
        ("homelab new service cyberchef --tier 4-aux --image mpepping/cyberchef:v9.55.0 --port 8000",), WRITTEN
    ),
    "new machine": Help(("homelab new machine k8s-node7 --shape worker",), WRITTEN),
    "new lab": Help(("homelab new lab labs/mine",), WRITTEN),
    "new project": Help(("homelab new project ~/house", "homelab new project ~/house --lab flat"), WRITTEN),
}


def add_help(app: typer.Typer) -> None:
    """Give each command its examples and exit codes."""
    for name, command in commands_of(app):
        if name in HELP:
            shown = "\n\n".join(f"  {example}" for example in HELP[name].examples)
            command.epilog = f"Examples:\n\n{shown}\n\nExit codes: {HELP[name].exits}."


def commands_of(app: typer.Typer, before: str = "") -> Iterator[tuple[str, typer.models.CommandInfo]]:
    """Each command with its name as typed after `homelab`."""
    for command in app.registered_commands:
        yield f"{before}{command.name}", command
    for group in app.registered_groups:
        if group.typer_instance:
            yield from commands_of(group.typer_instance, f"{before}{group.name} ")

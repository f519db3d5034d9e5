"""Whether the templates that machines are cloned from can be cloned."""

from collections.abc import Iterator

from operations.preflight.answers import Config
from operations.preflight.check import Check, missing_privilege, unchecked
from operations.preflight.read import has_agent
from operations.preflight.standing import to_create
from operations.preflight.state import State, Unread
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.wording import listed

TEMPLATE_NOT_FOUND = Rule(
    "TEMPLATE-NOT-FOUND",
    ("error", "warning", "info"),
    title="The template is missing",
    meaning="Nothing on its host has its VMID, or the machine that has it is not a template.",
    remedy="Write vmid and host of a template that exists, or an image to make it of.",
)

TEMPLATE_UNFIT = Rule(
    "TEMPLATE-UNFIT",
    "warning",
    title="A template may not be fit for new machines",
    meaning=(
        "A machine that is cloned from an image without cloud-init gets neither address nor name; without a guest "
        "agent the provider waits 15 minutes for its address, and fails."
    ),
    remedy="Make the template of a cloud image that has cloud-init and qemu-guest-agent.",
)


BUSES = ("ide", "sata", "scsi", "virtio")


def check_templates(plan: Plan, state: State) -> Check:
    """Check of the templates that have to exist already; the program makes the others."""
    question = "templates"
    guests = state.guests
    if isinstance(guests, Unread):
        return Check(question, (unchecked(("site", "templates"), question, guests),), "")
    made = {template.name for template in plan.templates}
    wanted = {machine.properties.get("clone", {}).get("vm_id") for machine in to_create(plan, guests)}
    present = [name for name in plan.lab.site.templates if name not in made]
    findings = [each for name in present for each in _template(plan, state, name, wanted)]
    parts = [f"{listed(present)} can be cloned"] if present else []
    parts += [f"the program makes {listed(sorted(made))}"] if made else []
    return Check(question, tuple(findings), "; ".join(parts) or "none is used")


def _template(plan: Plan, state: State, name: str, wanted: set[int | None]) -> Iterator[Finding]:
    assert not isinstance(state.guests, Unread)
    template = plan.lab.site.templates[name]
    path = ("site", "templates", name)
    guest = state.guests.get(template.vmid)
    severity = "error" if template.vmid in wanted else "warning"
    if guest is None and not state.sees_all("/vms", "VM.Audit"):
        yield unchecked(path, f"the template {name}", missing_privilege("/vms", "VM.Audit"))
    elif guest is None or not guest.template or guest.node != template.host:
        what = f"VMID {template.vmid} is {guest}" if guest else f"nothing has VMID {template.vmid}"
        yield TEMPLATE_NOT_FOUND.finding(
            (*path, "vmid"),
            f"the template {name} is to be on {template.host}, and {what}",
            f"write the vmid and host of a template; a machine becomes one by `qm template {template.vmid}`",
            severity=severity,
        )
    else:
        config = state.configs.get(template.vmid, Unread(f"{template.host} is not online"))
        if isinstance(config, Unread):
            yield unchecked(path, f"the template {name}", config)
        else:
            yield from _configuration(name, template.vmid, template.storage, config)


def _configuration(name: str, vmid: int, storage: str, config: Config) -> Iterator[Finding]:
    path = ("site", "templates", name)
    drives = [str(value) for key, value in config.items() if key.rstrip("0123456789") in BUSES]
    disks = [value for value in drives if "media=cdrom" not in value and "cloudinit" not in value]
    if not any(value.startswith(f"{storage}:") for value in disks):
        yield TEMPLATE_UNFIT.finding(
            (*path, "storage"),
            f"the template {name} ({vmid}) has no disk on {storage}: {listed(disks) or 'it has no disk at all'}",
            "write the storage that its disk is on",
        )
    if not any("cloudinit" in value for value in drives):
        yield TEMPLATE_UNFIT.finding(
            path,
            f"the template {name} ({vmid}) has no cloud-init drive, so it may not be of a cloud image: what is cloned "
            "from it would have neither its address nor its name",
            f"on the host: `qm set {vmid} --ide2 {storage}:cloudinit`, if its image has cloud-init",
        )
    if not has_agent(config):
        yield TEMPLATE_UNFIT.finding(
            path,
            f"the guest agent is off in the template {name} ({vmid}), so its image may not have one: `up` would wait "
            "15 minutes for each machine's address",
            f"install qemu-guest-agent in the image, then `qm set {vmid} --agent 1`",
        )

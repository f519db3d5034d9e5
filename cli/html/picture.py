"""The lab as a picture: hosts with their bridges, networks, machines, GPUs, storages and disks, as inline SVG.

It is drawn twice, for wide and for narrow screens, of which the page shows one: so text keeps its size.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import htpy as h

from config.machine import Machine
from plan.ledger import ledger
from plan.model import HostUse, Plan
from plan.wording import gib, plural

GAP, PAD = 8, 10
LINE = 15
"""Height of a line of text, in the picture's units, which are pixels where it is shown unscaled."""
CHARACTER = 6.2
"""Mean width of a character of the smaller text."""


class Sheet(NamedTuple):
    """The size of a drawing."""

    name: str
    width: int
    columns: int

    @property
    def box(self) -> float:
        """Width of a box."""
        return (self.width - 2 * PAD - (self.columns - 1) * GAP) / self.columns


class Box(NamedTuple):
    """A machine's lines, before its frame has a height."""

    name: str
    kind: str
    is_node: bool
    adopted: bool
    lines: tuple[h.Element, ...]
    height: float


SHEETS = (Sheet("narrow", 340, 2), Sheet("wide", 1080, 5))


class Drawing(NamedTuple):
    """Elements, and the height that they take."""

    elements: tuple[h.Element, ...]
    height: float


def picture_section(plan: Plan) -> h.Element:
    """The picture of all hosts, for both widths."""
    return h.section(id="picture")[
        h.h2["The lab"],
        (
            h.div(class_=sheet.name)[(_svg(plan, use, sheet) for use in plan.capacity.hosts), _outside(plan, sheet)]
            for sheet in SHEETS
        ),
    ]


def _outside(plan: Plan, sheet: Sheet) -> h.Element | None:
    """The nodes that are not machines of a host."""
    if not plan.lab.outside:
        return None
    boxes = [_outside_node(plan, name, sheet) for name in plan.lab.outside]
    elements, height = _rows(boxes, PAD + LINE + GAP, sheet)
    title = f"title-{sheet.name}-outside"
    return h.svg({"viewBox": f"0 0 {sheet.width} {height:.0f}"}, role="group", aria_labelledby=title)[
        h.title(id=title)["Nodes outside of Proxmox"],
        _text(PAD, PAD + LINE, "outside of Proxmox", "name"),
        elements,
    ]


def _svg(plan: Plan, use: HostUse, sheet: Sheet) -> h.Element:
    machines = [name for name, machine in plan.lab.machines.items() if machine.host == use.name]
    drawing = _host(plan, use, machines, sheet)
    key = f"{sheet.name}-{use.name}"
    return h.svg(
        {"viewBox": f"0 0 {sheet.width} {drawing.height:.0f}"},
        role="group",
        aria_labelledby=f"title-{key} description-{key}",
    )[
        h.title(id=f"title-{key}")[f"Host {use.name}"],
        h.desc(id=f"description-{key}")[
            f"{plural(len(machines), 'machine')} on {use.name}, each with the numbers of its networks, and the disks "
            "below with their storages."
        ],
        drawing.elements,
    ]


def _host(plan: Plan, use: HostUse, machines: Sequence[str], sheet: Sheet) -> Drawing:
    host = plan.lab.site.hosts[use.name]
    networks = _networks(plan, use.name)
    top = PAD + 2 * LINE
    size = f"{gib(use.memory)}, {host.cores} cores, {host.threads} threads, {use.vcpus} vCPUs committed"
    elements = [
        _text(PAD, PAD + LINE, f"host {use.name}", "name"),
        _text(PAD, PAD + 2 * LINE, size, "soft small"),
    ]
    top += GAP
    for number, label in networks.values():
        elements += [
            h.line(class_="net", x1=PAD + 18, x2=sheet.width - PAD, y1=top + LINE + 4, y2=top + LINE + 4),
            *_dot(PAD + 7, top + LINE, number),
            _text(PAD + 20, top + LINE - 1, _fitting(label, sheet.width - 2 * PAD - 20), "small"),
        ]
        top += LINE + GAP
    top += GAP
    rows, top = _rows([_machine(plan, name, networks, sheet) for name in machines], top, sheet)
    elements += rows
    disks = _disks(plan, use.name, sheet)
    elements.append(h.g(transform=f"translate({PAD} {top:.1f})")[disks.elements])
    top += disks.height + PAD
    frame = h.rect(class_="host", x=1, y=1, width=sheet.width - 2, height=round(top) - 2, rx=8)
    return Drawing((frame, *elements), top)


def _rows(boxes: Sequence[Box], top: float, sheet: Sheet) -> tuple[list[h.Element], float]:
    """Boxes in rows as wide as the sheet, and where they end."""
    elements: list[h.Element] = []
    for first in range(0, len(boxes), sheet.columns):
        row = boxes[first : first + sheet.columns]
        height = max(box.height for box in row)
        for column, box in enumerate(row):
            left = PAD + column * (sheet.box + GAP)
            elements.append(h.g(transform=f"translate({left:.1f} {top:.1f})")[_framed(box, height, sheet)])
        top += height + GAP
    return elements, top


def _networks(plan: Plan, host: str) -> dict[str, tuple[int, str]]:
    """Number and label of each network whose bridge the host has."""
    networks = plan.lab.networks
    bridges = {name for name, bridge in networks.bridges.items() if host in bridge.hosts}
    here = {name: row for name, row in networks.networks.items() if row.bridge in bridges}
    return {
        name: (number, f"{name} {row.cidr}, {row.bridge}{f' VLAN {row.vlan}' if row.vlan else ''}")
        for number, (name, row) in enumerate(here.items(), 1)
    }


def _machine(plan: Plan, name: str, networks: dict[str, tuple[int, str]], sheet: Sheet) -> Box:
    machine = plan.lab.machines[name]
    inner = sheet.box - 2 * GAP
    adopted = machine.adopt
    addresses = ", ".join(str(each.address) for each in machine.interfaces if each.address)
    texts = [
        (name, "name"),
        (f"{machine.role}{'' if adopted else ', new'}", "soft small"),
        (f"{plural(machine.vcpus, 'vCPU')}, {gib(machine.memory)}", "small"),
        (addresses or "no fixed address", "soft small"),
    ]
    lines = [
        _text(GAP, GAP + LINE * (row + 1) - 3, _fitting(text, inner), style) for row, (text, style) in enumerate(texts)
    ]
    top = GAP + LINE * len(texts) + 4
    for column, number in enumerate(
        dict.fromkeys(networks[each.network][0] for each in machine.interfaces if each.network in networks)
    ):
        lines += _dot(GAP + 7 + column * 18, top + 7, number)
    top += LINE + 4
    for device in machine.pci_devices:
        lines += [
            h.rect(class_="chip", x=GAP, y=top, width=f"{inner:.1f}", height=LINE + 6, rx=2),
            _text(GAP + 5, top + LINE, _fitting(_device(plan, machine, device), inner - 10), "small"),
        ]
        top += LINE + 6 + 4
    return Box(name, machine.role, machine.role != "appliance", adopted, tuple(lines), top + 4)


def _outside_node(plan: Plan, name: str, sheet: Sheet) -> Box:
    node = plan.lab.outside[name]
    texts = [
        (name, "name"),
        (node.role, "soft small"),
        (f"{plural(node.cpus, 'CPU')}, {gib(node.memory)}", "small"),
        (str(node.address or "no fixed address"), "soft small"),
    ]
    lines = tuple(_lines(texts, sheet.box - 2 * GAP))
    return Box(name, node.role, is_node=True, adopted=True, lines=lines, height=2 * GAP + LINE * len(texts))


def _device(plan: Plan, machine: Machine, name: str) -> str:
    device = plan.lab.site.hosts[machine.host].pci_devices[name]
    memory = f", {device.video_memory_mib:,} MiB" if device.video_memory_mib else ""
    return f"{name}{memory}"


def _framed(box: Box, height: float, sheet: Sheet) -> h.Element | tuple[h.Element, ...]:
    style = f"box{' node' if box.is_node else ''}{'' if box.adopted else ' created'}"
    frame = h.rect(class_=style, width=f"{sheet.box:.1f}", height=f"{height:.1f}", rx=5)
    if box.is_node:
        return h.a(href=f"#machine-{box.name}", aria_label=f"{box.name}, {box.kind}")[frame, box.lines]
    return (frame, *box.lines)


def _disks(plan: Plan, host: str, sheet: Sheet) -> Drawing:
    """The physical disks, each with its storages and the data on it."""
    row = plan.lab.site.hosts[host]
    entries = ledger(plan.lab)
    columns = max(1, min(3, sheet.columns - 1))
    width = (sheet.width - 2 * PAD - (columns - 1) * GAP) / columns
    elements: list[h.Element] = []
    height = GAP + 3 * LINE + 4
    for number, (name, disk) in enumerate(row.disks.items()):
        on_it = (entry for entry in entries if any((at.server, at.disk) == (host, name) for at in entry.places))
        storages = ", ".join(key for key, storage in row.storages.items() if storage.disk == name) or "no storage"
        texts = (
            (f"{name} ({disk.medium})", "name"),
            (f"{gib(sum(entry.size for entry in on_it))} of data on {gib(disk.size)}", "small"),
            (f"storages: {storages}", "soft small"),
        )
        left, top = (number % columns) * (width + GAP), (number // columns) * (height + GAP)
        elements.append(
            h.g(transform=f"translate({left:.1f} {top:.1f})")[
                h.rect(class_="disk", width=f"{width:.1f}", height=f"{height:.1f}", rx=10),
                (
                    _text(GAP, GAP + LINE * (at + 1) - 3, _fitting(text, width - 2 * GAP), style)
                    for at, (text, style) in enumerate(texts)
                ),
            ]
        )
    rows = -(-len(row.disks) // columns)
    return Drawing(tuple(elements), rows * (height + GAP))


def _lines(texts: Iterable[tuple[str, str]], width: float) -> Iterator[h.Element]:
    """Lines of text, one below the other, with their styles."""
    for row, (text, style) in enumerate(texts, 1):
        yield _text(GAP, GAP + LINE * row - 3, _fitting(text, width), style)


def _text(x: float, y: float, text: str, style: str = "") -> h.Element:
    return h.text(class_=style or None, x=f"{x:.1f}", y=f"{y:.1f}")[text]


def _dot(x: float, y: float, number: int) -> Iterator[h.Element]:
    yield h.circle(class_="dot", cx=f"{x:.1f}", cy=f"{y:.1f}", r=8)
    yield h.text({"text-anchor": "middle"}, class_="small", x=f"{x:.1f}", y=f"{y + 3.5:.1f}")[str(number)]


def _fitting(text: str, width: float) -> str:
    """The text, shortened if it is wider than there is room."""
    most = int(width / CHARACTER)
    return text if len(text) <= most else f"{text[: most - 1]}…"

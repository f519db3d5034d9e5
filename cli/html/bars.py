"""Bars: an amount of a whole, with its numbers and its state in words."""

from collections.abc import Iterator, Mapping

import htpy as h

from plan.wording import percent

TIGHT, FULL = 0.75, 0.9
"""Shares above which a bar is called tight, and nearly full."""
COLOURS = 6


def use(label: str, amount: str, part: int, whole: int, allowed: int | None = None) -> h.Element:
    """A bar of one colour; its state is next to it in words. More than the whole may be `allowed`."""
    most = whole if allowed is None else allowed
    return h.div(".use")[
        h.div(".label")[h.span[label], h.span[f"{amount} ({percent(part, whole)}){state(part, most)}"]],
        h.div(".bar", aria_hidden="true")[h.span(class_=_style(part, most), style=f"width:{_width(part, most)}")],
    ]


def use_by_tier(
    label: str, amount: str, parts: Mapping[str, tuple[int, str]], whole: int, tiers: list[str]
) -> h.Element:
    """A bar of a segment for each tier, and the segments' amounts in words below it."""
    used = sum(part for part, _ in parts.values())
    return h.div(".use")[
        h.div(".label")[h.span[label], h.span[f"{amount} ({percent(used, whole)}){state(used, whole)}"]],
        h.div(".bar", aria_hidden="true")[
            (
                h.span(class_=colour(tier, tiers), style=f"width:{_width(part, max(whole, used))}")
                for tier, (part, _) in parts.items()
            )
        ],
        h.p(".parts")[_with_commas(_part(tier, shown, tiers) for tier, (_, shown) in parts.items())],
    ]


def state(part: int, whole: int) -> str:
    """The state in words; nothing where there is room."""
    if part > whole:
        return ", too much"
    if whole and part / whole > FULL:
        return ", nearly full"
    return ", tight" if whole and part / whole > TIGHT else ""


def colour(tier: str, tiers: list[str]) -> str:
    """The class of a tier's colour."""
    return f"t{tiers.index(tier) % (COLOURS - 1)}" if tier in tiers else f"t{COLOURS - 1}"


def _part(tier: str, shown: str, tiers: list[str]) -> h.Element:
    key = h.span(class_=f"key {colour(tier, tiers)}", aria_hidden="true")
    return h.span(".part")[key, f"{tier} {shown}"]


def _with_commas(parts: Iterator[h.Element]) -> Iterator[h.Element | str]:
    for number, part in enumerate(parts):
        if number:
            yield ", "
        yield part


def _style(part: int, whole: int) -> str:
    share = part / whole if whole else 0
    return "full" if share > FULL else "tight" if share > TIGHT else "plain"


def _width(part: int, whole: int) -> str:
    return f"{min(100, 100 * part / whole):.1f}%" if whole else "0"

"""Did you mean: the nearest known name to one that is not known."""

from collections.abc import Iterable

_SHOWN = 12


def did_you_mean(name: str, known: Iterable[str], whole: str = "") -> str:
    """`; did you mean 'memory'?`, or what is known when nothing is near, or nothing when nothing is known.

    All that is known is named, unless `whole` says where the rest is found: a few then.
    """
    from difflib import get_close_matches  # only a mistake pays for it

    names = sorted(one for one in known if one.isprintable())
    if near := get_close_matches(name, names, n=1):
        return f"; did you mean {near[0]!r}?"
    if not names:
        return ""
    if not whole or len(names) <= _SHOWN + 1:
        return f"; known: {', '.join(names)}"
    return f"; known: {', '.join(names[:_SHOWN])} and {len(names) - _SHOWN:,} more: {whole}"

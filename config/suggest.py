"""Did you mean: the nearest known name to one that is not known."""

from collections.abc import Iterable

_SHOWN = 12


def did_you_mean(name: str, known: Iterable[str], most: int | None = _SHOWN) -> str:
    """`; did you mean 'memory'?`, or what is known when nothing is near, or nothing when nothing is known.

    Of what is known `most` are named; None names all.
    """
    from difflib import get_close_matches  # only a mistake pays for it

    names = sorted(one for one in known if one.isprintable())
    if near := get_close_matches(name, names, n=1):
        return f"; did you mean {near[0]!r}?"
    if not names:
        return ""
    shown = names[:most]
    return f"; known: {', '.join(shown)}{', ...' if len(shown) < len(names) else ''}"

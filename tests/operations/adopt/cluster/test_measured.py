"""The table of docs/moving-in.md: of each kind of object, how many are declared, and why the others are not."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from observation import read_dump
from operations.adopt.cluster.adoption import Wishes, adopt_cluster
from operations.adopt.cluster.origins import LeftOut
from operations.adopt.cluster.world import read_world

DUMPS = ("shed", "attic", "loft")
CHARTS = Wishes(repositories=dict.fromkeys(("metrics", "my-charts"), "https://charts.example.org"))
PAGE = Path("docs/moving-in.md")


class Count(NamedTuple):
    """Objects of one kind."""

    declared: int
    of_charts: int
    kept: int
    unused: int
    left_out: Counter[str]

    @property
    def total(self) -> int:
        return self.declared + self.of_charts + self.kept + self.unused + sum(self.left_out.values())


def counted(tmp_path: Path) -> dict[str, Count]:
    found: dict[str, dict[str, Counter[str]]] = {}
    for dump in DUMPS:
        objects = [each for some in read_dump(Path("tests/dumps") / dump).resources.values() for each in some]
        world = read_world(objects)
        adoption = adopt_cluster(tmp_path / dump, objects, CHARTS)
        assert adoption.not_written == ()
        declared = {key for each in adoption.added for key in each.objects}
        kept = {key for each in adoption.added for key in each.kept}
        for key, origin in world.origins.items():
            counts = found.setdefault(key.kind, {"state": Counter(), "why": Counter()})
            if isinstance(origin, LeftOut):
                counts["why"][origin.why] += 1
            elif key in kept:
                counts["state"]["kept"] += 1
            elif key in adoption.unused:
                counts["state"]["unused"] += 1
            elif key in declared or key.kind == "Namespace":
                counts["state"]["declared"] += 1
            else:
                counts["state"]["of charts"] += 1
    return {
        kind: Count(
            counts["state"]["declared"],
            counts["state"]["of charts"],
            counts["state"]["kept"],
            counts["state"]["unused"],
            counts["why"],
        )
        for kind, counts in found.items()
    }


def table(found: dict[str, Count]) -> list[str]:
    lines = ["| kind | objects | declared | by charts | not declared |", "|---|---|---|---|---|"]
    for kind, each in sorted(found.items(), key=lambda one: (-one[1].total, one[0])):
        reasons = [f"{count} {why}" for why, count in each.left_out.most_common()]
        reasons += [f"{each.kept} kept as they are"] if each.kept else []
        reasons += [f"{each.unused} used by nobody"] if each.unused else []
        lines.append(f"| {kind} | {each.total} | {each.declared} | {each.of_charts} | {', '.join(reasons) or '-'} |")
    return lines


def test_the_page_has_what_is_measured(tmp_path: Path) -> None:
    measured = "\n".join(table(counted(tmp_path)))
    assert measured in PAGE.read_text(encoding="utf-8"), measured

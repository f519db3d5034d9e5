"""Prod on the real control plane: `python -m benchmark.rehearsing` prints the seconds until all of its pods run."""

import sys

from benchmark.process import ROOT
from config.load import load_lab
from plan import make_plan
from rehearsal.control_plane import PartFailed, ToolMissing, cluster
from rehearsal.rehearse import rehearse


def main() -> None:
    """Apply prod, wait until it has settled, and print how long that took; or say why not."""
    plan = make_plan(load_lab(ROOT / "config" / "labs" / "prod"))
    try:
        with cluster(plan) as running:
            (step,) = rehearse(running.api, plan, ())
    except (PartFailed, ToolMissing) as failed:
        sys.exit(f"not run: {failed}")
    print(step.apply_seconds + step.outcome.seconds)


if __name__ == "__main__":
    main()

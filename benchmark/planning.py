"""Planning one lab at several sizes: `python -m benchmark.planning FACTOR` prints CPU seconds per service."""

import gc
import sys
import time
from dataclasses import replace

from benchmark.process import ROOT
from config.lab import Lab
from config.load import load_lab
from plan import make_plan


def multiplied(lab: Lab, factor: int) -> Lab:
    """A lab with `factor` times the services, all else alike."""
    copies = {
        f"{name}-{copy}" if copy else name: service for copy in range(factor) for name, service in lab.services.items()
    }
    return replace(lab, services=copies)


def seconds_per_service(factor: int) -> float:
    """CPU seconds that planning takes for each service."""
    lab = multiplied(load_lab(ROOT / "config" / "prod"), factor)
    make_plan(lab)
    gc.disable()  # as the command line does
    rounds = max(1, 20 // factor)
    begin = time.process_time()
    for _ in range(rounds):
        make_plan(lab)
    return (time.process_time() - begin) / rounds / len(lab.services)


if __name__ == "__main__":
    print(seconds_per_service(int(sys.argv[1])))

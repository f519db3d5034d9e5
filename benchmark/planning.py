"""Planning one lab at several sizes.

`python -m benchmark.planning FACTOR ROUNDS` prints CPU seconds per service and peak MiB; with `shown` for ROUNDS it
plans once, with the forecast.
"""

import gc
import resource
import sys
import time
from dataclasses import replace
from statistics import median

from benchmark.process import ROOT
from config.lab import Lab
from config.load import load_lab
from plan import make_plan
from plan.forecast import look_ahead


def multiplied(lab: Lab, factor: int) -> Lab:
    """A lab with `factor` times the services, all else alike."""
    copies = {
        f"{name}-{copy}" if copy else name: service for copy in range(factor) for name, service in lab.services.items()
    }
    return replace(lab, services=copies)


def seconds_per_service(factor: int, rounds: int) -> float:
    """CPU seconds that planning takes for each service: the median of some rounds, after one to warm up."""
    lab = multiplied(load_lab(ROOT / "config" / "labs" / "prod"), factor)
    gc.disable()  # as the command line does
    measured = [_seconds(lab) for _ in range(rounds + 1)][1:]
    return median(measured) / len(lab.services)


def _seconds(lab: Lab) -> float:
    begin = time.process_time()
    make_plan(lab)
    return time.process_time() - begin


if __name__ == "__main__":
    if sys.argv[2:] == ["shown"]:
        look_ahead(make_plan(multiplied(load_lab(ROOT / "config" / "labs" / "prod"), int(sys.argv[1]))))
    else:
        seconds = seconds_per_service(int(sys.argv[1]), int(sys.argv[2]))
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

"""A very large lab, planned by the whole command: its files are written, and `homelab plan` reads them.

`python -m benchmark.large NODES REPLICAS` writes as many workers and services, each with so many pods, and prints CPU
seconds and peak MiB of the command.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import yaml

from benchmark.process import ROOT, cost_of

SMALL = ROOT / "tests" / "labs" / "outside"
"""A lab whose nodes are no machines of Proxmox."""


def write_lab(folder: Path, nodes: int, replicas: int) -> None:
    """The small lab with `nodes` more workers, and a service of `replicas` pods for each of them."""
    shutil.copytree(SMALL, folder)
    stated = yaml.safe_load((folder / "nodes.yaml").read_text(encoding="utf-8"))
    more = {f"node-{number}": stated["two"] for number in range(nodes)}
    (folder / "nodes.yaml").write_text(json.dumps(stated | more), encoding="utf-8")
    cluster = (folder / "cluster.yaml").read_text(encoding="utf-8")
    (folder / "cluster.yaml").write_text(cluster.replace("10.42.0.0/16", "10.64.0.0/10"), encoding="utf-8")
    service = yaml.safe_load((folder / "services" / "wiki.yaml").read_text(encoding="utf-8"))
    for number in range(nodes):
        text = yaml.safe_dump(service | {"replicas": replicas})
        (folder / "services" / f"service-{number}.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        lab = Path(temporary) / "large"
        write_lab(lab, int(sys.argv[1]), int(sys.argv[2]))
        cost = cost_of("-m", "cli.main", "plan", "--lab", str(lab), runs=1)
        print(cost.cpu_seconds, cost.peak_mib)

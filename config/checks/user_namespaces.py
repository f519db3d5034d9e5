"""User namespaces: the API server takes none in a pod that shares namespaces of its node."""

from collections.abc import Iterator

from config.draft import Draft
from config.source import Problem


def check_user_namespaces(lab: Draft) -> Iterator[Problem]:
    """A pod has users of its own, or shares the network or the processes of the node (validateHostUsers)."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            security = part.workload.security
            shared = {
                "host_network": part.workload.host_network,
                "security.host_pid": security.host_pid,
                "security.host_ipc": security.host_ipc,
            }
            if security.user_namespace and (key := next((each for each, is_so in shared.items() if is_so), None)):
                message = f"the API server refuses it beside {key}: leave out one of the two"
                yield lab.problem((*part.path, "security", "user_namespace"), message)

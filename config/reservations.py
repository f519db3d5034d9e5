"""Resources that a node reserves for itself, out of reach of pods."""

from config.kubelet import Kubelet, Reservation
from config.quantity import Cpu, Memory

KUBE_PER_POD = Reservation(cpu=Cpu.parse("5m"), memory=Memory.parse("5M"))
SYSTEM_PER_POD = Reservation(cpu=Cpu.parse("5m"), memory=Memory.parse("10M"))
"""Per pod that may run on the node, a rule for small nodes (docs/facts.md, kubeadm and the nodes)."""


def kube_reserved(kubelet: Kubelet) -> Reservation:
    """For the kubelet and containerd."""
    return kubelet.kube_reserved or _times(KUBE_PER_POD, kubelet.max_pods)


def system_reserved(kubelet: Kubelet) -> Reservation:
    """For everything else that is not a pod."""
    return kubelet.system_reserved or _times(SYSTEM_PER_POD, kubelet.max_pods)


def reserved(kubelet: Kubelet) -> Reservation:
    """Both together."""
    return _sum(kube_reserved(kubelet), system_reserved(kubelet))


def by_rule(kubelet: Kubelet) -> Reservation:
    """Both together, if none of them were stated."""
    return _times(_sum(KUBE_PER_POD, SYSTEM_PER_POD), kubelet.max_pods)


def _times(reservation: Reservation, pods: int) -> Reservation:
    return Reservation(cpu=Cpu(reservation.cpu * pods), memory=Memory(reservation.memory * pods))


def _sum(one: Reservation, other: Reservation) -> Reservation:
    return Reservation(cpu=Cpu(one.cpu + other.cpu), memory=Memory(one.memory + other.memory))

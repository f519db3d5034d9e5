"""Effects of deleting objects by which a lab is watched, and its certificates are renewed, as plain data.

Sources: prometheus-operator v0.86 (`pkg/apis/monitoring/v1`); cert-manager v1.19 (`pkg/apis/certmanager/v1`; flag
`--enable-certificate-owner-ref`, which is off by default).
"""

from collections.abc import Mapping

from plan.changes.kind_rule import Kind, KindRule, serves

_UNWATCHED = KindRule(serves("Nothing is measured or reported by it any more: alerts that rest on it stay silent."))
_MONITORING = ("PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor")

WATCHING_KINDS: Mapping[Kind, KindRule] = {
    **{("monitoring.coreos.com", kind): _UNWATCHED for kind in _MONITORING},
    ("cert-manager.io", "Certificate"): KindRule(
        serves("Its certificate is not renewed any more; its Secret stays, unless cert-manager was told to own it.")
    ),
    ("cert-manager.io", "ClusterIssuer"): KindRule(
        serves("No certificate that it signed is renewed."), knows_updates=False
    ),
    ("cert-manager.io", "Issuer"): KindRule(serves("No certificate that it signed is renewed."), knows_updates=False),
}

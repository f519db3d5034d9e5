"""Services, addresses, routes and name resolution."""

from operations.doctor.catalogue.rule import Rule

NETWORK = {
    "NETWORK-POLICY-BLOCKS": Rule(
        "A NetworkPolicy blocks the traffic",
        "A pod that a NetworkPolicy selects takes only the traffic that a policy allows.",
    ),
    "SERVICE-SELECTOR-MATCHES-NOTHING": Rule(
        "A Service's selector matches no pod",
        "A Service leads to the ready pods with all labels of its selector; one wrong value matches none.",
    ),
    "SERVICE-SELECTS-NOTHING": Rule(
        "A Service without any pods",
        "A Service whose workload is gone leads nowhere.",
    ),
    "POD-NAMES-MISSING": Rule(
        "The pods of a StatefulSet have no names",
        "A StatefulSet's pods are named in DNS by the headless Service that serviceName names.",
    ),
    "SERVICE-UNREADY": Rule(
        "No pod behind a Service is ready",
        "A Service leads to ready pods only.",
    ),
    "SERVICE-PORT-WRONG": Rule(
        "A Service leads to a port that its pods do not have",
        "targetPort is a number, or the name of a port of the pod's containers.",
    ),
    "ADDRESSES-NOT-ANNOUNCED": Rule(
        "Addresses are assigned and not announced",
        "MetalLB announces the addresses of pools that an L2Advertisement or BGPAdvertisement names.",
    ),
    "LOAD-BALANCER-PENDING": Rule(
        "A Service has no external address",
        "A load balancer gives a Service of type LoadBalancer its address.",
    ),
    "LOAD-BALANCER-POOL-FULL": Rule(
        "A pool of addresses is used up",
        "MetalLB gives each Service an address of its own, unless Services share one by a key.",
    ),
    "LOAD-BALANCER-ADDRESS-TAKEN": Rule(
        "An address belongs to another Service",
        "MetalLB gives an address twice only to Services that share it by a key.",
    ),
    "LOAD-BALANCER-ADDRESS-OUTSIDE": Rule(
        "An address is in no pool",
        "MetalLB gives only addresses of its pools.",
    ),
    "ROUTE-SERVICE-MISSING": Rule(
        "A route leads to a Service that does not exist",
        "An Ingress leads to Services of its own namespace; without the Service it answers 503 or 404.",
    ),
    "ROUTE-PORT-MISSING": Rule(
        "A route leads to a port that a Service does not have",
        "A route names a port of the Service, not of the pod.",
    ),
    "INGRESS-CLASS-MISSING": Rule(
        "An ingress class does not exist",
        "An Ingress is served by the controller of its class only.",
    ),
    "INGRESS-CLASS-NOT-STATED": Rule(
        "An Ingress without a class",
        "Without a class an Ingress gets the default one; without that nothing serves it.",
    ),
    "INGRESS-HOST-TWICE": Rule(
        "Two Ingresses for one host and path",
        "Of two Ingresses for the same host and path the controller takes one.",
    ),
    "TLS-SECRET-MISSING": Rule(
        "A certificate's Secret does not exist",
        "An Ingress takes its certificate from a Secret of its own namespace.",
    ),
    "MIDDLEWARE-MISSING": Rule(
        "A middleware does not exist",
        "Traefik does not serve a route whose middleware it cannot find.",
    ),
    "DNS-CONFIGURATION": Rule(
        "Cluster DNS cannot read its configuration",
        "CoreDNS ends at the first mistake in its Corefile; every name of the cluster goes through it.",
    ),
}

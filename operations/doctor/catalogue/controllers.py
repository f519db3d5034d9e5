"""Controllers, Jobs, autoscalers, releases, and what stays behind."""

from operations.doctor.catalogue.rule import Rule

CONTROLLERS = {
    "POD-STUCK-TERMINATING": Rule(
        "A deleted pod stays in Terminating",
        "A pod is gone when its kubelet confirms that it ended and all finalizers are removed.",
    ),
    "WORKLOAD-UNREADY": Rule(
        "A workload is short of ready pods",
        "A controller keeps as many ready pods as are wanted; a rollout continues only as new ones become ready.",
    ),
    "ROLLOUT-PAUSED": Rule(
        "A rollout is paused",
        "A paused Deployment accepts changes and rolls none of them out until it is resumed.",
    ),
    "CONTROLLER-SILENT": Rule(
        "A change is not acted on",
        "A controller writes the generation that it has seen into observedGeneration.",
    ),
    "ESSENTIAL-SCALED-DOWN": Rule(
        "Something that the cluster needs is scaled to 0",
        "Without cluster DNS no name is resolved; without metrics-server no autoscaler measures.",
    ),
    "JOB-FAILED": Rule(
        "A Job failed",
        "A Job fails for good after backoffLimit retries or at activeDeadlineSeconds, and is not started again.",
    ),
    "CRONJOB-SUSPENDED": Rule(
        "A CronJob is suspended",
        "With suspend: true a CronJob starts nothing, and does not make up for it later.",
    ),
    "CRONJOB-SCHEDULE-INVALID": Rule(
        "A CronJob's schedule cannot be read",
        "schedule is a cron line, timeZone a name of the IANA list; with another one the CronJob starts nothing.",
    ),
    "CRONJOB-BLOCKED": Rule(
        "A CronJob waits for its own last run",
        "With concurrencyPolicy Forbid no run starts while the one before is active, however long that is.",
    ),
    "CRONJOB-MISSED": Rule(
        "A CronJob was due and did not run",
        "A run that cannot be started within startingDeadlineSeconds is left out; after 100 missed ones nothing "
        "starts.",
    ),
    "CRONJOB-WITHOUT-SUCCESS": Rule(
        "A CronJob's runs do not succeed",
        "status.lastSuccessfulTime is the end of its last run that succeeded.",
    ),
    "CRONJOB-SUSPICIOUSLY-SHORT": Rule(
        "A CronJob's run was far shorter than the others",
        "A shell returns the exit code of the last part of a pipe: a dump that fails before gzip still succeeds.",
    ),
    "AUTOSCALER-TARGET-MISSING": Rule(
        "An autoscaler's target does not exist",
        "scaleTargetRef names kind and name in the same namespace.",
    ),
    "AUTOSCALER-CANNOT-SCALE": Rule(
        "An autoscaler cannot scale",
        "AbleToScale is False while the target's scale cannot be read or changed.",
    ),
    "AUTOSCALER-WITHOUT-METRICS": Rule(
        "An autoscaler gets no metrics",
        "CPU and memory come from metrics.k8s.io, which metrics-server serves.",
    ),
    "AUTOSCALER-WITHOUT-REQUEST": Rule(
        "An autoscaler has no request to measure against",
        "Utilization is a share of the request: every container of the pod must state one.",
    ),
    "AUTOSCALER-AT-MAXIMUM": Rule(
        "An autoscaler is at its maximum",
        "An autoscaler makes no more than maxReplicas, however high the load.",
    ),
    "VPA-TARGET-MISSING": Rule(
        "A vertical autoscaler's target does not exist",
        "targetRef names kind and name in the same namespace.",
    ),
    "VPA-WITHOUT-RECOMMENDATION": Rule(
        "A vertical autoscaler recommends nothing",
        "The recommender writes into each VerticalPodAutoscaler what its pods use, after about a day of watching.",
    ),
    "VPA-NOT-MADE": Rule(
        "Goldilocks made no vertical autoscaler",
        "Goldilocks' controller makes a VerticalPodAutoscaler for each workload of the namespaces that have its label.",
    ),
    "NAMESPACE-STUCK": Rule(
        "A deleted namespace stays in Terminating",
        "A namespace is gone when all of its objects are, their finalizers included.",
    ),
    "FINALIZER-STUCK": Rule(
        "A deleted object is held by finalizers",
        "An object is gone when every finalizer has been removed by the controller that set it.",
    ),
    "NOT-READY": Rule(
        "An object reports that it is not healthy",
        "Controllers write the state of an object into its conditions.",
    ),
    "RELEASE-INTERRUPTED": Rule(
        "A Helm release was interrupted",
        "Helm refuses to work on a release whose newest revision is pending.",
    ),
    "RELEASE-FAILED": Rule(
        "A Helm upgrade failed",
        "A failed upgrade leaves its changes in place; nothing is rolled back by itself.",
    ),
}

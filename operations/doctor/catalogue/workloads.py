"""Controllers, Jobs and autoscalers."""

from operations.doctor.catalogue.rule import Rule

WORKLOADS = {
    "POD-REFUSED": Rule(
        "Pods cannot be created",
        "A controller creates pods through the API server, which may refuse each of them.",
    ),
    "QUOTA-BLOCKS-PODS": Rule(
        "A quota has no room for another pod",
        "A ResourceQuota counts the requests of all pods of a namespace, those of a rollout's old revision included.",
    ),
    "QUOTA-NEEDS-REQUESTS": Rule(
        "A quota demands a resource that pods do not state",
        "Where a quota counts a resource, a pod that does not state it is refused.",
    ),
    "LIMIT-RANGE-REFUSES": Rule(
        "A LimitRange refuses pods",
        "A LimitRange bounds requests and limits of each container, and the ratio between them.",
    ),
    "SERVICE-ACCOUNT-MISSING": Rule(
        "A service account does not exist",
        "A pod is not created before the ServiceAccount that it names exists.",
    ),
    "PRIORITY-CLASS-MISSING": Rule(
        "A priority class does not exist",
        "A pod that names a PriorityClass that does not exist is refused.",
    ),
    "RUNTIME-CLASS-MISSING": Rule(
        "A runtime class does not exist",
        "A pod that names a RuntimeClass that does not exist is refused.",
    ),
    "WEBHOOK-UNREACHABLE": Rule(
        "A webhook cannot be asked",
        "With failurePolicy Fail the API server refuses what it cannot show to the webhook.",
    ),
    "WEBHOOK-WITHOUT-PODS": Rule(
        "A webhook without a pod behind it",
        "With failurePolicy Fail the API server refuses what it cannot show to the webhook.",
    ),
    "POLICY-REFUSES": Rule(
        "A policy refuses pods",
        "An admission webhook may refuse any object, with a reason of its own.",
    ),
    "POD-SECURITY-REFUSES": Rule(
        "Pod Security refuses pods",
        "The label pod-security.kubernetes.io/enforce of a namespace says what its pods may not do.",
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
    "LEADER-SILENT": Rule(
        "A part of the control plane does not work",
        "Of several schedulers and controller managers one leads, and renews a lease every two seconds. Pods that run "
        "go on without them.",
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
    "CSI-SIDECARS-DEFAULTED": Rule(
        "Sidecars of a CSI driver state no memory",
        "A LimitRange gives a container that states nothing its default, many times what a CSI sidecar uses.",
    ),
    "BUDGET-BLOCKS-DRAIN": Rule(
        "A disruption budget holds a drain up",
        "An eviction is refused while the budget's disruptionsAllowed is 0; a drain tries for ever.",
    ),
    "DATABASE-NOT-WHOLE": Rule(
        "A database cluster is short of instances",
        "CloudNativePG counts the instances that are ready against those wanted.",
    ),
    "WAL-ARCHIVING-FAILS": Rule(
        "A database's log is not archived",
        "PostgreSQL keeps its write-ahead log until it is archived; a base backup without it cannot be restored "
        "to the end.",
    ),
    "BACKUP-NOT-STARTED": Rule(
        "A backup was due and was not started",
        "CloudNativePG's operator starts a ScheduledBackup at nextScheduleTime, and then writes the next one there.",
    ),
    "BACKUP-EMPTY": Rule(
        "A backup holds nothing",
        "A backup that selects nothing completes, and nothing can be restored from it.",
    ),
    "BACKUP-STORE-UNAVAILABLE": Rule(
        "A store of backups is out of reach",
        "Nothing is copied while the store does not answer; what is missed is not caught up with.",
    ),
    "BACKUP-FAILED": Rule(
        "A backup failed",
        "A backup that failed protects nothing: only the newest that succeeded counts.",
    ),
}

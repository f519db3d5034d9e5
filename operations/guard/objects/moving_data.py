"""How data is moved that a change would leave behind, as text for messages: what to run, in which order."""

_RETAIN = '`kubectl patch pv VOLUME -p \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'`'
_RELEASE = '`kubectl patch pv VOLUME --type json -p \'[{"op":"remove","path":"/spec/claimRef"}]\'`'
_TAKE_AWAY = (
    "take the StatefulSet away without its pods (`kubectl delete statefulset NAME --namespace NAMESPACE "
    "--cascade=orphan`)"
)

HOW_CLAIMS_MOVE = (
    f"stop the service; {_RETAIN}; delete the old claim; {_RELEASE}; and state `volumeName: VOLUME` in the new claim, "
    "or copy the data"
)
"""A claim never changes its namespace or name: its volume is bound to a new one."""

HOW_CLASSES_CHANGE = (
    "make a second claim of the new class, stop the service, copy the data with a pod that mounts both, and let the "
    "service mount the new one"
)
"""A volume never changes its class."""

HOW_DATABASES_MOVE = (
    "take a backup, and let the new database begin with it (`bootstrap.recovery`), or dump the old one and load it"
)

HOW_TEMPLATES_GROW = (
    "grow each claim (`kubectl patch pvc CLAIM --namespace NAMESPACE -p "
    '\'{"spec":{"resources":{"requests":{"storage":"SIZE"}}}}\'`), '
    f"{_TAKE_AWAY}, and apply this, which recreates it around them"
)
"""A template of claims is read when a pod is made for the first time, and never again."""

HOW_TEMPLATES_CHANGE = (
    "scale it to 0; make a second claim as the new template has it for each of its claims, and copy the data with a "
    f"pod that mounts both; for the volume of each copy: {_RETAIN}, delete both claims, {_RELEASE}, and make a claim "
    f"named TEMPLATE-NAME-0, TEMPLATE-NAME-1, ... with `volumeName: VOLUME`; {_TAKE_AWAY}, and apply this"
)
"""A claim never changes its class, and a StatefulSet knows its claims by their names."""

HOW_TEMPLATES_GO = (
    "scale it to 0; make the claim that its pods mount now, copy the data into it with a pod that mounts both, and "
    "apply this"
)
"""Without templates, all its pods have one claim."""

"""How data is moved that a change would leave behind, as text for messages: what to run, in which order."""

HOW_CLAIMS_MOVE = (
    'stop the service; `kubectl patch pv VOLUME -p \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'`; delete '
    'the old claim; `kubectl patch pv VOLUME --type json -p \'[{"op":"remove","path":"/spec/claimRef"}]\'`; and '
    "state `volumeName: VOLUME` in the new claim, or copy the data"
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
    '\'{"spec":{"resources":{"requests":{"storage":"SIZE"}}}}\'`), take the StatefulSet away without its pods '
    "(`kubectl delete statefulset NAME --namespace NAMESPACE --cascade=orphan`), and apply this, which recreates it "
    "around them"
)
"""A template of claims is read when a pod is made for the first time, and never again."""

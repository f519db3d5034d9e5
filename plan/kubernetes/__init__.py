"""The behaviour of Kubernetes: admission, scheduling, eviction, cgroups."""

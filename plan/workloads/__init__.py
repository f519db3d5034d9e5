"""Workloads: from what a service states to its Kubernetes objects."""

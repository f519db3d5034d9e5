"""The use of nodes, namespaces, hosts and GPUs."""

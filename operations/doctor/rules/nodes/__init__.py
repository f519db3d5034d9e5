"""Rules about nodes, their kubelets and devices."""

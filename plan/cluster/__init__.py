"""The cluster: its members, kubeadm's documents, its credentials, and its nodes."""

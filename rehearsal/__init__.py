"""Stand-ins for Proxmox and for the cluster, on this machine, to try a lab on. The program never imports them."""

"""Takes machines that run into `machines.yaml`, and compares those that stand there with their host."""

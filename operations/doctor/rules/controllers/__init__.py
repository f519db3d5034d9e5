"""Rules about workloads, jobs and autoscalers."""

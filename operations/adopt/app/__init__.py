"""Services whose workloads run, in the keys of the format: a file of kind `app` that renders to what runs."""

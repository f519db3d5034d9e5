"""Files of other tools, as services of a lab: manifests, values of a chart, and Docker Compose."""

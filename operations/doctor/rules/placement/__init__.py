"""Rules about pods that find no node or are not created."""

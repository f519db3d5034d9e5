"""Problems of a cluster: pure functions of an observation to findings, one for each cause."""

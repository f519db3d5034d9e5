"""Changes between two plans, and their consequences for the lab that runs."""

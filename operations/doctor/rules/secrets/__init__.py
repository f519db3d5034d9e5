"""Rules about secrets, certificates and authorities."""

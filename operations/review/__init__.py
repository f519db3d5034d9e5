"""A change of a lab as its reviewer needs it: what fails, what to look at, what is routine, what was not checked."""

"""Takes objects that run into the state of a stack, without a change to any of them."""

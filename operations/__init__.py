"""What is checked between a plan and an `up`: what Pulumi is about to do to what runs."""

"""What was built and waits to be published."""

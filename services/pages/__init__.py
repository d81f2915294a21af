"""What is looked at: the map."""

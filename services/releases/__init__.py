"""What is published: immutable, checked as a whole, swapped in with one rename."""

"""What a command does. The only room that introduces adapters to one another."""

"""What tells a person, at the door: by what columns are called and by what they hold."""

"""What a release is handed out as."""

"""What a release is served from."""

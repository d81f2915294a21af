"""Where a release is kept."""

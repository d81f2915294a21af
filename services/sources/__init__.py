"""Where areas and figures come from."""

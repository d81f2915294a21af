"""What people write, in TOML: themes, lenses, sources; read with all faults at once."""

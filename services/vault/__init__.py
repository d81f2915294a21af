"""The vault: what protection needs and nobody else may have. It lies outside every home, for its owner alone."""

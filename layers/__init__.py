"""The method: what is declared (themes, indicators, lenses, sources) and the layer built from it."""

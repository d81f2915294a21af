"""Features in other words than GeoJSON."""

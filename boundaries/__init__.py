"""The places: CBS divisions by year, H3 hexagons, and the ways between them."""

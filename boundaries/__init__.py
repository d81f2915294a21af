"""The places: buurten of CBS by vintage, H3 hexagons, and the crosswalks between them."""

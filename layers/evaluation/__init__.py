"""How good a search is: maps of which the truth is known, and what a search gets right on them."""

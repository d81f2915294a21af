"""The method: what is declared, the layer built from it, and what is said of that. Reads nothing but its own TOML.

`themes/ lenses/ sources/` are the shipped declarations. Rooms, each using only those after it: evaluation (how good a
search is), method (figures to a layer), publication (what is said of it; knows no measure), declarations (what people
write, all faults at once), messages (all text that a person reads, in Dutch and English).
"""

"""Disclosure control: what may leave of counts, and what others can compute from it. Values in, values out."""

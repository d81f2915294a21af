"""Testland: the made-up country."""

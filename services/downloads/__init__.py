"""Figures, boundaries and squares from the services of CBS, the police and PDOK."""

"""Requests to services of others: few at a time, retried, every answer checked and cached on disk."""

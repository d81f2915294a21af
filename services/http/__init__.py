"""How services of others are asked: politely, checked, and remembered on disk."""

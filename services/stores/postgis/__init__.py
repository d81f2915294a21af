"""A release in PostgreSQL with PostGIS, which several servers read: written, found and read there."""

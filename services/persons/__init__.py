"""The search for persons in records: by the names of columns and by what they hold."""

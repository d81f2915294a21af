"""A municipality's own records: read, checked for persons, placed and counted, and never kept."""

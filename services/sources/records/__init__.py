"""A municipality's own records: placed and counted, and never kept."""

"""Searching for whole places: windows of areas that lie together, each place tested as one."""

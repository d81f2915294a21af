"""What stands beside the API: pages for people, files, projects of QGIS, and what who watches it asks."""

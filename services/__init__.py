"""The shell: fetch, store, publish, serve, export, and the command line. All I/O is here."""

"""The shell: all I/O is here. Each room answers one question; the import contracts in pyproject.toml say who uses whom.

Commands: cli and notebook use jobs, which alone introduces the rooms below to one another, and ogc, which serves.
In: sources (figures and boundaries), downloads (what services of others hold), http (how they are asked), formats (how
bytes become rows), persons (what identifies a person, and is refused), testland (the made-up country).
Out: workspace (what was built), releases (what is published), stores (what is served from), exporters and pages.
"""

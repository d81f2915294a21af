"""`python -m services.cli`: the command without its installation."""

from services.cli import main

main()

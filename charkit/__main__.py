"""`python -m charkit` is the `charkit` command."""

from charkit.cli import main

if __name__ == "__main__":
    main()

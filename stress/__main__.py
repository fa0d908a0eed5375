"""`python -m stress`: the command line."""

from stress.cli import main

if __name__ == "__main__":
    main()

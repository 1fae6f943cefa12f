"""`python -m ccmcp` is the `ccmcp` command."""

import sys

from ccmcp.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""The command line over the catalogue's tools, as a process: `python -m tests.cli.program`."""

import sys

from ccmcp.cli import main, progress
from tests.cli.catalogue import catalogue, open_shelf

if __name__ == "__main__":
    progress.PATIENCE = 0  # tests don't wait to see a bar
    sys.exit(main(catalogue=catalogue, open_history=open_shelf))

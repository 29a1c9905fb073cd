"""`python -m wyoming_tts` is the command line."""

import sys

from wyoming_tts.cli import main

if __name__ == "__main__":
    sys.exit(main())

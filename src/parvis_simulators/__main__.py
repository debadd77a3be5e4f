"""`python -m parvis_simulators NAME`: start one of the peers that Parvis talks to."""

import importlib
import sys

SIMULATORS = {
    "mailbox": "parvis_simulators.mailbox.server",
    "journey": "parvis_simulators.journey.run",
    "signin": "parvis_simulators.signin.server",
    "timestamp": "parvis_simulators.timestamp.server",
}


def main() -> int:
    """Run one simulator; its own options follow its name."""
    if len(sys.argv) < 2 or sys.argv[1] not in SIMULATORS:  # noqa: PLR2004 - a name is the second word
        sys.stderr.write(f"usage: python -m parvis_simulators {{{','.join(SIMULATORS)}}} [options]\n")
        return 2
    code: int = importlib.import_module(SIMULATORS[sys.argv[1]]).main(sys.argv[2:])
    return code


if __name__ == "__main__":
    sys.exit(main())

"""`python -m parvis.cli.bench.signing.zygote`: a process ready to sign a batch, forked for each try.

It has loaded everything and opened nothing. For each line read (a batch), it forks a child that signs, writes the
child's number, waits, and writes how it ended. The bench kills the child wherever it is.
"""

import os
import sys
from uuid import UUID


def main() -> None:
    """Serve until the input ends."""
    import django  # noqa: PLC0415 - the settings come from the environment

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - Django is ready

    settings.DEMO = True
    from parvis.signing import commands  # noqa: PLC0415 - same

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            commands.sign_batch(batch_id=UUID(line.strip()))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Where a report was measured: enough to judge the figures, and no path or name of the machine."""

import os
import platform
from pathlib import Path
from typing import Any

_GIBIBYTE = 1024**3


def facts() -> dict[str, Any]:
    """Return the machine's facts. Call it before measuring: the load is that of the others."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": processor(),
        "memory_gib": round(memory / _GIBIBYTE, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def processor() -> str:
    """Return the processor's model, or its architecture where the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.machine()


def software() -> dict[str, str]:
    """Return the versions that matter. Needs Django and the database."""
    import django  # noqa: PLC0415 - kept out of `parvis bench` alone
    from django.db import connection  # noqa: PLC0415 - same

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    return {"django": django.__version__, "postgresql": version, "fsync": fsync}

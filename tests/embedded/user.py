"""A program that uses the embedded PostgreSQL until it gets SIGTERM: ``python user.py DATA_DIR``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from opchat_core.embedded import embedded_postgres

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
with embedded_postgres(Path(sys.argv[1])) as url:
    sys.stdout.write(f"using {url}\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM})

"""How fast opchat is: ``python -m tests.benchmarks [--quick] [--database-url URL] [--only 1,2,10] [--json FILE]``.

Starts everything by itself, and prints the table of docs/explanation/performance.md; with ``--docs`` it renews that.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from tests.benchmarks import footprint, reading, receiving, sending, streams
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import table

from opchat_core.embedded import embedded_postgres

if TYPE_CHECKING:
    from tests.benchmarks.measuring import Row

GROUPS = {
    receiving: {1, 2, 10},
    streams: {8, 9},
    sending: {11},
    footprint: {12, 13, 14},
    reading: {3, 4, 5, 6, 7},
}
"""What measures which rows; what makes many chats comes last."""

PAGE = Path("docs", "explanation", "performance.md")


def main() -> int:
    """Measure; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, in about two minutes")
    parser.add_argument("--database-url", help="a PostgreSQL for scratch databases; by default an own one")
    parser.add_argument("--only", default="", help="numbers of rows, with commas between them")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--docs", action="store_true", help=f"renew the table in {PAGE}")
    options = parser.parse_args()
    wanted = {int(number) for number in options.only.split(",") if number}
    begin = monotonic()
    rows: list[Row] = []
    with ExitStack() as opened:
        directory = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="opchat-bench-")))
        server = options.database_url or opened.enter_context(embedded_postgres(directory / "data"))
        bench = opened.enter_context(Bench(server, directory, quick=options.quick))
        for group, numbers in GROUPS.items():
            if not wanted or wanted & numbers:
                sys.stderr.write(f"{monotonic() - begin:4.0f} s: rows {', '.join(map(str, sorted(numbers)))} ...\n")
                rows += [row for row in group.rows(bench) if not wanted or row.number in wanted]
    rows.sort(key=lambda row: row.number)
    found = {
        "machine": f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}",
        "quick": options.quick,
        "seconds": round(monotonic() - begin),
        "rows": [row.to_json() for row in rows],
    }
    text = f"{table(rows)}\n\nMeasured with {found['machine']}, in {found['seconds']} s.\n"
    sys.stdout.write(text)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    if options.docs:
        before, _, rest = PAGE.read_text().partition("<!-- results -->\n")
        after = rest.partition("<!-- end of results -->")[2]
        PAGE.write_text(f"{before}<!-- results -->\n{text}<!-- end of results -->{after}")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

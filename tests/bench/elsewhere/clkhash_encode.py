"""Runs in clkhash's own environment: python clkhash_encode.py ROWS.csv prints seconds and version as JSON."""

import io
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

from clkhash.clk import generate_clk_from_csv
from clkhash_link import _schema


def main() -> None:
    """Encode every row twice: as clkhash does by itself, a process a core, and in one process for its work."""
    rows = Path(sys.argv[1]).read_text(encoding="utf-8")
    schema = _schema(rows.split("\n", 1)[0].strip().split(","))
    started = time.perf_counter()
    found = generate_clk_from_csv(io.StringIO(rows), "of the benchmark", schema, progress_bar=False)
    seconds, before = time.perf_counter() - started, time.process_time()
    generate_clk_from_csv(io.StringIO(rows), "of the benchmark", schema, progress_bar=False, max_workers=1)
    measured = {"seconds": seconds, "processor": time.process_time() - before}
    sys.stdout.write(json.dumps({**measured, "records": len(found), "version": version("clkhash")}))


if __name__ == "__main__":
    main()

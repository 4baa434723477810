"""Run the product's own commands on data that nobody here made, and print precision, recall and F1.

python -m tests.real.run febrl4     FOLDER_WITH_dataset4a.csv
python -m tests.real.run historical historical_50k.parquet
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.real import projects

_SETS: dict[str, Callable[[Path, Path], None]] = {"febrl4": projects.febrl4, "historical": projects.historical}


def joinedup(*arguments: str) -> dict[str, Any]:
    """One command with ``--json``; its result."""
    done = subprocess.run([sys.executable, "-m", "flows.cli", *arguments, "--json"], capture_output=True, text=True)
    if done.returncode > 1:
        raise SystemExit(f"joinedup {arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(name: str, data: Path) -> dict[str, Any]:
    """Make the project, its keys and approval; encode, link and evaluate it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _SETS[name](data, folder)
        project = str(folder / "project")
        joinedup("keys", "new", project)
        joinedup("approve", project)
        started = time.perf_counter()
        joinedup("pseudonymise", project, "--plain")
        encoded = time.perf_counter()
        joinedup("link", project, "--plain")
        linked = time.perf_counter()
        scores = joinedup("evaluate", project, "--truth", str(folder / "truth.csv"))
    return {
        "set": name,
        "pseudonymise_seconds": round(encoded - started, 1),
        "link_seconds": round(linked - encoded, 1),
        "scores": scores,
    }


if __name__ == "__main__":
    result = measure(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write(json.dumps(result, indent=2) + "\n")

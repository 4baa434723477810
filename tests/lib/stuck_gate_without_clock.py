"""The gate's worker, stuck, on a system whose clocks end no process: only its parent can end it."""

from governance.disclosure.gate import worker
from tests.lib.stuck_gate import main

worker.end_after = worker.end_after_work = lambda _seconds: None

if __name__ == "__main__":
    main()

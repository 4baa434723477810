"""A synthetic ICS of more people than the test range has NHS numbers for, only to measure what size costs.

python -m tests.bench.more_people make FOLDER PEOPLE [TIMES KNOWN]
python -m tests.bench.more_people COMMAND PROJECT --plain

With ``TIMES`` every event happens so often, and every service knows the share ``KNOWN`` of all people (``fuller``).
Numbers come from all that begin with 99, of which none is issued. joinedup itself refuses a synthetic project with a
number outside 999 (``E-SYNTHETIC``): that one check is off here, and nowhere else.
"""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.approving import approve_demo
from flows.cli import main as joinedup
from flows.demo import generate, population, world
from flows.demo.draws import Rng
from flows.demo.name_bands import use_bands
from flows.demo.nhs_numbers import MOST_PEOPLE, check_digits
from flows.demo.nhs_numbers import draw_numbers as draw_in_test_range
from flows.demo.paperwork import date_paperwork
from flows.key_desk import make_keys
from governance.intake import extracts
from tests.bench.fuller import fuller

_FIRST, _STEMS = 990_000_000, 10_000_000


def draw_numbers(rng: Rng, *, count: int) -> NDArray[np.int64]:
    """Different valid numbers; from the test range while that has enough."""
    if count <= MOST_PEOPLE:
        return draw_in_test_range(rng, count=count)
    stems = _FIRST + rng.permutation(_STEMS)[: count * 6 // 5 + 100].astype(np.int64)
    checks = check_digits(stems)
    numbers: NDArray[np.int64] = (stems * 10 + checks)[checks < 10][:count]
    return numbers


def make_fuller(times: int, known: float) -> None:
    """Let services be in touch more often, and with others too; whoever is not there then is left out as ever."""
    while_present = world._while_present

    def happened(events: Any, people: Any, needs: Any, timeline: Any) -> Any:
        return while_present(fuller(events, timeline, people.size, times=times, known=known), people, needs, timeline)

    world._while_present = happened


def make(folder: Path, people: int) -> None:
    """Extracts, keys and paperwork of a synthetic ICS, approved."""
    made = generate.make_ics(folder, people=people, seed=1, periods=generate.PERIODS)
    sys.stderr.write(f"rows: {made.rows}\n")
    date_paperwork(made.project, date.today())  # noqa: DTZ011 - as the demo does
    make_keys(made.project, demo=True)
    use_bands(made.project)
    approve_demo(made.project)


def main() -> None:
    """Make one, or run a command of joinedup on it."""
    population.draw_numbers = draw_numbers
    generate.MOST_PEOPLE = _STEMS * 9 // 11
    extracts._check_synthetic = lambda *_: None
    if sys.argv[1] == "make":
        if len(sys.argv) > 4:
            make_fuller(int(sys.argv[4]), float(sys.argv[5]))
            generate.PERIODS = generate.PERIODS[-1:]
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        joinedup()


if __name__ == "__main__":
    main()

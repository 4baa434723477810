"""Commands that write beside a run: none begins while another run of the project is going on."""

import pytest

from flows.evidence import write_evidence
from flows.find import find_proposals
from flows.lock import only_run
from flows.quality import quality
from governance.errors import ProjectError
from governance.lock import locked

COMMANDS = pytest.mark.parametrize("command", [find_proposals, quality, write_evidence], ids=lambda each: each.__name__)


def refused(command, root):
    """The code of what the command says of a folder in which there is nothing."""
    with pytest.raises(ProjectError) as told:
        command(root, "2026-10")
    return told.value.code


@COMMANDS
def test_it_waits_for_no_other_run_and_disturbs_none(tmp_path, command):
    """Whoever holds the lock is left alone, half-written files and all; a moment later the command begins."""
    half = tmp_path / "zones/analysis/2026-10/finder/.partial"
    half.mkdir(parents=True)
    with locked(tmp_path / ".joinedup/lock"):
        assert refused(command, tmp_path) == "E-BUSY"
        assert half.is_dir()
    assert refused(command, tmp_path) != "E-BUSY"
    assert not half.exists(), "the control: it sweeps, so it has to be alone"


@COMMANDS
def test_inside_of_a_run_of_this_process_it_is_part_of_it(tmp_path, command):
    """A lock that is held here is not waited for, nor let go of when the command has ended."""
    with only_run(tmp_path):
        assert refused(command, tmp_path) != "E-BUSY"
        assert refused(command, tmp_path) != "E-BUSY"

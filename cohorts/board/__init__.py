"""What the board decided, and by what it weighs groups: ``board.yaml``, which is the board's own.

It is not part of the config that information governance leads sign, for it decides nothing about records. Its digest is
part of what a report is made of, so two people who check a draft have seen it.
"""

from cohorts.board.facts import board_facts
from cohorts.board.settings import BOARD_FILE, Board, read_board

__all__ = ["BOARD_FILE", "Board", "board_facts", "read_board"]

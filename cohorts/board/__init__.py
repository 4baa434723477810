"""What a board decided, and by what it weighs groups: ``board.yaml``, which is the board's own.

The board of an area has its own, ``boards/ID.yaml``: what the whole decided it did not. A file is not part of the
config that information governance leads sign, for it decides nothing about records. Its digest is part of what a
report is made of, so two people who check a draft have seen it. What the report says of it is
``cohorts.board.facts``: a source's machine reads the file and makes no report.
"""

from cohorts.board.settings import BOARD_FILE, Board, BoardFiles, boards_digest, read_boards

__all__ = ["BOARD_FILE", "Board", "BoardFiles", "boards_digest", "read_boards"]

"""Whether every file that a month left is still the one that the ledger knows, without opening any of them."""

from governance.intact.check import Checked, check_files

__all__ = ["Checked", "check_files"]

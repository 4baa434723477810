"""Calibration is the package's own yardstick; the benchmark prints it."""

from linkage.calibration import BINS, Bin, bins, calibration_error, tenths

__all__ = ["BINS", "Bin", "bins", "calibration_error", "tenths"]

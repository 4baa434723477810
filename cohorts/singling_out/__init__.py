"""How many people in the analysis zone could be singled out by what somebody may already know of them."""

from cohorts.singling_out.alone import measure_alone
from cohorts.singling_out.measure import measure_singling_out

__all__ = ["measure_alone", "measure_singling_out"]

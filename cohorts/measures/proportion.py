"""A share of people, with Wilson's score interval.

    p = O / n;   limits = (2 O + z^2 -+ z sqrt(z^2 + 4 O q)) / (2 (n + z^2)),   q = 1 - p

Source: Wilson 1927, J Am Stat Assoc 22:209; recommended by Newcombe 1998, Stat Med 17:857, and by the Public Health
technical guide on confidence intervals for proportions.
"""

from math import sqrt

from cohorts.measures.estimate import Estimate, z_of


def proportion(part: float, whole: float, confidence: float = 0.95) -> Estimate | None:
    """``part`` of ``whole`` as a share between 0 and 1.

    Args:
        part: People (or other units) who have it.
        whole: All of them.
        confidence: Of the two-sided interval.

    Returns:
        None where there is nobody. The limits are exactly 0 and 1 at the ends.

    Raises:
        ValueError: ``part`` is negative or more than ``whole``.
    """
    if not 0 <= part <= whole:
        raise ValueError("a part lies between none and the whole")
    if whole == 0:
        return None
    z, share = z_of(confidence), part / whole
    middle, reach = 2 * part + z * z, z * sqrt(z * z + 4 * part * (1 - share))
    low = 0.0 if part == 0 else (middle - reach) / (2 * (whole + z * z))
    high = 1.0 if part == whole else (middle + reach) / (2 * (whole + z * z))
    return Estimate(share, low, high)

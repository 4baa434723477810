"""How often something befalls a group, for each time it befalls everybody else: a disproportionality ratio.

    ratio = (a/n1) / (b/n0);   se of its log = sqrt(1/a - 1/n1 + 1/b - 1/n0)

Against the *rest*, not against everyone: a group that is half of everyone would be compared half with itself.

Source: Katz, Baptista, Azen and Pike 1978, Biometrics 34:469 (log method); Altman, Practical statistics, 1991.
"""

from math import exp, log, sqrt

from cohorts.measures.estimate import Estimate, z_of


def against_rest(
    part: float, whole: float, all_part: float, all_whole: float, confidence: float = 0.95
) -> Estimate | None:
    """The ratio of a group's share to the share among all others.

    Args:
        part: Members of the group who have it.
        whole: Members of the group.
        all_part: Everyone who has it, the group included.
        all_whole: Everyone.
        confidence: Of the two-sided interval.

    Returns:
        None where the group or the rest has none of it, or is nobody.

    Raises:
        ValueError: The group is not part of everyone.
    """
    rest_part, rest_whole = all_part - part, all_whole - whole
    if not (0 <= part <= whole and 0 <= rest_part <= rest_whole):
        raise ValueError("a group is part of everyone")
    if not part or not rest_part:
        return None
    ratio = (part / whole) / (rest_part / rest_whole)
    reach = z_of(confidence) * sqrt(1 / part - 1 / whole + 1 / rest_part - 1 / rest_whole)
    return Estimate(ratio, exp(log(ratio) - reach), exp(log(ratio) + reach))

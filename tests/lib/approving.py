"""Approvals of the made-up project, by one person or by two."""

from governance.approval import Signing, approve, countersign, waiting_for
from governance.approval_record import trusted_approvers
from tests.lib.governance import AT, DAY

SIGNING = Signing(approver="A. Lead", author="B. Analyst", second="C. Guardian", at=AT)


def sign_first(bundle, ring, signing=SIGNING, *, key=None):
    """The first signature; gives the envelope's path."""
    return approve(bundle, key or ring.signing("approver", DAY), trusted_approvers(ring.infos()), signing)


def sign_second(bundle, ring, person="C. Guardian", *, key=None, day=DAY):
    """The second signature on what waits for a person."""
    waiting = waiting_for(bundle, trusted_approvers(ring.infos()), person)
    return countersign(bundle, key or ring.signing("second_approver", DAY), waiting, day)


def sign_both(bundle, ring, signing=SIGNING):
    """Two signatures."""
    sign_first(bundle, ring, signing)
    return sign_second(bundle, ring)

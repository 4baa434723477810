"""English for kinds of event, needs and sectors; anything not listed is spelt out from its id."""

from collections.abc import Sequence

from governance.english import joined

_EVENTS = {
    "gp.registration": "GP registration",
    "gp.consultation": "GP consultation",
    "gp.missed": "missed GP appointment",
    "gp.annual_check": "annual health check",
    "ed.attendance": "emergency department attendance",
    "apc.admission": "hospital admission",
    "ambulance.callout": "ambulance call-out",
    "mh.referral": "referral to mental health services",
    "mh.contact": "mental health contact",
    "mh.crisis": "mental health crisis contact",
    "asc.request": "request for adult social care",
    "asc.assessment": "adult social care assessment",
    "asc.service": "adult social care service",
    "asc.review": "adult social care review",
    "housing.application": "housing application",
    "housing.duty_to_refer": "duty-to-refer notice to the housing authority",
    "housing.relief_duty": "homelessness relief duty",
    "housing.accommodation": "placement in accommodation",
    "police.safeguarding_notice": "police safeguarding notice",
    "police.s136": "detention under section 136",
    "police.incident": "police incident",
    "treatment.referral": "referral to drug and alcohol treatment",
    "treatment.start": "start of drug and alcohol treatment",
    "treatment.contact": "drug and alcohol treatment contact",
    "treatment.exit": "end of drug and alcohol treatment",
    "probation.order": "probation order",
    "probation.release": "release from prison",
    "vcse.referral": "referral to a voluntary service",
    "vcse.contact": "voluntary service contact",
    "vcse.case_closed": "voluntary service case closure",
    "fire.home_visit": "fire service home visit",
    "fire.risk_flag": "fire service flag of a home at risk",
    "police.domestic_abuse": "police report of domestic abuse",
    "ed.domestic_abuse": "emergency department record of injury by somebody close",
    "probation.treatment_order": "probation order that asks for treatment",
    "da.conference": "risk assessment conference (MARAC)",
    "da.incident": "further incident of domestic abuse",
    "da.advocate_contact": "domestic abuse advocate contact",
    "csc.early_help": "early help episode",
    "csc.in_need_plan": "child in need plan",
    "csc.looked_after": "period of being looked after",
    "csc.leaving_care_contact": "leaving care contact",
    "school.persistent_absence": "term of persistent absence",
    "school.health_plan": "education, health and care plan",
    "community.appointment": "community health appointment",
    "community.not_brought": "community health appointment that the child was not brought to",
    "community.dental_check": "dental check",
    "community.health_assessment": "health assessment",
    "camhs.contact": "child and adolescent mental health contact",
    "talking.session": "talking therapy session",
    "warmth.referral": "referral to the warm-home scheme",
    "warmth.visit": "warm-home visit",
    "order.exclusion": "exclusion order",
    "team.episode": "team around the adult",
}

_SECTORS = {
    "nhs": "the NHS",
    "council": "the council",
    "police": "the police",
    "fire": "the fire service",
    "justice": "the justice system",
    "vcse": "a voluntary organisation",
}


_JOINTS = (" to ", " that ", " (", " around ", " for ", " of ", " in ", " under ", " from ", " by ")
"""Words after which a noun phrase only says more: its plural stands before the first of them."""


def event_words(kind: str, *, plural: bool = False) -> str:
    """An event kind in words."""
    words = _EVENTS.get(kind) or plain(kind.replace(".", " "))
    return _plural(words) if plural else f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def plain(name: str) -> str:
    """An id in words: ``substance_use`` is substance use."""
    return name.replace("_", " ")


def titled(name: str) -> str:
    """An id in words that begin a line."""
    words = plain(name)
    return words[0].upper() + words[1:]


def sector_words(sector: str) -> str:
    """A sector in words."""
    return _SECTORS.get(sector, plain(sector))


def sentence(text: str) -> str:
    """Somebody's own words, with the full stop that they may lack."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def kinds_words(kinds: Sequence[str]) -> str:
    """Which events something holds for; empty where it holds for all of a source's or a family of them."""
    if not kinds or any(kind.endswith("*") for kind in kinds):
        return ""
    return listed([event_words(kind, plural=True) for kind in kinds], "and")


def listed(items: list[str], last: str = "or") -> str:
    """``a, b or c``."""
    return joined(items, last)


def _plural(words: str) -> str:
    end = min((words.index(joint) for joint in _JOINTS if joint in words), default=len(words))
    head, rest = words[:end], words[end:]
    return f"{head[:-1]}ies{rest}" if head.endswith("ty") else f"{head}s{rest}"

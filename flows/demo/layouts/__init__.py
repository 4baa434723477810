"""How each of nine sources lays out what it delivers: one module a source, no two alike."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flows.demo.book import Book
from flows.demo.delivery import Delivery
from flows.demo.layouts import (
    adult_social_care,
    advice_service,
    drug_alcohol,
    emergency_care,
    gp_register,
    housing,
    mental_health,
    police,
    probation,
)
from flows.demo.wider import layout as wider
from flows.demo.wider.specs import SPECS
from flows.demo.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One source's way of delivering."""

    source: str
    open: Callable[[World], Book]
    deliver: Callable[[World, Book, str, int], Delivery]
    """World, book, period, and the first day after it."""
    cleaned_list: bool = False
    """National Data Opt-Outs apply, so a cleaned list comes back for it."""


LAYOUTS = (
    Layout(source="gp_register", open=gp_register.open_register, deliver=gp_register.deliver, cleaned_list=True),
    Layout(source="emergency_care", open=emergency_care.open_ecds, deliver=emergency_care.deliver, cleaned_list=True),
    Layout(source="mental_health", open=mental_health.open_mhsds, deliver=mental_health.deliver, cleaned_list=True),
    Layout(
        source="adult_social_care",
        open=adult_social_care.open_cld,
        deliver=adult_social_care.deliver,
        cleaned_list=True,
    ),
    Layout(source="housing", open=housing.open_hclic, deliver=housing.deliver),
    Layout(source="police", open=police.open_notices, deliver=police.deliver),
    Layout(source="drug_alcohol", open=drug_alcohol.open_ndtms, deliver=drug_alcohol.deliver, cleaned_list=True),
    Layout(source="advice_service", open=advice_service.open_cases, deliver=advice_service.deliver),
    Layout(source="probation", open=probation.open_cases, deliver=probation.deliver),
)

WIDER_LAYOUTS = tuple(
    Layout(
        source=spec.source,
        open=partial(wider.open_source, spec),
        deliver=partial(wider.deliver, spec),
        cleaned_list=spec.cleaned_list,
    )
    for spec in SPECS
)
"""The ten further services of a whole system share one layout."""

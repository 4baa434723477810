"""First languages: mostly English, for people born abroad often that of the community whose names they bear."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Streams, happens
from flows.demo.name_lists import COMMUNITIES
from flows.demo.population import Population
from flows.demo.world import World

_LANGUAGE_OF = {
    "polish": "pl", "romanian": "ro", "lithuanian": "lt", "indian": "pa", "pakistani": "ur", "bangladeshi": "bn",
    "vietnamese": "vi", "yoruba": "yo", "igbo": "ig", "ghanaian": "ak", "east_african": "so", "hausa": "ha",
    "arab": "ar", "turkish": "tr",
}  # fmt: skip
_SIGN_LANGUAGE = "q4"
LANGUAGES = ["en", *sorted(set(_LANGUAGE_OF.values())), _SIGN_LANGUAGE]
"""Codes in the order of what :func:`preferred_language` returns: ISO 639-1, and British Sign Language."""

_KEPT_ABROAD, _KEPT_HERE, _SIGNS, _NOT_ASKED = 0.6, 0.12, 0.0015, 0.15


def preferred_language(world: World) -> NDArray[np.int64]:
    """Position in ``LANGUAGES`` of everybody's first language, the same at every call; -1 where nobody asked.

    Args:
        world: What is true.

    Returns:
        One entry a person.
    """
    return languages_of(world.streams, world.people)


def languages_of(streams: Streams, people: Population) -> NDArray[np.int64]:
    """As :func:`preferred_language`, of people without a world."""
    own = np.array([LANGUAGES.index(_LANGUAGE_OF.get(name, "en")) for name in COMMUNITIES])[people.community]
    rng = streams.rng("first languages")
    found = np.where(happens(rng, np.where(people.born_abroad, _KEPT_ABROAD, _KEPT_HERE)), own, 0)
    found = np.where(happens(rng, _SIGNS, people.size), LANGUAGES.index(_SIGN_LANGUAGE), found)
    return np.where(happens(rng, _NOT_ASKED, people.size), -1, found)

"""Parts of public life: apart from the settings, which take half a second to load and which help does not need."""

from enum import StrEnum


class Sector(StrEnum):
    """Which part of public life a source belongs to."""

    NHS = "nhs"
    COUNCIL = "council"
    POLICE = "police"
    FIRE = "fire"
    JUSTICE = "justice"
    VCSE = "vcse"

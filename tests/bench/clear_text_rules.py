"""Blocking rules that suit clear text best, and the rules from which Splink takes its prior, by kind of set.

Clear text hides nothing inside a block, so its rules may be looser than any that joinedup would let tie strangers
together: a birth date alone, three letters of a name.
"""

_FIRST = "substr({0}, 1, {1})"

OWN_RULES: dict[str, list[list[str]]] = {
    "febrl": [["birth_text"], ["postcode"], ["surname"], ["forename"]],
    # Splink's own example on this set finds 0.67 of true pairs; with these it is 0.90.
    "historical": [
        ["forename", "surname"],
        ["birth_text"],
        ["postcode"],
        ["surname"],
        ["surname_phonetic", "forename_initial"],
        ["forename", "birth_year"],
        ["forename", "birth_place"],
        ["forename", "occupation"],
        ["forename_initial", "birth_place"],
        ["birth_place", "birth_year"],
        ["birth_place", "occupation"],
        ["postcode_district", "birth_place"],
    ],
    "pseudo": [
        ["nhs_number"],
        ["birth_text"],
        ["uprn"],
        ["forename", "surname"],
        ["phonetic_pair"],
        [_FIRST.format("forename", 3), _FIRST.format("surname", 3)],
        ["surname", "birth_year"],
        ["forename", "birth_year", "sex"],
    ],
    "ics": [
        ["nhs_number"],
        ["birth_text"],
        ["phonetic_pair"],
        ["surname_phonetic", "forename_initial"],
        [_FIRST.format("forename", 3), _FIRST.format("surname", 3)],
        ["phone"],
        ["email"],
        ["uprn"],
        ["postcode", "forename"],
        ["postcode", "surname"],
        ["postcode", "birth_year"],
    ],
    "weak": [
        ["birth_text"],
        ["phonetic_pair"],
        ["surname_phonetic", "forename_initial"],
        [_FIRST.format("forename", 3), _FIRST.format("surname", 3)],
        ["phone"],
        ["postcode", "forename"],
        ["postcode", "surname"],
        ["postcode", "birth_year"],
    ],
}
"""Chosen with the truth at hand for recall: more than any user of clear text would know."""

DETERMINISTIC: dict[str, list[list[str]]] = {
    "febrl": [["forename", "surname", "birth_text"], ["birth_text", "postcode"], ["forename", "surname", "postcode"]],
    "historical": [
        ["forename", "surname", "birth_text"],
        [_FIRST.format("forename", 2), "surname", _FIRST.format("postcode", 2)],
        ["birth_text", "postcode"],
    ],
    "pseudo": [["nhs_number"], ["forename", "surname", "birth_text"], ["forename", "surname", "uprn"]],
    "ics": [["nhs_number"], ["forename", "surname", "birth_text"], ["forename", "birth_text", "postcode"]],
    "weak": [["forename", "surname", "birth_text"], ["forename", "birth_text", "postcode"]],
}
"""Rules that hardly ever err; with their share of all true pairs they give the prior."""

RECALL = {"febrl": 0.8, "historical": 0.6, "pseudo": 0.8, "ics": 0.8, "weak": 0.7}
"""A guess that users make; 0.6 is that of Splink's example."""

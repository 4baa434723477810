"""Codes the law restricts, by family and code system: a closed list, each with its law and where it stands published.

``confirmed`` means that public code quotes the refset as the one that leaves restricted codes out. ``unconfirmed``
means that codes and titles were written down from knowledge of the classification and not held against its text: the
national list (information standard ISB 1572) is distributed through TRUD under licence, and has to be held against this
one by whoever has it. An ICS adds codes with ``restricted_codes`` in ``project.yaml``; none
can be taken away.
"""

from dataclasses import dataclass
from typing import Literal

CodeSystem = Literal["icd10", "opcs4", "snomed_ct"]
Status = Literal["confirmed", "unconfirmed"]

EDITION = "2026.11"

_LAWS = {
    "fertility": "Human Fertilisation and Embryology Act 1990 s33A",
    "sexual_health": "NHS Trusts and Primary Care Trusts (Sexually Transmitted Diseases) Directions 2000",
    "gender": "Gender Recognition Act 2004 s22",
    "termination": "Abortion Regulations 1991 reg 5",
}
_ICD10 = "WHO ICD-10, 5th edition, tabular list"
_OPCS4 = "NHS OPCS-4.10 tabular list"
_REFSETS = "SNOMED CT UK edition, general practice summary data sharing exclusion refsets"


@dataclass(frozen=True, slots=True)
class Family:
    """Codes of one system that begin alike, or one refset."""

    family: str
    system: CodeSystem
    code: str
    """The beginning of a code, without dots; of SNOMED CT the refset whose members are meant."""
    title: str
    source: str
    status: Status = "unconfirmed"

    @property
    def law(self) -> str:
        """What restricts it."""
        return _LAWS[self.family]


_PREFIXES = (
    Family("fertility", "icd10", "N97", "Female infertility", _ICD10),
    Family("fertility", "icd10", "N98", "Complications associated with artificial fertilization", _ICD10),
    Family("fertility", "icd10", "Z311", "Artificial insemination", _ICD10),
    Family("fertility", "icd10", "Z312", "In vitro fertilization", _ICD10),
    Family("fertility", "icd10", "Z313", "Other assisted fertilization methods", _ICD10),
    Family("sexual_health", "icd10", "A5", "Infections with a predominantly sexual mode of transmission", _ICD10),
    Family("sexual_health", "icd10", "A60", "Anogenital herpesviral infection", _ICD10),
    Family("sexual_health", "icd10", "A63", "Other predominantly sexually transmitted diseases", _ICD10),
    Family("sexual_health", "icd10", "A64", "Unspecified sexually transmitted disease", _ICD10),
    Family("sexual_health", "icd10", "B20", "HIV disease with infectious and parasitic diseases", _ICD10),
    Family("sexual_health", "icd10", "B21", "HIV disease with malignant neoplasms", _ICD10),
    Family("sexual_health", "icd10", "B22", "HIV disease with other specified diseases", _ICD10),
    Family("sexual_health", "icd10", "B23", "HIV disease with other conditions", _ICD10),
    Family("sexual_health", "icd10", "B24", "Unspecified HIV disease", _ICD10),
    Family("sexual_health", "icd10", "Z21", "Asymptomatic HIV infection status", _ICD10),
    Family("gender", "icd10", "F64", "Gender identity disorders", _ICD10),
    Family("termination", "icd10", "O04", "Medical abortion", _ICD10),
    Family("fertility", "opcs4", "Q13", "Introduction of gamete into uterine cavity", _OPCS4),
    Family("fertility", "opcs4", "Y96", "In vitro fertilisation", _OPCS4),
    Family("gender", "opcs4", "X15", "Operations for sexual transformation", _OPCS4),
    Family("termination", "opcs4", "Q14", "Introduction of abortifacient into uterine cavity", _OPCS4),
)  # fmt: skip

_REFSET_TITLES = (
    ("fertility", "999004371000000100", "Exclusion for assisted fertilisation"),
    ("sexual_health", "999004381000000103", "Exclusion for sexually transmitted disease"),
    ("gender", "999004351000000109", "Exclusion for gender related issues"),
    ("termination", "999004361000000107", "Exclusion for termination of pregnancy"),
)
FAMILIES = (
    *_PREFIXES,
    *(Family(family, "snomed_ct", refset, title, _REFSETS, "confirmed") for family, refset, title in _REFSET_TITLES),
)
"""Everything that is restricted."""


def prefixes(system: str) -> tuple[str, ...]:
    """Beginnings of the restricted codes of one system; none for SNOMED CT, whose refsets list whole codes."""
    return tuple(one.code for one in FAMILIES if one.system == system != "snomed_ct")

"""How a project links: which records are compared, on what, and how large a block or a model may become."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from governance.settings.base import Slug, Strict, Text
from governance.settings.slip import Slip

_STRANGERS = "Who shares a block would draw a map of the population that an intruder can read."

RuleComponent = Literal[
    "date_of_birth",
    "date_of_birth_unordered",
    "birth_year",
    "birth_month",
    "birth_day",
    "birth_day_month",
    "birth_day_month_unordered",
    "forename",
    "forename_initial",
    "forename_first3",
    "forename_phonetic",
    "surname",
    "surname_initial",
    "surname_first3",
    "surname_last3",
    "surname_phonetic",
    "surname_sorted",
    "phonetic_pair",
    "first3_pair",
    "initials",
    "postcode",
    "postcode_sector",
    "postcode_district",
    "nhs_number",
    "phone",
    "email",
    "uprn",
    "birth_place",
    "occupation",
    "sex",
]

ComparedField = Literal[
    "name", "date_of_birth", "sex", "postcode", "nhs_number", "phone", "email", "uprn", "birth_place", "occupation"
]

PERSONAL_ALONE = frozenset({"nhs_number"})
"""Components that may stand as a rule by themselves: the value belongs to one person."""


_DATE_PARTS = frozenset(
    {
        "date_of_birth",
        "date_of_birth_unordered",
        "birth_year",
        "birth_month",
        "birth_day",
        "birth_day_month",
        "birth_day_month_unordered",
        "sex",
    }
)


class BlockingRule(Strict):
    """Records that agree on every component are compared."""

    id: Slug
    components: Annotated[list[RuleComponent], Field(min_length=1)]

    @model_validator(mode="after")
    def _ties_no_strangers(self) -> Self:
        if len(self.components) == 1 and self.components[0] not in PERSONAL_ALONE:
            raise Slip(
                f"`{self.components[0]}` alone ties strangers together and lets an intruder map the population;"
                " add a component",
                "Add a name, a birth date or a place beside it.",
                _STRANGERS,
            )
        if len(set(self.components)) != len(self.components):
            raise Slip(
                "a component is listed twice",
                "List it once.",
                "The rule would look stricter than it is.",
            )
        if _DATE_PARTS.issuperset(self.components):
            raise Slip(
                "a birth date, whole or in part, ties strangers together; add a name or a place",
                "Add a name or a place beside it.",
                _STRANGERS,
            )
        return self


def _rule(id_: str, *components: RuleComponent) -> BlockingRule:
    return BlockingRule(id=id_, components=list(components))


DEFAULT_RULES = [
    _rule("phonetic_year", "phonetic_pair", "birth_year"),
    _rule("first3_sex", "first3_pair", "sex"),
    _rule("phonetic_sex", "phonetic_pair", "sex"),
    _rule("surname_letters_initial_sex", "surname_sorted", "forename_initial", "sex"),
    _rule("surname_phonetic_first3", "surname_phonetic", "forename_first3"),
    _rule("dob_initials", "date_of_birth_unordered", "initials"),
    _rule("dob_forename", "date_of_birth_unordered", "forename_phonetic"),
    _rule("postcode_first3", "postcode", "forename_first3"),
    _rule("postcode_dob", "postcode", "date_of_birth_unordered"),
    _rule("postcode_initials", "postcode", "initials"),
    _rule("nhs_number", "nhs_number"),
    _rule("phone_forename", "phone", "forename_initial"),
    _rule("email_forename", "email", "forename_initial"),
    _rule("uprn_forename", "uprn", "forename"),
]
"""Ten loose rules that are safe because a source sends no view of a block in which it knows several people
(``Linkage.max_source_records``), and four that tie nobody; chosen in decisions 16 and 26."""


STRICT_RULES = [
    _rule("dob_surname", "date_of_birth", "surname"),
    _rule("dob_forename_initial", "date_of_birth", "forename", "surname_initial"),
    _rule("dob_forename_district", "date_of_birth", "forename", "postcode_district"),
    _rule("dob_phonetic", "date_of_birth", "phonetic_pair"),
    _rule("dob_postcode", "date_of_birth", "postcode"),
    _rule("postcode_phonetic", "postcode", "phonetic_pair"),
    _rule("postcode_forename_year", "postcode", "forename", "birth_year"),
    _rule("postcode_forename_day", "postcode", "forename", "birth_day_month"),
    _rule("phonetic_year_day", "phonetic_pair", "birth_year", "birth_day_month_unordered"),
    _rule("postcode_initial_year", "postcode", "surname_initial", "birth_year"),
    _rule("postcode_year_day", "postcode", "birth_year", "birth_day"),
    _rule("first3_year_day", "forename_first3", "surname_first3", "birth_year", "birth_day"),
    _rule("nhs_number", "nhs_number"),
    _rule("phone_forename", "phone", "forename_initial"),
    _rule("email_forename", "email", "forename_initial"),
    _rule("uprn_forename", "uprn", "forename"),
]
"""The bold nine and three of design section 3.3, and four rules that tie nobody: few ties even without limits."""


class NameBandsFile(Strict):
    """The file that says which names are common and which are rare, by keyed id."""

    path: Text
    edition: Text
    """What was counted, such as `GP register, September 2026`."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the exact file; signed with this project file."""


PresetName = Literal["strict", "standard", "loose"]

PRESETS: dict[str, dict[str, Any]] = {
    "strict": {"rules": [rule.model_dump() for rule in STRICT_RULES]},
    "standard": {},
    "loose": {"max_source_people": 2},
}
"""What each preset sets, unless the project file says otherwise; where they stand: docs/benchmarks.md, Frontier."""


class Linkage(Strict):
    """How records are encoded, compared and joined."""

    preset: PresetName = "standard"
    """How much is shown so that more people are found: `strict` has narrower rules, `loose` lets a source that may hold
    a person twice send blocks with two people. `rules` and limits written out in this file go first."""
    rules: list[BlockingRule] = DEFAULT_RULES
    """Records that agree on every component of one of these are compared. Without them, those of the preset."""
    compare: list[ComparedField] = ["name", "date_of_birth", "sex", "postcode", "nhs_number", "phone", "email", "uprn"]
    """Fields that count as evidence."""
    swapped_names: bool = True
    """Forename and surname share an encoding key, so that swapped names can be recognised."""
    threshold_probability: Annotated[float, Field(ge=0.5, lt=1)] = 0.5
    """Records are joined at or above this match probability."""
    name_bands: NameBandsFile | None = None
    """How rare names are, in three bands; made by `joinedup bands build`. Without it all equal names weigh alike."""
    model: Literal["train", "reuse"] = "train"
    """Train weights on this period's pairs, or weigh with a model that was trained before and compare only what
    changed since the last run."""
    model_from: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = None
    """With `model: reuse`: the period whose model is used again. Without it, the last period's."""
    max_block_records: Annotated[int, Field(ge=2)] = 200
    """Blocks with more records are left out and counted: they say little and tie many people together."""
    max_pairs_per_record: Annotated[float, Field(gt=0, le=100)] = 25
    """A rule that would compare more pairs than this for each record is refused before anything is compared."""
    max_source_records: Annotated[int, Field(ge=1)] | None = 1
    """A source with one record a person sends no view of a block in which it has more records: several people share
    that block, which finds nobody and gives the block graph its shape. None sends all."""
    max_source_people: Annotated[int, Field(ge=1)] | None = 1
    """The same for a source that may hold a person twice. It counts people: records of a block that also agree in a
    number, most of a birth date, a name or a place are one person's, and those without a birth date are nobody. None
    sends all."""
    max_u_pairs: Annotated[int, Field(ge=1000)] = 2_000_000
    """Random pairs of its own records from which each source counts chance agreements."""
    epoch: Slug = "e1"
    """Keys live one epoch; a new epoch makes codes that cannot be joined to the old."""

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, written: Any) -> Any:
        named = written.get("preset") if isinstance(written, dict) else None
        return PRESETS[named] | written if isinstance(named, str) and named in PRESETS else written

    @model_validator(mode="after")
    def _rule_ids_differ(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) != len(ids):
            raise Slip(
                "two rules have the same id",
                "Give each rule an id of its own.",
                "Reports say by its id which rule found a pair.",
            )
        return self

    @model_validator(mode="after")
    def _sex_alone_tells_nothing_apart(self) -> Self:
        crowded = self.max_source_records is None or self.max_source_people is None
        loose = [
            rule.id for rule in self.rules if len(set(rule.components) - {"sex"}) == 1 and "sex" in rule.components
        ]
        if crowded and loose:
            raise Slip(
                f"rule `{loose[0]}` has one component besides sex: it ties strangers together unless"
                " max_source_records and max_source_people are set",
                "Set the two, or add a component.",
                _STRANGERS,
            )
        return self

    @model_validator(mode="after")
    def _model_from_needs_reuse(self) -> Self:
        if self.model_from and self.model == "train":
            raise Slip(
                "model_from names a model to use again, but model is train",
                "Set model: reuse, or take model_from away.",
                "One of the two would be ignored, and nobody could tell which weights were used.",
            )
        return self

"""LAW-01, LAW-02 and LAW-05: the bases of each source under the UK GDPR and the Data Protection Act 2018."""

import re
from collections.abc import Iterator

from governance.policy.rule import Problem, RunFacts, place, rule
from governance.policy.wording import names_a_law
from governance.settings import Bundle, Sector, Source

_ARTICLE_6 = re.compile(r"6\(1\)\([a-f]\)")
_ARTICLE_9 = re.compile(r"9\(2\)\([a-j]\)")
_SCHEDULE_1 = re.compile(r"\bpara(graph)?s? ?\d+", re.I)
_NEED_A_SCHEDULE_1_CONDITION = frozenset({"9(2)(b)", "9(2)(g)", "9(2)(h)", "9(2)(i)", "9(2)(j)"})
"""DPA 2018 section 10(2) and (3): these conditions are met only with a condition in Schedule 1."""
_CRIME_SECTORS = frozenset({Sector.POLICE, Sector.JUSTICE})
_LAW_ENFORCEMENT_SECTORS = frozenset({Sector.POLICE, Sector.FIRE, Sector.JUSTICE})
_SPECIAL_NEEDS = frozenset(
    {"mental_ill_health", "substance_use", "long_term_condition", "care_need", "frailty", "disability"}
)
"""Evidence of these is data concerning health, whoever holds it."""


def _legal(bundle: Bundle, source: Source, *below: str) -> str:
    return place(bundle, f"sources/{source.id}.yaml", "legal", *below)


@rule(
    id="LAW-01",
    level="block",
    title="A lawful basis under Article 6, and whose task it is",
    checks="Each source names its UK GDPR Article 6 basis as 6(1)(a) to 6(1)(f). With 6(1)(e) it names the statutory"
    " function, with the Act. Only processing under Part 3 of the DPA 2018 has no Article 6 basis.",
    why="Since the Data (Use and Access) Act 2025 a public task has to be the controller's own: somebody else's"
    " function is no basis for a council or an ICB.",
    source="UK GDPR Article 6; Data (Use and Access) Act 2025 section 70",
    good="article_6: 6(1)(e), statutory_function: Care Act 2014 s6",
    bad="article_6: 6(1)(e)   # and no function",
    fix="Set legal.article_6, and for 6(1)(e) legal.statutory_function with the Act and section that gives this"
    " organisation the task.",
    passed="Every source names its Article 6 basis, and whose public task it is.",
)
def article_6_basis(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every source has an Article 6 basis that is complete."""
    for source in bundle.sources:
        if fault := _article_6_fault(source):
            yield Problem(where=_legal(bundle, source, "article_6"), says=f"{source.title}: {fault}")


def _article_6_fault(source: Source) -> str:
    legal = source.legal
    if legal.article_6 is None:
        return "" if legal.law_enforcement_part == 3 else "no Article 6 basis is given."
    if not _ARTICLE_6.fullmatch(legal.article_6):
        return "the Article 6 basis is not one of 6(1)(a) to 6(1)(f)."
    if legal.article_6 == "6(1)(e)" and not names_a_law(legal.statutory_function or ""):
        return "the basis is 6(1)(e), but no Act is named that gives this organisation the task."
    return ""


@rule(
    id="LAW-02",
    level="block",
    title="A condition for health, care and crime data",
    checks="Sources of the NHS, with confidential patient information, with ethnic group or with needs that are about"
    " health name an Article 9 condition; (b), (g), (h), (i) and (j) also name the paragraph of DPA 2018 Schedule 1."
    " Police and justice sources name a Schedule 1 paragraph for crime data (Article 10).",
    why="Health, ethnicity and offences are what people are discriminated against for. Using them is forbidden unless"
    " one of a short list of conditions is met, and which one has to be written down.",
    source="UK GDPR Articles 9 and 10; DPA 2018 sections 10 and 11 and Schedule 1",
    good="article_9: 9(2)(h), schedule_1: DPA 2018 Sch 1 para 2",
    bad="sector: nhs   # and no article_9",
    fix="Set legal.article_9 to the condition of this source's DPIA and legal.schedule_1 to the paragraph it rests on.",
    passed="Every source with health, care, ethnicity or crime data names the condition it relies on.",
)
def special_category_condition(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every source that needs a condition has one, with its paragraph."""
    for source in bundle.sources:
        if source.legal.law_enforcement_part == 3:
            continue  # Part 3 has its own conditions, in Schedule 8
        if fault := _condition_fault(source):
            yield Problem(where=_legal(bundle, source), says=f"{source.title}: {fault}")


def _condition_fault(source: Source) -> str:
    article_9, schedule_1 = source.legal.article_9, source.legal.schedule_1
    paragraph = bool(_SCHEDULE_1.search(schedule_1 or ""))
    if article_9 is None and _is_special(source):
        return "it holds health, care or ethnicity data, but no Article 9 condition is given."
    if article_9 is not None and not _ARTICLE_9.fullmatch(article_9):
        return "the Article 9 condition is not one of 9(2)(a) to 9(2)(j)."
    if article_9 in _NEED_A_SCHEDULE_1_CONDITION and not paragraph:
        return f"{article_9} needs a paragraph of DPA 2018 Schedule 1, and none is given."
    if source.sector in _CRIME_SECTORS and not paragraph:
        return "it holds crime data, but no paragraph of DPA 2018 Schedule 1 is given."
    return ""


def _is_special(source: Source) -> bool:
    roles = {column.role for file in source.files for column in file.columns.values()}
    needs = {
        name
        for file in source.files
        for mapping in file.needs
        for name in ([mapping.need] if isinstance(mapping.need, str) else mapping.need.values.values())
    }
    confidential = source.opt_outs.confidential_patient_information
    return source.sector is Sector.NHS or confidential or "ethnic_group" in roles or bool(needs & _SPECIAL_NEEDS)


@rule(
    id="LAW-05",
    level="block",
    title="Police and fire data: Part 2 or Part 3, never both",
    checks="Each police and fire source says whether it is processed under Part 2 (general) or Part 3 (law enforcement)"
    " of the DPA 2018. Part 3 has no Article 6 or 9 basis beside it, and only police, fire and justice bodies have it.",
    why="Under Part 3 people have other rights and the data other limits. Data shared for planning services are not"
    " processed to catch offenders, and nobody may pick the regime that suits.",
    source="ICO data sharing code, law enforcement processing; DPA 2018 Parts 2 and 3",
    good="law_enforcement_part: 2, article_6: 6(1)(e)",
    bad="law_enforcement_part: 3, article_6: 6(1)(e)   # both",
    fix="Set legal.law_enforcement_part to 2, or to 3 without article_6 and article_9, as the source's own assessment"
    " says.",
    passed="Every police and fire source says under which part of the Act it is processed.",
)
def one_part_of_the_act(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Part 2 or Part 3 is stated where it has to be, and only one of them."""
    for source in bundle.sources:
        if fault := _part_fault(source):
            yield Problem(where=_legal(bundle, source, "law_enforcement_part"), says=f"{source.title}: {fault}")


def _part_fault(source: Source) -> str:
    part = source.legal.law_enforcement_part
    if part is None and source.sector in (Sector.POLICE, Sector.FIRE):
        return "it does not say whether Part 2 or Part 3 of the DPA 2018 applies."
    if part == 3 and source.sector not in _LAW_ENFORCEMENT_SECTORS:
        return "Part 3 is only for bodies that enforce the law."
    if part == 3 and not (source.legal.article_6 is None and source.legal.article_9 is None):
        return "it states Part 3 and a UK GDPR basis, which belongs to Part 2: both at once."
    return ""


RULES = (article_6_basis, special_category_condition, one_part_of_the_act)

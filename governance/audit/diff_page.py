"""The diff of two configs as sections: for its own page, and for the audit page."""

from collections.abc import Sequence

from governance.audit.blocks import Block, Cell, Points, Section, Table, Text, code
from governance.audit.render import render_page
from governance.changes.change import RISKS, Change, Risk
from governance.changes.diff import ConfigDiff
from governance.changes.text import signatures
from governance.code_version import code_version
from governance.settings import POLICY_VERSION

_TAGS: dict[Risk, Cell] = {
    "more": Cell("More", "bad"),
    "unclear": Cell("Read", "warn"),
    "other": Cell("Other", "wait"),
    "less": Cell("Less", "good"),
}


def render_diff(found: ConfigDiff, *, old: str, new: str, project: str) -> str:
    """The diff as a page.

    Args:
        found: What differs.
        old: What the older config is called, inside a sentence.
        new: Likewise.
        project: The project's title.
    """
    return render_page(
        "config_diff.html.jinja",
        project=project,
        old=old,
        new=new,
        headline=found.headline,
        sections=diff_sections(found),
        code_version=code_version(),
        policy_version=POLICY_VERSION,
    )


def diff_sections(found: ConfigDiff) -> list[Section]:
    """A section for each kind of risk, then versions and signatures."""
    told = [
        Section(id=f"changes-{risk}", title=title, blocks=(_table(title, changes),))
        for risk, title in RISKS.items()
        if (changes := [one for one in found.changes if one.risk == risk])
    ]
    return [*told, Section(id="to-sign", title="Versions and signatures", blocks=rest_blocks(found))]


def change_table(found: ConfigDiff) -> Table:
    """Every change in one table, the riskiest first."""
    return _table("What changed since the last approval, the riskiest first", found.changes)


def rest_blocks(found: ConfigDiff) -> tuple[Block, ...]:
    """What stands below the changes: files without a change of meaning, versions, and who has to sign."""
    comments = [f"{name}: only comments, order or layout changed." for name in found.comments]
    facts = [*comments, *found.versions]
    first, *reasons = (line.removeprefix("  - ") for line in signatures(found))
    blocks = [Points(facts)] if facts else []
    return (*blocks, Text(first), *([Points(reasons)] if reasons else []))


def _table(caption: str, changes: Sequence[Change]) -> Table:
    rows = [(one.sentence, _TAGS[one.risk], code(one.where)) for one in changes]
    return Table(caption=caption, head=("What changed", "Identifying", "File"), rows=rows, empty="Nothing changed.")

"""A scorecard as one HTML file to send back to the source: no script, no font, no network."""

from pathlib import Path

from cohorts.quality.scorecard import Scorecard
from cohorts.quality.sections import sections
from cohorts.quality.words import in_short
from governance.disclosure import symbol_meanings
from governance.english import month
from governance.pages import page_templates
from governance.settings import Project
from governance.store import write_file


def write_scorecard(folder: Path, project: Project, card: Scorecard) -> Path:
    """Write ``<source id>.html``; the same scorecard gives the same bytes.

    Args:
        folder: The publication being made.
        project: Its title, contact and whether its people are made up.
        card: From :func:`cohorts.quality.scorecard.scorecards`.
    """
    page = (
        page_templates("cohorts.quality")
        .get_template("scorecard.html.jinja")
        .render(
            project=project,
            card=card,
            month=month(card.period),
            in_short=in_short(card),
            sections=sections(card),
            symbols=symbol_meanings(),
        )
    )
    path = folder / f"{card.source.id}.html"
    write_file(path, page.encode())
    return path

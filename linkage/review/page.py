"""What reviewers found, as a restricted page of its own; the linkage report has the same section."""

from pathlib import Path
from typing import Any

from governance.pages import page_templates
from governance.settings import Project
from governance.store import write_file


def write_review_page(folder: Path, review: dict[str, Any], project: Project) -> Path:
    """Write ``review.html``.

    Args:
        folder: The publication being made.
        review: Estimates (:func:`linkage.review.answers.estimate`) and their period.
        project: Its title.
    """
    page = page_templates("linkage").get_template("review.html.jinja").render(review=review, project=project)
    path = folder / "review.html"
    write_file(path, page.encode())
    return path

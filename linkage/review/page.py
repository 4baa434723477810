"""What reviewers found, as a restricted page of its own; the linkage report has the same section."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from governance.settings import Project
from governance.store import write_file


def write_review_page(folder: Path, review: dict[str, Any], project: Project) -> Path:
    """Write ``review.html``.

    Args:
        folder: The publication being made.
        review: Estimates (:func:`linkage.review.answers.estimate`) and their period.
        project: Its title.
    """
    environment = Environment(
        loader=PackageLoader("linkage"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("review.html.jinja").render(review=review, project=project)
    path = folder / "review.html"
    write_file(path, page.encode())
    return path

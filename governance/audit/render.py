"""Templates and style of the pages for information governance leads; each page is one file that fetches nothing."""

from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

from governance.pages import page_templates


def render_page(template: str, **content: Any) -> str:
    """A page as HTML."""
    style = Markup(_style())  # noqa: S704 - our own file
    return page_templates("governance.audit").get_template(template).render(style=style, **content)


@cache
def _style() -> str:
    return resources.files("governance.audit").joinpath("templates", "audit.css").read_text(encoding="utf-8")

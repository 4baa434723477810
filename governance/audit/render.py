"""Templates and style of the pages for information governance leads; each page is one file that fetches nothing."""

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def render_page(template: str, **content: Any) -> str:
    """A page as HTML."""
    style = Markup(_style())  # noqa: S704 - our own file
    return _environment().get_template(template).render(style=style, **content)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("governance.audit"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    return resources.files("governance.audit").joinpath("templates", "audit.css").read_text(encoding="utf-8")

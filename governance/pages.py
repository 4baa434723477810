"""How every page is made from its templates: escaped, and stopped by a name that is not there."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


@cache
def page_templates(package: str) -> Environment:
    """The templates of one package, and those that all packages share (``governance/templates``).

    Args:
        package: Has a folder ``templates``, such as ``cohorts.missed``.
    """
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("governance")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

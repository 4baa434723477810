"""What every settings model shares: unknown keys are refused, nothing is coerced, values are frozen."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Strict(BaseModel):
    """Base of every settings model."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        populate_by_name=True,
    )


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
"""A name used in tables and file names: lower case letters, digits, underscores."""

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
"""An event kind: ``service.what_happened``, such as ``ed.attendance``."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""Text that must say something."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A share between 0 and 1."""

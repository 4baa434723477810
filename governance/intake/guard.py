"""Errors of libraries quote the values they choke on; none of their words leave intake."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from governance.closed import told_as_closed
from governance.errors import BadInput, InternalError, ProjectError


@contextmanager
def no_library_words(doing: str) -> Iterator[None]:
    """Let our own errors through and replace all others by one that names the step and the kind of error only.

    Args:
        doing: What was being done, such as ``reading gp_register``.

    Raises:
        BadInput: Memory ran out, or a file may not be opened.
        InternalError: Anything else.
    """
    try:
        yield
    except ProjectError:
        raise
    except (duckdb.OutOfMemoryException, MemoryError):
        raise BadInput(
            f"Memory ran out while {doing}.",
            why="Extracts are held in memory, because overflow files would be plain text on a disk.",
            fix="Run on a machine with more memory, or close other programs. Nothing was written.",
            code="E-MEMORY",
        ) from None
    except Exception as error:
        if closed := told_as_closed(error):
            raise closed from None
        raise InternalError(
            f"Something unforeseen ({type(error).__name__}) happened while {doing}.",
            why="The library's own message is withheld, because it may quote a record.",
            fix="Report this with the code and the kind of error; nothing was written.",
            code="E-INTAKE",
        ) from None

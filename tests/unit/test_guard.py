"""What may leave a failing step: a code and a name."""

import errno
import pickle
import traceback

import pytest

from flows.guard import StepFailed, diagnostics, guarded, read_diagnostics
from governance.errors import BadInput, InternalError, PolicyRefusal

SECRET = "MARKED Jane Roe 9434765919"


def _fails_with(error: BaseException, root) -> StepFailed:
    def act() -> None:
        try:
            raise KeyError(SECRET)  # a context, which a traceback would print
        except KeyError:
            raise error from None

    with pytest.raises(StepFailed) as caught:
        guarded("link", root, act)
    return caught.value


def _everything_told(failed: StepFailed) -> str:
    told = "".join(traceback.format_exception(failed)) + repr(failed) + str(failed.args) + str(failed.error)
    return told + pickle.dumps(failed).decode("latin-1")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError(SECRET), "E-INTERNAL"),
        (type("PanicException", (BaseException,), {})(SECRET), "E-INTERNAL"),
        (MemoryError(SECRET), "E-MEMORY"),
        (OSError(errno.ENOSPC, SECRET, SECRET), "E-WRITE"),
        (OSError(errno.EPERM, SECRET, SECRET), "E-CLOSED"),
        (OSError(errno.EPERM, SECRET, f"extracts/2026-10/{SECRET}"), "E-CLOSED"),
        (OSError(errno.ENOTDIR, SECRET, SECRET), "E-INTERNAL"),
        (BadInput("what", why="why", fix="fix", code="E-EXTRACT"), "E-EXTRACT"),
    ],
    ids=["library", "panic", "memory", "disk full", "closed", "a closed extract", "other OSError", "ours"],
)
def test_nothing_but_a_code_and_a_step_leaves(toy, error, code):
    """Not in the text, the pickle, the traceback, the cause or the context."""
    failed = _fails_with(error, toy)

    assert str(failed) == f"{code} in link"
    assert (failed.__cause__, failed.__context__) == (None, None)
    assert "MARKED" not in _everything_told(failed)


def test_our_own_errors_keep_their_words(toy):
    """For the terminal of this process: what, why and fix as they were."""
    error = PolicyRefusal("what", why="why", fix="fix", code="E-KEY-STATE")

    assert _fails_with(error, toy).error is error


def test_their_words_are_not_pickled(toy):
    """Prefect pickles exceptions into its storage."""
    copy = pickle.loads(pickle.dumps(_fails_with(ValueError(SECRET), toy)))  # noqa: S301 - our own bytes

    assert (copy.code, copy.step, copy.error) == ("E-INTERNAL", "link", None)


def test_details_are_sealed_for_the_audit_zone(toy):
    """The traceback is not lost: the audit key opens it, the file's bytes do not show it."""
    failed = _fails_with(ValueError(SECRET), toy)
    (name,) = diagnostics(toy)

    assert b"MARKED" not in (toy / ".joinedup" / "diagnostics" / name).read_bytes()
    assert f"ValueError: {SECRET}" in read_diagnostics(toy, name)
    assert name in failed.error.fix


def test_old_diagnostics_are_removed(toy):
    """They are for mending, not for keeping."""
    for _ in range(23):
        _fails_with(ValueError(SECRET), toy)

    assert len(diagnostics(toy)) == 20


def test_without_an_audit_key_the_failure_is_still_told(toy):
    """Nothing is written in the clear instead."""
    for path in toy.glob("keys/*/zone_audit.json"):
        path.unlink()
    failed = _fails_with(ValueError(SECRET), toy)

    assert (failed.code, diagnostics(toy)) == ("E-INTERNAL", [])
    assert "keys new" in failed.error.fix


def test_an_inner_failure_keeps_its_own_step(toy):
    """A period that fails in one of its steps says which."""
    with pytest.raises(StepFailed, match="E-X in report"):
        guarded("period", toy, lambda: (_ for _ in ()).throw(StepFailed("E-X", "report")))


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_being_stopped_is_not_a_failure(toy, stop):
    """Ctrl-C stays Ctrl-C."""
    with pytest.raises(stop):
        guarded("link", toy, lambda: (_ for _ in ()).throw(stop()))


def test_a_result_passes_through(toy):
    """The usual case."""
    assert guarded("link", toy, lambda: 7) == 7
    assert isinstance(_fails_with(ValueError(), toy).error, InternalError)

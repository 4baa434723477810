"""The page "Who is missed": restricted to the analysis zone, for it holds exact counts of records by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cohorts.missed.interval import Share
from cohorts.missed.rates import DIMENSIONS, FEWEST_RECORDS, GroupRates
from cohorts.missed.words import TITLES, label, no_rate, uncovered_sentence, worst_sentence
from governance.pages import page_templates
from governance.settings import Bundle
from governance.store import write_file

PAGE_FILE = "who_is_missed.html"


@dataclass(frozen=True, slots=True)
class _Row:
    group: str
    cells: tuple[str, ...]


def write_missed_page(folder: Path, bundle: Bundle, period: str, rates: Sequence[GroupRates]) -> Path:
    """Write ``who_is_missed.html``.

    Args:
        folder: The publication being made.
        bundle: Titles of the project and its sources.
        period: ``YYYY-MM``.
        rates: From :func:`cohorts.missed.rates.rates_by_number`.
    """
    sources = {source.id: source.title for source in bundle.sources}
    page = (
        page_templates("cohorts.missed")
        .get_template("who_is_missed.html.jinja")
        .render(
            project=bundle.project,
            period=period,
            worst=worst_sentence(rates),
            uncovered=uncovered_sentence(rates),
            fewest=FEWEST_RECORDS,
            tables=[(name, TITLES[name], _rows(rates, name, sources)) for name in DIMENSIONS if name != "all"],
        )
    )
    path = folder / PAGE_FILE
    write_file(path, page.encode())
    return path


def _rows(rates: Sequence[GroupRates], dimension: str, sources: dict[str, str]) -> list[_Row]:
    own = [one for one in rates if one.dimension == dimension]
    rows = [_Row(label(dimension, one.group, sources), _cells(one)) for one in own]
    return rows + [_Row("Everyone", _cells(one)) for one in rates if one.dimension == "all"]


def _cells(one: GroupRates) -> tuple[str, ...]:
    """Records, covered, covered links, known pairs, missed, interval, never compared, wrong, interval, doubted."""
    if one.is_small:
        return (f"fewer than {FEWEST_RECORDS}", *[""] * 9)
    never = _percent(one.never_compared) if one.missed else ""
    missed = _texts(one.missed) if one.missed else (no_rate(one), "")
    wrong = _texts(one.wrong) if one.wrong else ("", "")
    size = (f"{one.records:,}", _percent(one.covered), _percent(one.covered_links), f"{one.pairs:,}")
    return (*size, *missed, never, *wrong, _percent(one.doubted))


def _texts(share: Share) -> tuple[str, str]:
    return share.text, share.interval_text


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"

"""The linkage report: restricted to linkage staff, for it holds exact counts of records and pairs."""

from pathlib import Path
from typing import Any

from governance.pages import page_templates
from governance.settings import Project
from governance.store import write_file
from linkage.comparisons import compared
from linkage.link import LinkResult

_CHARTS = (
    ("match_weights.html", "Match weights", "match_weights_chart"),
    ("m_u_parameters.html", "Agreement among true pairs (m) and by chance (u)", "m_u_parameters_chart"),
)


def write_linkage_report(folder: Path, result: LinkResult, facts: dict[str, Any], project: Project) -> Path:
    """Write ``linkage_report.html`` and Splink's offline charts beside it.

    Args:
        folder: The linkage zone's publication being made.
        result: What linkage found; only its model and charts are read here.
        facts: The manifest's counts (:func:`linkage.quality.link_counts` and the run's own).
        project: Title, rules and threshold.
    """
    for name, _, method in _CHARTS:
        chart = getattr(result.linker.visualisations, method)()
        write_file(folder / name, chart.to_html(inline=True).encode())
    page = (
        page_templates("linkage")
        .get_template("linkage_report.html.jinja")
        .render(
            project=project,
            facts=facts,
            charts=[(name, title) for name, title, _ in _CHARTS],
            sources=_sources(facts),
            pairs=_pairs(facts),
            missed=_missed(facts["known_pairs"]),
            histogram=_histogram(facts["weight_histogram"]),
            model=_model_rows(result, project),
        )
    )
    path = folder / "linkage_report.html"
    write_file(path, page.encode())
    return path


def _sources(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per source: how many of its records no rule, or one rule, can find, and how many were joined."""
    return [
        {
            "source": source,
            "records": records,
            "no_view": facts["no_view"][source],
            "one_view": facts["one_view"][source],
            "linked": facts["linked_records"][source],
            "linked_share": _share(facts["linked_records"][source], records),
        }
        for source, records in facts["records"].items()
    ]


def _pairs(facts: dict[str, Any]) -> list[dict[str, Any]]:
    expected = facts["expected_matches"]
    names = sorted({*facts["pairs"], *expected})
    return [
        {
            "pair": name.replace("|", " and "),
            "within": name.split("|")[0] == name.split("|")[1],
            "expected": expected.get(name, 0),
            **facts["pairs"].get(name, {"compared": 0, "linked": 0}),
        }
        for name in names
    ]


def _missed(known: dict[str, list[int]]) -> list[dict[str, Any]]:
    """By source: pairs known to be true by their NHS number, and the share that is missed when it is hidden."""
    return [
        {"source": source, "pairs": pairs, "missed": pairs - found, "share": _share(pairs - found, pairs)}
        for source, (pairs, found) in known.items()
    ]


def _histogram(rows: list[list[int]]) -> list[dict[str, Any]]:
    """Bars of the weight histogram, widths in percent of the tallest."""
    tallest = max((pairs for _, pairs in rows), default=1)
    return [{"low": low, "pairs": pairs, "width": round(100 * pairs / tallest, 1)} for low, pairs in rows]


def _model_rows(result: LinkResult, project: Project) -> list[dict[str, Any]]:
    """Every level with its m, u and weight, most agreement first."""
    return [
        {
            "comparison": comparison.title,
            "level": level.label,
            "m": f"{result.model.m[comparison.name][level.value]:.4f}",
            "u": f"{result.model.u[comparison.name][level.value]:.2g}",
            "weight": f"{result.model.weight(comparison.name, level.value):+.1f}",
        }
        for comparison in compared(project.linkage)
        for level in comparison.levels
        if level.value in result.model.m[comparison.name]
    ]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "none"

"""The data flow as a drawing: sources, zones, tables and outputs, as they were published; geometry only, no HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from governance.audit.evidence import Evidence, Published
from governance.audit.words import TABLES
from governance.english import joined

_WIDTH = 1080
_SOURCE = 320
_ZONE_LEFT, _ZONE = 430, 330
_OUTPUT_LEFT = 860
_ROW, _GAP, _LINE = 56, 12, 22
_HEAD = 34
_LETTERS = 37
"""What fits on a line of a zone's box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle with a heading and lines of text; ``absent`` where nothing was published."""

    left: int
    top: int
    width: int
    height: int
    title: str
    lines: tuple[tuple[int, str], ...]
    """Vertical place and text of each line."""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A curve that ends in a head; ``kind`` says what moves along it."""

    path: str
    head: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything to be drawn, and the same in words."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    words: str


def draw(evidence: Evidence) -> Drawing:
    """The flow of one period."""
    sources = [_source(evidence, at, one.id) for at, one in enumerate(evidence.bundle.sources)]
    linkage = _zone(0, "Linkage zone", _linkage_lines(evidence))
    analysis = _zone(_bottom(linkage) + 60, "Analysis zone", _analysis_lines(evidence))
    public = _public(evidence, analysis)
    height = max(_bottom(box) for box in (*sources, analysis, public)) + 4
    arrows = [arrow for at, source in enumerate(sources) for arrow in _from(evidence, at, source, linkage, analysis)]
    if evidence.index:
        arrows.append(_down(linkage, analysis))
    if evidence.report:
        arrows.append(_across(analysis, public))
    return Drawing(
        width=_WIDTH,
        height=height,
        boxes=(*sources, linkage, analysis, public),
        arrows=tuple(arrows),
        words=_words(evidence),
    )


def _source(evidence: Evidence, at: int, source_id: str) -> Box:
    ran, title = source_id in evidence.receipts, evidence.bundle.source(source_id).title
    top = at * (_ROW + _GAP)
    still = "has not run" if evidence.came(source_id) else "no extract came"
    line = f"{_records(evidence.views, source_id):,} records left after checks" if ran else still
    return _box(0, top, _SOURCE, _short(title), [line], absent=not ran)


def _records(views: Mapping[str, Published], source_id: str) -> int:
    found = views.get(source_id)
    return int(found.facts["tables"].get("record", {"rows": 0})["rows"]) if found else 0


def _short(title: str) -> str:
    return title if len(title) <= 29 else f"{title[:28].rstrip()}…"


def _zone(top: int, title: str, lines: Sequence[str]) -> Box:
    return _box(_ZONE_LEFT, top, _ZONE, title, lines or ["nothing published yet"], absent=not lines)


def _linkage_lines(evidence: Evidence) -> list[str]:
    return [*_tables(list(evidence.views.values())), *(["linked: scored pairs, model"] if evidence.linked else [])]


def _analysis_lines(evidence: Evidence) -> list[str]:
    found = [*evidence.payload.values(), *(one for one in (evidence.index, evidence.cohorts) if one)]
    return _tables(found)


def _tables(found: Sequence[Published]) -> list[str]:
    rows: dict[str, int] = {}
    for one in found:
        for name, facts in one.facts.get("tables", {}).items():
            rows[name] = rows.get(name, 0) + facts["rows"]
    return [
        _fitted(name, f": {count:,}") for name, count in sorted((TABLES.get(name, name), n) for name, n in rows.items())
    ]


def _fitted(name: str, count: str) -> str:
    """A name cut so that its count stays readable; the table below has it whole."""
    room = _LETTERS - len(count)
    return f"{name if len(name) <= room else f'{name[: room - 1].rstrip()}…'}{count}"


def _public(evidence: Evidence, analysis: Box) -> Box:
    report = evidence.report
    lines = [*_tables([report] if report else []), "board report"] if report else ["nothing released yet"]
    return _box(_OUTPUT_LEFT, analysis.top, _WIDTH - _OUTPUT_LEFT, "Public", lines, absent=not report)


def _box(left: int, top: int, width: int, title: str, lines: Sequence[str], *, absent: bool) -> Box:
    placed = tuple((top + _HEAD + 12 + at * _LINE, line) for at, line in enumerate(lines))
    height = max(_ROW, _HEAD + len(lines) * _LINE + 4)
    return Box(left=left, top=top, width=width, height=height, title=title, lines=placed, absent=absent)


def _bottom(box: Box) -> int:
    return box.top + box.height


def _from(evidence: Evidence, at: int, source: Box, linkage: Box, analysis: Box) -> list[Arrow]:
    """A source's two packages, each if it was published."""
    one, many = evidence.bundle.sources[at].id, len(evidence.bundle.sources)
    start = source.top + source.height // 2
    arrows = []
    for held, zone, kind, shift in (
        (evidence.views, linkage, "views", -6),
        (evidence.payload, analysis, "payload", 6),
    ):
        if one in held:
            end = zone.top + (at + 1) * zone.height // (many + 1)
            arrows.append(_curve(source.width, start + shift, zone.left, end, kind))
    return arrows


def _curve(x: int, y: int, to_x: int, to_y: int, kind: str) -> Arrow:
    middle, tip = (x + to_x) // 2, to_x - 8
    path = f"M{x} {y} C{middle} {y} {middle} {to_y} {tip} {to_y}"
    return Arrow(path, f"{to_x},{to_y} {tip},{to_y - 4} {tip},{to_y + 4}", kind)


def _down(linkage: Box, analysis: Box) -> Arrow:
    x, tip = linkage.left + linkage.width // 2, analysis.top - 8
    path = f"M{x} {_bottom(linkage)} L{x} {tip}"
    return Arrow(path, f"{x},{analysis.top} {x - 4},{tip} {x + 4},{tip}", "index")


def _across(analysis: Box, public: Box) -> Arrow:
    x, y, tip = analysis.left + analysis.width, analysis.top + 28, public.left - 8
    return Arrow(f"M{x} {y} L{tip} {y}", f"{public.left},{y} {tip},{y - 4} {tip},{y + 4}", "counts")


def _words(evidence: Evidence) -> str:
    """What the drawing shows, for whoever does not see it."""
    sources, ran = len(evidence.bundle.sources), len(evidence.receipts)
    absent = [source.title for source in evidence.bundle.sources if not evidence.came(source.id)]
    without = f" No extract came of {joined(absent)}, and the month went on without." if absent else ""
    later = [
        "the linkage zone sent a person index to the analysis zone" if evidence.index else "linking has not run",
        "the analysis zone released counts and a board report to the public"
        if evidence.report
        else "nothing was released",
    ]
    return (
        f"{ran} of {sources} sources ran.{without} {len(evidence.views)} sent encoded views to the linkage zone, and"
        f" {len(evidence.payload)} sent events and needs to the analysis zone; {later[0]}; {later[1]}. No arrow leads"
        " back. The table below lists each package with its rows."
    )

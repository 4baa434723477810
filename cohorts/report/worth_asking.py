"""Questions worth asking: combinations that nobody asked about, with a safe count and what to ask of whom."""

from cohorts.report.facts import Question
from cohorts.report.findings import cannot_tell_outweighs, found_sentence, likely
from cohorts.report.page import WorthAsking
from cohorts.report.tables import anchor, overall_rate
from governance.disclosure import SafeFrame, in_every, interval_in_every

_NEW = "This is the first month in which the search found it."


def worth_asking(frame: SafeFrame, questions: tuple[Question, ...]) -> tuple[WorthAsking, ...]:
    """What the page says of each combination.

    Args:
        frame: Every number of the release, after disclosure control.
        questions: In the finder's order. One whose size is not shown is left out.
    """
    return tuple(_one(frame, each) for each in questions if frame.cell(each.id, "met").people)


def _one(frame: SafeFrame, each: Question) -> WorthAsking:
    met, unknown = frame.cell(each.id, "met"), frame.cell(each.id, "cannot_tell")
    outweighed = "We cannot tell for more people than we found." if cannot_tell_outweighs(met, unknown) else ""
    told = (found_sentence(met, unknown), _how_common(frame, each.id), outweighed, _since(each.months_before))
    return WorthAsking(
        id=anchor(each.id, "question"),
        title=each.title,
        sentences=tuple(sentence for sentence in told if sentence),
        questions=each.questions,
    )


def _how_common(frame: SafeFrame, cohort: str) -> str:
    rate = overall_rate(frame, cohort)
    if rate.per_1000 is None:
        return ""
    common = in_every(rate, "people")
    return f"That is {common} looked at. {likely(rate, interval_in_every(rate))}".rstrip()


def _since(months: int) -> str:
    if not months:
        return _NEW
    return f"The search found it in {months} earlier {'month' if months == 1 else 'months'} as well."

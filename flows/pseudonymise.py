"""Pseudonymise one source: read, check, apply opt-outs, encode, and send two sealed packages on their ways."""

from dataclasses import asdict
from hashlib import sha256
from typing import Any

from flows.chosen import check_not_older, chosen_anew, chosen_extract, repeated_in, rows_before, told_by
from flows.packages import package_folder
from flows.rekeying import earlier_record_key, publish_translation
from flows.run import Run, timestamp
from flows.two_halves import PayloadHalf, ViewHalf, make_halves
from governance.intake.chosen import Arrived, Chosen
from governance.intake.deliver import path_of
from governance.intake.extracts import Intake, read_extracts
from governance.intake.reconcile import summarise
from governance.intake.usual import check_usual_size
from governance.intake.wording import told
from governance.keys.ring import Secret
from governance.leaving_out import LeftOut, leave_out
from governance.ledger import Event
from governance.package import publish_package, publish_packed, published_as
from governance.settings import Source
from linkage.encode import how_encoded
from linkage.standardise import STANDARDISER


def pseudonymise(run: Run, source_id: str) -> dict[str, int | float | str]:
    """One source's packages for the linkage and analysis zones, and its receipt.

    Returns:
        Counts and manifest digests; ``nobody``: files without a row; ``carried_from``: the month of an extract that was
        carried forward; ``repeated``: files of events that are an earlier month's; ``nobody_left``: why none of the
        rows that came is left; ``absent`` is 1 where there is no extract and the month goes on without it.

    Raises:
        Awaiting: The extract or a cleaned list has not come.
    """
    source, project = run.bundle.source(source_id), run.bundle.project
    issued, record_key = run.encoding(source.id), run.record_key(source.id)
    chosen = chosen_extract(run, source)
    if chosen.how is Arrived.ABSENT:
        run.ledger.append(Event.SOURCE_ABSENT, at=timestamp(), period=run.period, source=source.id)
        return {"source": source.id, "absent": 1}
    intake, chosen, repeated = _read(run, source, chosen, record_key)
    left_out = leave_out(intake, run.bundle, run.root, run.period, run.today, record_key)
    payload, views = make_halves(run, source, intake.con, issued)
    facts = _facts(run, source, issued.kid) | {"delivery": _delivery(intake, left_out)}
    facts |= {"arrived": chosen.how.value, "extract_period": chosen.period}
    digests = _publish_packages(run, source, facts, payload, views)
    digests |= publish_translation(run, source, facts, views.record_ids)
    receipt = _receipt(intake, left_out) | payload.receipt | views.receipt
    receipt |= {
        "kind": "receipt",
        "standardiser": STANDARDISER,
        "encoded": how_encoded(project.linkage),
        "packages": digests,
        "repeated": repeated,
    }
    rejects = {"reject_row": intake.reject_rows}
    own_key = run.ring.zone_public(f"source_{source.id}")
    signing = run.ring.signing(f"source_{source.id}", run.today)
    folder = run.zone("source", source.id, run.period)
    kept = publish_package(folder, rejects, own_key, {**facts, **receipt}, signing=signing)
    _record(run, source, intake, left_out, {**digests, "receipt": kept}, {**facts, "repeated": repeated})
    counts = {"records": told(len(views.record_ids)), "views": told(views.views)}
    came = {"carried_from": chosen.period} if chosen.how is Arrived.CARRIED else {}
    if nobody := [file for file, count in intake.counts.items() if count.rows_in == 0]:
        came["nobody"] = ", ".join(nobody)
    if repeated:
        came["repeated"] = ", ".join(f"{file} (as in {month})" for file, month in sorted(repeated.items()))
    if taken := _nobody_left(intake, left_out):
        came["nobody_left"] = taken
    return {"source": source.id, **counts, **came, **{f"{kind}_sha256": one for kind, one in digests.items()}}


def _read(run: Run, source: Source, chosen: Chosen, record_key: Secret) -> tuple[Intake, Chosen, dict[str, str]]:
    """The extract, held against what was read before, and its files that are an earlier month's.

    One that is carried forward is read again under this month's keys, and this month's lists are applied to it: who
    opted out since is not in it. One that was delivered and is an earlier month's is told for what it is.
    """
    synthetic, earlier = run.bundle.project.synthetic, earlier_record_key(run, source.id)
    intake = read_extracts(
        run.root, source, chosen.period, record_key=record_key, synthetic=synthetic, earlier_key=earlier
    )
    if chosen.how is not Arrived.DELIVERED:
        return intake, chosen, {}
    entries = run.ledger.entries()  # once: each time its whole chain is checked
    files = told_by(intake)
    check_not_older(run, source, files, entries)
    names = {file.id: path_of(file.path, run.period) for file in source.files}
    rows = {file: counts.rows_in for file, counts in intake.counts.items()}
    check_usual_size(source, names, rows, rows_before(run, source))
    chosen = chosen_anew(run, source, files, entries)
    carried = chosen.how is Arrived.CARRIED
    return intake, chosen, {} if carried else repeated_in(run, source, files, rows, entries)


def _facts(run: Run, source: Source, kid: str) -> dict[str, Any]:
    """What every package of this run says of itself."""
    return {
        "project": run.bundle.project.id,
        "source": source.id,
        "period": run.period,
        "kid": kid,
        "config_sha256": run.bundle.digest,
        "edition": run.bundle.project.lookup.edition,
    }


def _delivery(intake: Intake, left_out: LeftOut) -> str:
    """What both packages were made from: views of one delivery are never joined to events of another."""
    lists = [*sorted(intake.digests.values()), left_out.opt_outs.list_sha256]
    lists += [one for one in (left_out.sensitive.list_hmac, left_out.restricted.own) if one]
    return sha256("\n".join(lists).encode()).hexdigest()


def _publish_packages(
    run: Run, source: Source, facts: dict[str, Any], payload: PayloadHalf, views: ViewHalf
) -> dict[str, str]:
    """Both halves are written here, one after the other: what a cut leaves behind depends on no thread."""
    return {
        kind: publish_packed(
            run.zone(zone, run.period, "in", source.id),
            packed,
            {**facts, "kind": kind},
            signing=run.ring.signing(f"source_{source.id}", run.today),
        )
        for kind, zone, packed in (("views", "linkage", views.packed), ("payload", "analysis", payload.packed))
    }


def _nobody_left(intake: Intake, left_out: LeftOut) -> str:
    """Why a source that sent rows tells of nobody; empty if it sent none, or some are left."""
    counts = intake.counts.values()
    if any(count.rows_out for count in counts) or not any(count.rows_in for count in counts):
        return ""
    opted = left_out.opt_outs
    return "unverifiable" if opted.unverifiable and not opted.sent else "left out"


def _receipt(intake: Intake, left_out: LeftOut) -> dict[str, Any]:
    """What the source keeps and the audit page shows of what came and what was left out: exact counts, no value."""
    return {
        "files": {file: {**asdict(counts), "sha256": intake.digests[file]} for file, counts in intake.counts.items()},
        "rejects": summarise(intake.rejects),
        "opt_outs": left_out.opt_outs.as_dict(),
        "sensitive": left_out.sensitive.as_dict(),
        "restricted": left_out.restricted.as_dict(),
    }


def _record(
    run: Run, source: Source, intake: Intake, left_out: LeftOut, digests: dict[str, str], facts: dict[str, Any]
) -> None:
    """The ledger's account of this source."""
    ledger, where = run.ledger, {"period": run.period, "source": source.id}
    of = {} if facts["extract_period"] == run.period else {"extract_period": facts["extract_period"]}
    for file, digest in intake.digests.items():
        told = {"sha256": digest, "content_hmac": intake.contents[file]}
        again = {"repeats": facts["repeated"][file]} if file in facts["repeated"] else {}
        ledger.append(Event.EXTRACT_READ, at=timestamp(), file=file, **told, **again, **of, **where)
    opt_outs = left_out.opt_outs
    applied = {"list_sha256": opt_outs.list_sha256} if opt_outs.status == "applied" else {"reason": opt_outs.reason}
    ledger.append(Event.OPT_OUTS_APPLIED, at=timestamp(), status=opt_outs.status, **applied, **where)
    ledger.append(Event.PROTECTED_LEFT_OUT, at=timestamp(), status=left_out.sensitive.status, **where)
    epoch = run.bundle.project.linkage.epoch
    for kind in digests:
        published = published_as(package_folder(run, kind, source.id))
        ledger.append(
            Event.PACKAGE_PUBLISHED, at=timestamp(), package=kind, kid=facts["kid"], epoch=epoch, **published, **where
        )

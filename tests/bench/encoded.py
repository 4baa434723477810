"""joinedup on keyed, block-salted encodings: the functions that the pipeline runs, without its files and seals."""

import tempfile
import time
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from governance.errors import BadInput
from governance.keys.ring import Secret
from governance.settings.linkage import NameBandsFile
from governance.warehouse import connect
from linkage.band_build import count_own_names, make_band_file
from linkage.bands import NameBands, read_bands
from linkage.chance import count_chance
from linkage.encode import EncodingKeys, encode, identities
from linkage.link import SourceViews, link, scored_pairs
from linkage.person_index import build_person_index
from tests.bench.prepare import load_source
from tests.bench.scores import Found
from tests.bench.sets import BenchSet, BenchSource

_KEY = Secret(bytes(range(32)))


def run(bench: BenchSet) -> Found:
    """Standardise, encode and link a set at the threshold that ships."""
    keys = EncodingKeys.derive(_KEY, project="benchmark", purpose="benchmark", linkage=bench.linkage)
    bands = name_bands(bench, keys)
    delivered = [_deliver(bench, source, keys, bands) for source in bench.sources]
    started = time.perf_counter()
    # As flows.link does.
    con = connect(memory="6GB", lock=False)
    result = link(con, [views for views, _, _ in delivered], bench.linkage)
    index = build_person_index(con, _KEY, "bench")
    linked = time.perf_counter()
    return Found(
        scored=scored_pairs(result).drop_columns(["found_by"]),
        index=index.table,
        prepare_seconds=sum(encoding for _, encoding, _ in delivered),
        chance_seconds=sum(chance for _, _, chance in delivered),
        link_seconds=linked - started,
        default_threshold=bench.linkage.threshold_probability,
    )


def found_by(bench: BenchSet) -> pa.Table:
    """Scored pairs with the rules that found them, as bits."""
    keys = EncodingKeys.derive(_KEY, project="benchmark", purpose="benchmark", linkage=bench.linkage)
    bands = name_bands(bench, keys)
    views = [_deliver(bench, source, keys, bands)[0] for source in bench.sources]
    return scored_pairs(link(connect(memory="6GB", lock=False), views, bench.linkage))


def name_bands(bench: BenchSet, keys: EncodingKeys) -> NameBands | None:
    """How rare names are, from the largest source's own counts; None where too few names have ten holders."""
    largest = max(bench.sources, key=lambda source: bench.table(source.id).num_rows)
    con, file = load_source(bench, largest.id)
    identities(con, file, keys)
    try:
        content, _ = make_band_file(count_own_names(con), keys.ids, edition="benchmark")
    except BadInput:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "bands.json").write_bytes(content)
        named = NameBandsFile(path="bands.json", edition="benchmark", sha256=sha256(content).hexdigest())
        return read_bands(Path(scratch), named, keys.ids)


def _deliver(
    bench: BenchSet, source: BenchSource, keys: EncodingKeys, bands: NameBands | None
) -> tuple[SourceViews, float, float]:
    """A source's views, and the seconds of encoding (standardisation included) and of counting chance agreement."""
    single = source.one_record_per_person
    con, file = load_source(bench, source.id)
    started = time.perf_counter()
    found = identities(con, file, keys, bands)
    views = encode(found, bench.linkage, keys, one_record_per_person=source.one_record_per_person)
    encoded = time.perf_counter()
    chance = count_chance(con, found, bench.linkage, keys, one_record_per_person=single)
    counted = time.perf_counter()
    return SourceViews(source.id, single, views.views, views.records, chance), encoded - started, counted - encoded

"""Coverage-guided fuzzing of the intake (Atheris, libFuzzer): ``make fuzz``, or this module with a folder and seconds.

Whatever the bytes: either an error of ours that quotes nothing, or a table in which every row is kept or set aside
under a number of its own. What fails is left in the folder as ``crash-…`` and is found again with it.
"""

import io
import sys
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["governance.intake", "openpyxl", "zipfile", "csv"], enable_loader_override=False
):
    from governance.intake.decode import NotText
    from governance.intake.parse import Job, parse_bytes
    from governance.intake.table import RawTable

from tests.lib.canary_workbook import HEADER, MARK, make_workbook

SETTINGS = (
    {"format": "csv"},
    {"format": "csv", "encoding": "utf-16"},
    {"format": "csv", "encoding": "cp1252", "delimiter": ";", "quote": ""},
    {"format": "csv", "delimiter": "¦", "quote": "þ"},
    {"format": "csv", "expected": HEADER},
    {"format": "csv", "header_row": 3},
    {"format": "xlsx", "dates": ("b",)},
    {"format": "xlsx", "expected": HEADER},
    {"format": "parquet"},
)
"""The first byte of an input chooses one of these; the others are the file."""


def check(data: bytes) -> None:
    """One input."""
    if not data:
        return
    job = Job(paths=(), seconds=1, memory_bytes=1, **SETTINGS[data[0] % len(SETTINGS)])
    try:
        raw = parse_bytes([data[1:]], job)
    except NotText as error:
        said = f"{error} {error.fault}"
    else:
        said = ""
        _check_balance(raw)
    assert MARK not in said


def _check_balance(raw: RawTable) -> None:
    numbers = [*raw.row_no.tolist(), *(row.row_no for row in raw.aside)]
    assert sorted(numbers) == list(range(1, raw.rows_in + 1))
    assert len(raw.columns) == len(raw.header)
    assert {len(column) for column in (*raw.columns, *raw.spoilt.values())} <= {len(raw.row_no)}


def seeds(folder: Path) -> None:
    """Files without faults to begin from."""
    text = f'a,b\n1,{MARK}\n2,"x, y"\n3\n'.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", text)
        archive.writestr("b.csv", text)
    for place, settings in enumerate(SETTINGS):
        contents = [make_workbook()] if settings["format"] == "xlsx" else [text, packed.getvalue(), b"title\n\n" + text]
        for number, content in enumerate(contents):
            (folder / f"seed-{place}-{number}").write_bytes(bytes([place]) + content)


def main() -> None:
    """Fuzz for so many seconds; every word of libFuzzer's own may follow."""
    folder, seconds, *more = sys.argv[1:]
    corpus = Path(folder)
    corpus.mkdir(parents=True, exist_ok=True)
    seeds(corpus)
    limits = [f"-max_total_time={seconds}", "-timeout=30", "-rss_limit_mb=3000", "-max_len=20000"]
    atheris.Setup([sys.argv[0], folder, f"-artifact_prefix={folder}/", "-print_final_stats=1", *limits, *more], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

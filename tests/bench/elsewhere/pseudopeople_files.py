"""Runs in an environment of its own, which has pseudopeople and nothing of joinedup: five files about the same people.

python pseudopeople_files.py FOLDER --noise 3
"""

import argparse
from pathlib import Path
from typing import Any

import pseudopeople

SEED = 20261124
FILES = {
    "census": "decennial_census",
    "social_security": "social_security",
    "employment_tax": "taxes_w2_and_1099",
    "income_tax": "taxes_1040",
    "infant_nutrition": "women_infants_and_children",
}
"""Our name for each file, and pseudopeople's. Only columns about the person of the row are kept."""

COLUMNS = ["simulant_id", "first_name", "last_name", "ssn", "date_of_birth", "sex"]
ADDRESS = ["street_number", "street_name", "unit_number", "po_box"]


def main() -> None:
    """Write one Parquet file each, all columns text, and the versions beside them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--noise", type=float, default=1, help="every probability of an error is multiplied by this")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for number, (name, dataset) in enumerate(FILES.items()):
        generate = getattr(pseudopeople, f"generate_{dataset}")
        frame = generate(seed=SEED + number, config={dataset: _noisier(dataset, options.noise)}, verbose=False)
        frame.columns = frame.columns.str.removeprefix("mailing_address_")
        kept = frame.reindex(columns=[*COLUMNS, *ADDRESS])
        kept.astype("string").to_parquet(options.folder / f"{name}.parquet", index=False)
    (options.folder / "version.txt").write_text(pseudopeople.__version__, encoding="utf-8")


def _noisier(dataset: str, times: float) -> dict[str, Any]:
    """The default config of a file with every probability of a row's or cell's error multiplied, at most 1."""
    config = pseudopeople.get_config()[dataset]
    return {
        kind: {
            what: {error: _times(values, times) for error, values in errors.items()} for what, errors in part.items()
        }
        if kind == "column_noise"
        else {error: _times(values, times) for error, values in part.items()}
        for kind, part in config.items()
    }


def _times(values: dict[str, Any], times: float) -> dict[str, Any]:
    """Only what says how often an error happens; how much of a cell it spoils stays."""
    scaled = [name for name in values if name == "cell_probability" or name.startswith("row_probability")]
    return {name: min(1.0, values[name] * times) for name in scaled if isinstance(values[name], int | float)}


if __name__ == "__main__":
    main()

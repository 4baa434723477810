"""Words of people as numbers: a text for each of a million people would be what memory goes into."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def numbered(told: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int32]]:
    """Different words, and the place of each person's among them: a word for each of them would be a text for each."""
    words = told.combine_chunks().dictionary_encode()
    number: NDArray[np.int32] = words.indices.to_numpy()
    return words.dictionary.to_pylist(), number

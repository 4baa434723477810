"""All that anybody could read of a released file: its bytes and what they are packed from; of a PDF what it says.

A PDF's own bytes are full of coordinates and places in the file, which say nothing of anybody. Its words, the words for
screen readers and its metadata are read instead.
"""

import io
import re
import zipfile
from collections.abc import Iterator

import pikepdf

_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SHOWS = frozenset({"Tj", "TJ", "'", '"'})


def readable(name: str, content: bytes) -> bytes:
    """What can be read of a file."""
    if name.endswith(".pdf"):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return b"\n".join([*_objects(pdf), *("".join(_text(page)).encode() for page in pdf.pages)])
    parts = [content]
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts += [book.read(one) for one in book.namelist()]
            parts += [repr(one).encode() + one.extra + one.comment for one in book.infolist()]
    return b"\n".join(parts)


def _objects(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    """Metadata, and every string of every dictionary: titles, alternative text, bookmarks."""
    for found in pdf.objects:
        if isinstance(found, pikepdf.Stream):
            if found.get("/Type") == "/Metadata":
                yield found.read_bytes()
            yield from _strings(pikepdf.Dictionary(found.stream_dict))
        else:
            yield from _strings(found)


def _strings(found: object) -> Iterator[bytes]:
    if isinstance(found, pikepdf.String):
        yield bytes(found)
        yield str(found).encode()
    elif isinstance(found, pikepdf.Array):
        for inner in found:
            yield from _strings(inner) if not getattr(inner, "is_indirect", False) else ()
    elif isinstance(found, pikepdf.Dictionary):
        for _, inner in found.items():
            yield from _strings(inner) if not getattr(inner, "is_indirect", False) else ()


def _text(page: pikepdf.Page) -> Iterator[str]:
    """What is drawn, glyph by glyph, through each font's own table of characters."""
    fonts = {name: _characters(font) for name, font in page.resources.get("/Font", {}).items()}
    table: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            table = fonts[str(operands[0])]
        elif str(operator) in _SHOWS:
            shown = operands[-1]
            pieces = shown if isinstance(shown, pikepdf.Array) else [shown]
            for piece in (bytes(one) for one in pieces if isinstance(one, pikepdf.String)):
                codes = (int.from_bytes(piece[at : at + 2]) for at in range(0, len(piece), 2))
                yield "".join(table.get(code, "") for code in codes)
        elif str(operator) == "BDC":
            yield from (one.decode("utf-8", "replace") for operand in operands for one in _strings(operand))
        elif str(operator) == "ET":
            yield "\n"


def _characters(font: pikepdf.Object) -> dict[int, str]:
    """Character by glyph code, from the font's ToUnicode map."""
    table = {}
    mapped = font["/ToUnicode"].read_bytes()
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", mapped, re.S):
        table |= {int(code, 16): _character(text) for code, text in _CHAR.findall(part)}
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", mapped, re.S):
        for low, high, text in _RANGE.findall(part):
            first = int(low, 16)
            table |= {code: chr(int(text, 16) + code - first) for code in range(first, int(high, 16) + 1)}
    return table


def _character(text: bytes) -> str:
    return bytes.fromhex(text.decode()).decode("utf-16-be")

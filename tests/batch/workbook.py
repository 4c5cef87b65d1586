"""A workbook as a spreadsheet reads it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def xlsx(path: Path) -> dict[str, list[list[str]]]:
    """The cells of each sheet, a text as it is, anything else as its type and value."""
    with ZipFile(path) as book:
        assert book.testzip() is None
        workbook = ET.fromstring(book.read("xl/workbook.xml"))
        names = [str(one.get("name")) for one in workbook.iter(f"{MAIN}sheet")]
        trees = [
            ET.fromstring(book.read(f"xl/worksheets/sheet{i}.xml")) for i, _ in enumerate(names, 1)
        ]
    return {
        name: list(map(cells, tree.iter(f"{MAIN}row")))
        for name, tree in zip(names, trees, strict=True)
    }


def cells(line: ET.Element) -> list[str]:
    found = []
    for cell in line.iter(f"{MAIN}c"):
        assert cell.find(f"{MAIN}f") is None
        text = "".join(one.text or "" for one in cell.iter(f"{MAIN}t"))
        text = text.replace("_x005F_", "_")  # as Excel reads what would be an escape
        value = cell.find(f"{MAIN}v")
        found.append(text if value is None else f"{cell.get('t', 'n')}:{value.text}")
    return found

"""Makes `stress/data/wide.ttf`: one empty glyph, an em wide, for every character that takes two columns.

    python tests/wide_font.py stress/data/wide.ttf

The widths of figures rest on it, so that names in Chinese, Japanese or Korean have room
on a machine without their fonts.
"""

import sys
import unicodedata

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.ttLib.tables._g_l_y_f import Glyph

NAME, EM = "Stress Wide", 1000


def wide_characters() -> list[int]:
    """Unicode's East Asian Width W and F."""
    return [c for c in range(0x1100, 0x40000) if unicodedata.east_asian_width(chr(c)) in "WF"]


def make(file: str) -> None:
    """Write the font. A table of format 13 maps whole ranges to the one glyph."""
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "wide"])
    builder.setupCharacterMap({0x3000: "wide"})
    table = CmapSubtable.newSubtable(13)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.format, table.length, table.reserved, table.nGroups = 13, 0, 0, 0
    table.cmap = dict.fromkeys(wide_characters(), "wide")
    cmap = newTable("cmap")
    cmap.tableVersion, cmap.tables = 0, [table]
    builder.font["cmap"] = cmap
    builder.setupGlyf({".notdef": Glyph(), "wide": Glyph()})
    builder.setupHorizontalMetrics({".notdef": (EM, 0), "wide": (EM, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWeightClass=400)
    builder.setupPost()
    builder.font.recalcTimestamp = False
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.save(file)


if __name__ == "__main__":
    make(sys.argv[1])

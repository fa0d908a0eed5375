"""Names in Chinese, long names and many names: every picture has room for them and a font that writes them."""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from rich.cells import cell_len
from synthetic import results_of, vasicek
from wide_font import make, wide_characters

import stress
from stress import lettering, report
from stress.cli.writing import save
from stress.explain.drawing import picture, picture_svg
from stress.lettering import text_width
from stress.report import figures
from stress.report.figures import ink
from stress.report.page import whole

CHINESE = ["优先A级", "中间级", "次级"]
SCENARIOS = ["基准情景", "房地产下行与消费信贷收缩情景"]


def crowd(notes: list[str], scenarios: list[str], n_path: int = 640) -> xr.Dataset:
    """Losses that grow with every note and scenario; the two most senior notes lose nothing."""
    pool = np.stack([vasicek(n_path, 0.02 + 0.006 * k, 0.05) for k in range(len(scenarios))])
    attach = np.linspace(0.6, 0.0, len(notes))
    losses = np.stack([np.clip((pool - a) / 0.05, 0.0, 1.0) for a in attach], 1)
    losses[:, :2] = 0.0
    return results_of(losses, pool, notes, scenarios=scenarios)


@pytest.fixture(scope="module")
def chinese() -> xr.Dataset:
    return crowd(CHINESE, SCENARIOS)


@pytest.fixture(scope="module")
def many() -> xr.Dataset:
    notes = [f"Class A-{k} senior revolving" for k in range(1, 7)] + [f"Class B-{k} 中间级" for k in range(1, 7)]
    return crowd(notes, [f"fed2026_final_severely_adverse_variant_{k}" for k in range(1, 21)])


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="the font is made of the signs of Unicode 14")
def test_the_font_of_widths_is_the_one_that_is_made_and_has_every_sign_of_two_columns(tmp_path: Path) -> None:
    shipped = Path(lettering.__file__).parent / "data" / "wide.ttf"
    make(str(tmp_path / "wide.ttf"))
    assert shipped.read_bytes() == (tmp_path / "wide.ttf").read_bytes()
    assert set(wide_characters()) <= set(TTFont(shipped).getBestCmap())


@pytest.mark.parametrize("words", ["优", "优先级", "ソ", "한"])
def test_a_chinese_sign_is_an_em_wide_whatever_fonts_this_machine_has(words: str) -> None:
    assert text_width(words, 10.0) == pytest.approx(len(words) * 10.0 / 72.0)


def test_chinese_names_stay_text_in_the_page_and_ask_for_fonts_that_have_them(chinese: xr.Dataset) -> None:
    text = whole.render(chinese)
    for name in (*CHINESE, *SCENARIOS):
        assert len(re.findall(rf"<text[^>]*>[^<]*{name[:8]}", text)) >= 1
    assert "'Microsoft YaHei'" in text
    assert "Stress Wide" not in text
    assert "DejaVu" not in text


def test_a_picture_of_a_deal_holds_chinese_names() -> None:
    deal = stress.load("scenarios/jobs/baitiao-24m.toml").deal
    notes = (deal.notes[0].model_copy(update={"name": "优先A级资产支持票据"}), *deal.notes[1:])
    svg = picture_svg(deal.model_copy(update={"notes": notes}))
    assert "优先A级" in svg
    assert "PingFang SC" in svg


def test_where_no_font_has_chinese_a_png_says_what_to_install(
    chinese: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lettering, "installed", tuple)
    figure = figures.heat_map(chinese)
    with pytest.warns(UserWarning, match="fonts-noto-cjk"):
        figure.savefig(tmp_path / "h.png")
    save("--out", tmp_path / "h.png", figure, "heat_map")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "fonts-noto-cjk" in said


@pytest.mark.skipif(not lettering.installed(), reason="no font with Chinese on this machine")
@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_a_picture_of_pixels_is_drawn_by_an_installed_font_without_a_warning(
    ending: str, chinese: xr.Dataset, tmp_path: Path
) -> None:
    for figure in (figures.heat_map(chinese), figures.loss(chinese, "次级"), figures.fan(chinese, "note_balance")):
        figure.savefig(tmp_path / f"h.{ending}")
        wide = [t for t in figure.findobj(Text) if lettering.is_wide(t.get_text())]
        assert wide
        assert all(t.get_fontfamily()[1] in lettering.EAST_ASIAN for t in wide)


def test_a_font_that_was_installed_after_matplotlib_last_looked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only files whose names sound like it are read."""
    read: list[str] = []

    class Manager:
        ttflist = [FontEntry(fname="dejavu.ttf", name="DejaVu Sans", weight=400)]

        def addfont(self, file: str) -> None:
            read.append(file)
            self.ttflist.append(FontEntry(fname=file, name="Noto Sans CJK SC", weight=400))

    monkeypatch.setattr(lettering, "fontManager", manager := Manager())
    monkeypatch.setattr(lettering, "findSystemFonts", lambda: ["/f/Vera.ttf", "/f/NotoSansCJK-Regular.ttc"])
    assert lettering.installed.__wrapped__() == ("Noto Sans CJK SC",)
    assert read == ["/f/NotoSansCJK-Regular.ttc"]
    assert [face.weight for face in manager.ttflist if face.name == "Noto Sans CJK SC"] == [400, 700]
    assert lettering.installed.__wrapped__() == ("Noto Sans CJK SC",)
    assert len(read) == 1


def test_where_no_font_of_this_machine_has_chinese_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "fontManager", type("Manager", (), {"ttflist": []}))
    monkeypatch.setattr(lettering, "findSystemFonts", lambda: ["/f/Vera.ttf"])
    assert lettering.installed.__wrapped__() == ()


def test_blanks_take_no_room() -> None:
    assert text_width("  ", 10.0) == 0.0


def test_english_figures_look_for_no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> tuple[str, ...]:
        raise AssertionError

    monkeypatch.setattr(lettering, "installed", never)
    assert lettering.for_pixels(picture(stress.load("scenarios/jobs/baitiao-24m.toml").deal)) == ""


def test_names_that_would_be_cut_to_the_same_text_keep_what_tells_them_apart() -> None:
    names = [f"fed2026_final_severely_adverse_variant_{k}" for k in range(3)]
    cut = ink.labels(names, 20)
    assert len(set(cut)) == 3
    assert [label[-1] for label in cut] == ["0", "1", "2"]
    assert all(cell_len(label) <= 20 for label in cut)
    twins = [f"{'a' * 30}{k}{'b' * 30}" for k in range(3)]
    assert len(set(ink.labels(twins, 12))) == 3
    assert ink.labels(["a", "a"], 5) == ["a", "a"]


def test_a_label_is_cut_by_columns_not_by_characters() -> None:
    assert ink.label("房地产下行与消费信贷收缩情景", 11) == "房地产下行…"
    assert all(unicodedata.east_asian_width(sign) == "W" for sign in ink.label("房地产下行与消费", 10)[:-1])


def _boxes(figure: Figure) -> Iterator[tuple[str, Bbox]]:
    with mpl.rc_context():
        figure.canvas.draw()
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            yield text.get_text(), text.get_window_extent()


@pytest.mark.parametrize("which", ["chinese", pytest.param("many", marks=pytest.mark.slow)])
def test_no_cell_name_or_title_of_the_heat_map_lies_on_another(which: str, request: pytest.FixtureRequest) -> None:
    ds = request.getfixturevalue(which)
    figure = figures.heat_map(ds)
    boxes = [(text, box) for text, box in _boxes(figure) if text not in ds["tranche"].values]
    level = [(t, b) for t, b in boxes if not t.startswith("Class")]
    for (first, a), (second, b) in itertools.combinations(level, 2):
        assert not a.padded(-1.0).overlaps(b.padded(-1.0)), (first, second)
    whole = figure.bbox
    assert all(whole.x0 - 1 <= b.x0 and b.x1 <= whole.x1 + 1 and b.y1 <= whole.y1 + 1 for _, b in boxes)


def test_titles_of_the_heat_map_are_clear_of_tilted_names(chinese: xr.Dataset) -> None:
    boxes = list(_boxes(figures.heat_map(chinese)))
    titles = [b for t, b in boxes if t.endswith("%")]
    names = [b for t, b in boxes if t in CHINESE]
    assert titles
    assert names
    assert all(title.y0 >= name.y1 for title in titles for name in names)


@pytest.mark.slow
def test_twelve_notes_and_twenty_scenarios_have_a_report(many: xr.Dataset, tmp_path: Path) -> None:
    text = report.write(many, tmp_path / "report.html").read_text()
    assert text.count("variant_20") > 3

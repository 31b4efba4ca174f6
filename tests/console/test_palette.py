"""Our colours can be read: WCAG 2.2, 1.4.3 (4.5 to 1 for text)."""

import re

import pytest

from console import assets, vendored

SHEET = (assets.STATIC / "console.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--(app-[\w-]+): (#[0-9a-f]{6});", SHEET))
PAIRS = [(name, f"{name}-on") for name in COLOURS if not name.endswith("-on")]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_each_colour_can_be_read_on_its_ground(text, ground):
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


def test_each_colour_has_its_ground():
    assert PAIRS
    assert {name for pair in PAIRS for name in pair} == set(COLOURS)


@pytest.mark.parametrize("colour", sorted(set(vendored.BRAND.values())))
def test_what_stands_in_for_the_blue_can_be_read_on_white_and_under_it(colour):
    assert contrast(colour, "#ffffff") >= 4.5

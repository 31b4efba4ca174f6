"""What the console takes from GOV.UK Frontend and MOJ Frontend, and what it leaves behind.

Both are installed at set-up and never committed. Services that are not part of GOV.UK may not use its font (GDS
Transport), crown, logotype or brand blue: Design System, "Typeface" and "Generic header". Those go here, when the
assets are built.
"""

import re
from pathlib import Path

GOVUK = Path("govuk-frontend/dist/govuk")
MOJ = Path("@ministryofjustice/frontend/moj")

TEXTS = {
    "govuk-frontend.css": GOVUK / "govuk-frontend.min.css",
    "moj-frontend.css": MOJ / "moj-frontend.min.css",
    "govuk-frontend.js": GOVUK / "govuk-frontend.min.js",
    "moj-frontend.js": MOJ / "moj-frontend.min.js",
}
IMAGES = MOJ / "assets/images"
ICON = re.compile(r"/assets/images/(icon-[\w-]+\.svg)")

FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif'
BRAND = {"#1d70b8": "#0b5c6b", "#005ea5": "#0b5c6b", "#1a65a6": "#0b5563"}

_FONT_FACE = re.compile(r"@font-face\s*{[^}]*}")
_FAMILY = re.compile(r"font-family:\s*[\"']?GDS Transport[^;}]*")
_CREST = re.compile(r"url\([^)]*(?:crest|crown|logotype)[^)]*\)")
_SOURCE_MAP = re.compile(r"/[/*]# sourceMappingURL=\S+(?: \*/)?\s*$")


def own(name: str, text: str) -> str:
    """The text of a vendored file as we may serve it: without GOV.UK's font, crown and blue, and without source map."""
    text = _SOURCE_MAP.sub("", text)
    if name.endswith(".css"):
        text = _FONT_FACE.sub("", text)
        text = _FAMILY.sub(f"font-family:{FONTS}", text)
        text = _CREST.sub("none", text)
        for theirs, ours in BRAND.items():
            text = re.sub(theirs, ours, text, flags=re.IGNORECASE)
    return text


def icons(text: str) -> list[str]:
    """The names of the icons that a stylesheet shows, each once."""
    return sorted(set(ICON.findall(text)))

"""The picture at the top of the README: the map of Testland with its first zoekgebied open (`make picture`)."""

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from services.jobs import demo
from tests.browser.chromium import absent, chromium

PICTURE = Path(__file__).with_name("testland.png")
SIZE, COLOURS = (1200, 720), 256


def main() -> int:
    if missing := absent():
        print(f"not on PATH: {', '.join(missing)}; on Debian: apt-get install chromium chromium-driver")
        return 1
    with TemporaryDirectory() as folder, chromium(SIZE) as browser:
        home = Path(folder) / "demo"
        shown = demo.make(None, "NL", home, lambda _: None)
        browser.open(shown.folder / "kaart.html")
        browser.wait("return document.querySelectorAll('#list button').length > 0")
        browser.click("#list li:first-child button")
        browser.wait("return document.querySelector('.popup') !== null")
        taken = Path(folder) / "taken.png"
        browser.wait("return new Promise(done => setTimeout(() => done(true), 800))", 5)
        browser.screenshot(taken)
        packed = BytesIO()
        small = Image.open(taken).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        small.save(packed, "PNG", optimize=True)
    PICTURE.write_bytes(packed.getvalue())
    print(f"{PICTURE}: {len(packed.getvalue()) / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A headless Chromium, driven by chromedriver over the W3C WebDriver protocol: JSON over HTTP, so no library."""

import base64
import json
import shutil
import subprocess
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
DESKTOP = (1280, 800)
PHONE = (390, 844)
NEEDED = ("chromium", "chromedriver")


def absent() -> list[str]:
    return [name for name in NEEDED if shutil.which(name) is None]


class Chromium:
    """A session of one browser; `port` is chromedriver's."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.session = session

    def open(self, page: Path | str) -> None:
        """Open a file, or an address."""
        self._post("url", url=page if isinstance(page, str) else page.as_uri())

    def run(self, script: str, *arguments: object):
        """The value that `script` returns; its `arguments[0]` is the first of the arguments."""
        return self._post("execute/sync", script=script, args=list(arguments))

    def wait(self, script: str, seconds: float = 5) -> None:
        """Wait until `script` returns true."""
        until = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < until, f"not within {seconds} s: {script}"
            time.sleep(0.05)

    def click(self, css: str) -> None:
        """A real click in the middle of the first element that matches."""
        (found,) = self._post("element", using="css selector", value=css).values()
        self._post(f"element/{found}/click")

    def click_at(self, x: float, y: float) -> None:
        moved = {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y)}
        pressed = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._post("actions", actions=[{"type": "pointer", "id": "mouse", "actions": [moved, *pressed]}])

    def press(self, key: str) -> None:
        """Press a key, as if typed; WebDriver writes Tab as U+E004, Enter as U+E007 and Escape as U+E00C."""
        pressed = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._post("actions", actions=[{"type": "key", "id": "keyboard", "actions": pressed}])

    def complaints(self) -> list[str]:
        """What the console says is wrong since it was last asked, but for the background, which no test reaches."""
        entries = self._post("se/log", type="browser")
        return [one["message"] for one in entries if "service.pdok.nl" not in one["message"]]

    def screenshot(self, path: Path) -> None:
        taken = _call(self.port, "GET", f"/session/{self.session}/screenshot")
        path.write_bytes(base64.b64decode(taken))

    def _post(self, what: str, **body: object):
        return _call(self.port, "POST", f"/session/{self.session}/{what}", body)


@contextmanager
def chromium(size: tuple[int, int] = DESKTOP):
    """A browser of `size`, as a phone if it is narrow, that reaches nothing outside this machine."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile, _driver() as port:
        opened = _call(port, "POST", "/session", {"capabilities": {"alwaysMatch": _wanted(profile, size)}})
        try:
            yield Chromium(port, opened["sessionId"])
        finally:
            _call(port, "DELETE", f"/session/{opened['sessionId']}")


def _wanted(profile: str, size: tuple[int, int]) -> dict[str, object]:
    width, height = size
    on_phone = {"mobile": width < 600, "touch": width < 600}
    options = {
        "binary": shutil.which("chromium"),
        "args": [*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"],
        "mobileEmulation": {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1} | on_phone},
    }
    return {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}


@contextmanager
def _driver():
    with subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            started = next(line for line in process.stdout if "started successfully on port" in line)
            yield int(started.split()[-1].rstrip("."))
        finally:
            process.terminate()


def _call(port: int, method: str, path: str, body: dict[str, object] | None = None):
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        value = json.load(connection.getresponse())["value"]
    finally:
        connection.close()
    assert not (isinstance(value, dict) and "error" in value), value
    return value

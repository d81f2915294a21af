"""A published Testland, made once, and the command as its user types it, in English unless a test says otherwise."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.declarations.catalog import load
from layers.messages import language, speak, speaking
from services import cli
from services.cli.screen import complaints, screen
from services.jobs import demo
from services.jobs.publish import publish_all
from services.settings import override
from tests.services.running import Answer, Zicht, copy_layers, told

with speaking("en"):
    import services.cli.app  # noqa: F401  # the help of its commands is said once, when it is imported


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The command speaks English, in this process and in others; what is published without it stays Dutch. Its secret
    is one of the test.
    """
    monkeypatch.setenv("ZICHT_LANG", "en")
    monkeypatch.setenv("ZICHT_VAULT", str(tmp_path / "vault"))
    yield
    override("LANG", None)
    override("LAYERS", None)
    override("STORE", None)


@pytest.fixture
def zicht(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Zicht:
    """Run the command line in this process: zicht("build", "misdrijven")."""
    monkeypatch.setenv("COLUMNS", "200")
    for console in (screen, complaints):  # their width is of the environment that imported them first
        monkeypatch.setattr(console, "width", 200)

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["zicht", *(str(one) for one in arguments)])
        before = language()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            speak(before)
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> demo.Demonstration:
    """The demonstration on Testland, in a folder of its own; not to be changed."""
    home = tmp_path_factory.mktemp("testland")
    return demo.make(None, None, home, told)


@pytest.fixture
def published(shown: demo.Demonstration, tmp_path: Path) -> Path:
    """A copy of that folder, to do anything with."""
    home = tmp_path / "home"
    shutil.copytree(shown.home, home, symlinks=True)
    return home


@pytest.fixture
def small(shown: demo.Demonstration, tmp_path: Path) -> Path:
    """A folder in which only the wijken are published: quick to publish again."""
    home = tmp_path / "home"
    copy_layers(shown.home, home, "wijk")
    config = home / "pygeoapi-config.yml"
    shutil.copy(shown.config, config)
    publish_all(home, config, load(), told)
    return home

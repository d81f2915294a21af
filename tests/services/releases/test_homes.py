"""Every home is served under its own titles, and without a name it is the one that was published last."""

import os
import shutil
from pathlib import Path

import pytest

from services.jobs import demo, serve
from services.ogc import app, configuration
from services.releases import homes
from tests.services.running import Zicht

ROOT = Path(__file__).parents[3]


def published_at(home: Path, moment: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "current").symlink_to("releases/abc")
    os.utime(home / "current", (moment, moment), follow_symlinks=False)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with nothing chosen in the environment."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("ZICHT_HOME", "ZICHT_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.mark.usefixtures("elsewhere")
def test_the_home_published_last_is_the_one_to_serve():
    assert serve.home_to_read(None) == Path("output/demo")
    published_at(Path("output/demo"), 100)
    published_at(Path("output/demo-gm0363"), 300)
    published_at(Path("output/demo-gm0344"), 200)
    Path("output/data").mkdir()
    assert serve.home_to_read(None) == Path("output/demo-gm0363")


@pytest.mark.usefixtures("elsewhere")
def test_a_home_that_is_named_goes_before_the_one_published_last(monkeypatch: pytest.MonkeyPatch):
    published_at(Path("output/demo-gm0363"), 300)
    monkeypatch.setenv("ZICHT_HOME", "output/demo")
    assert serve.home_to_read(None) == Path("output/demo")
    assert serve.home_to_read(Path("output/other")) == Path("output/other")


def test_the_configuration_of_a_home_stands_beside_it_and_of_the_default_home_in_the_working_folder(elsewhere: Path):
    assert homes.configuration(Path("output/demo")) == Path("pygeoapi-config.yml")
    assert homes.configuration(elsewhere / "output" / "demo") == Path("pygeoapi-config.yml")
    assert homes.configuration(Path("output/demo-gm0363")) == Path("output/demo-gm0363/pygeoapi-config.yml")


def test_the_committed_configuration_starts_with_the_template_that_is_shipped():
    committed = (ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8")
    assert committed.partition("resources:\n")[0] == configuration.TEMPLATE.read_text(encoding="utf-8")


def test_in_an_empty_folder_publish_writes_the_configuration_from_the_template(
    zicht: Zicht, shown: demo.Demonstration, elsewhere: Path
):
    shutil.copytree(shown.home / "layers" / "drugs" / "wijk", elsewhere / "output/demo/layers/drugs/wijk")
    assert zicht("publish", "--check").code == 1
    assert zicht("publish").code == 0
    written = Path("pygeoapi-config.yml").read_text(encoding="utf-8")
    assert written.startswith(configuration.TEMPLATE.read_text(encoding="utf-8") + "resources:\n")
    assert "data: ${ZICHT_HOME:-output/demo}/current/zicht.sqlite" in written
    assert zicht("publish", "--check").code == 0


def test_serve_takes_the_home_published_last_with_its_own_configuration_and_says_so(
    zicht: Zicht, shown: demo.Demonstration, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
):
    served = []
    monkeypatch.setattr(app, "serve", lambda *arguments: served.append(arguments))
    for home, level in (("output/demo", "wijk"), ("output/demo-gm0363", "buurt")):
        shutil.copytree(shown.home / "layers" / "drugs" / level, elsewhere / home / "layers" / "drugs" / level)
        assert zicht("publish", "--home", home).code == 0
    answer = zicht("serve")
    assert answer.code == 0, answer.err
    assert "Serves output/demo-gm0363, published 20" in answer.out
    assert served.pop()[:2] == (Path("output/demo-gm0363"), Path("output/demo-gm0363/pygeoapi-config.yml"))
    assert "indicatoren_drugs_buurt" in zicht("layers").out
    assert zicht("publish", "--home", "output/demo").code == 0
    assert zicht("serve").code == 0
    assert served.pop()[:2] == (Path("output/demo"), Path("pygeoapi-config.yml"))


def test_a_release_is_not_served_under_the_titles_of_another(zicht: Zicht, shown: demo.Demonstration, elsewhere: Path):
    other = elsewhere / "other.yml"
    answer = zicht("serve", "--home", shown.home, "--config", other)
    assert answer.code == 1
    assert "does not describe the release of" in answer.err
    titled = shown.config.read_text(encoding="utf-8").replace("(Testland)", "(Amsterdam)")
    other.write_text(titled, encoding="utf-8")
    answer = zicht("serve", "--home", shown.home, "--config", other)
    assert answer.code == 1
    assert f"run `zicht publish --home {shown.home} --config {other}`" in answer.err


def test_a_configuration_that_cannot_be_read_says_so(zicht: Zicht, shown: demo.Demonstration, elsewhere: Path):
    other = elsewhere / "other.yml"
    other.write_text("resources: [", encoding="utf-8")
    answer = zicht("publish", "--check", "--home", shown.home, "--config", other)
    assert answer.code == 1
    assert "other.yml: cannot be read" in answer.err

"""Every home is served under its own titles, and without a name it is the one that was published last."""

import os
from pathlib import Path

import pytest
import yaml

from layers.messages import speaking
from services.jobs import demo, serve
from services.jobs.configurations import composed
from services.ogc import configuration, server
from services.ogc.origin import HomeOrigin, Release
from services.releases import homes, release
from tests.services.running import Zicht, copy_layers

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


def test_what_is_not_testland_never_writes_the_configuration_that_is_committed(
    zicht: Zicht, shown: demo.Demonstration, elsewhere: Path
):
    copy_layers(shown.home, home := elsewhere / "output/demo", "wijk")
    Path("pygeoapi-config.yml").write_text("resources: {}\n")
    for file in (home / "layers").rglob("layer.json"):
        file.write_text(file.read_text(encoding="utf-8").replace('"made_up": true', '"made_up": false'))
    assert zicht("publish").code == 0
    assert Path("pygeoapi-config.yml").read_text() == "resources: {}\n"
    assert "indicatoren-misdrijven-wijk" in (home / "pygeoapi-config.yml").read_text()
    assert zicht("publish", "--check").code == 0


def test_the_committed_configuration_starts_with_the_template_that_is_shipped():
    committed = (ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8")
    assert committed.partition("resources:\n")[0] == configuration.TEMPLATES["nl"].read_text(encoding="utf-8")


def test_in_an_empty_folder_publish_writes_the_configuration_from_the_template(
    zicht: Zicht, shown: demo.Demonstration, elsewhere: Path
):
    copy_layers(shown.home, elsewhere / "output/demo", "wijk")
    assert zicht("publish", "--check").code == 1
    assert zicht("publish").code == 0
    written = Path("pygeoapi-config.yml").read_text(encoding="utf-8")
    assert written.startswith(configuration.TEMPLATES["nl"].read_text(encoding="utf-8") + "resources:\n")
    assert "data: ${ZICHT_HOME:-output/demo}/current/zicht.sqlite" in written
    assert zicht("publish", "--check").code == 0


def test_serve_takes_the_home_published_last_with_its_own_configuration_and_says_so(
    zicht: Zicht, shown: demo.Demonstration, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
):
    served = []
    monkeypatch.setattr(server, "serve", lambda site, *_: served.append((site.home, site.config)))
    for home, level in (("output/demo", "wijk"), ("output/demo-gm0363", "buurt")):
        copy_layers(shown.home, elsewhere / home, level)
        assert zicht("publish", "--home", home).code == 0
    answer = zicht("serve")
    assert answer.code == 0, answer.err
    assert "Serves output/demo-gm0363, published 20" in answer.out
    assert served.pop() == (Path("output/demo-gm0363"), Path("output/demo-gm0363/pygeoapi-config.yml"))
    assert "indicatoren_misdrijven_buurt" in zicht("layers").out
    assert zicht("publish", "--home", "output/demo").code == 0
    assert zicht("serve").code == 0
    assert served.pop() == (Path("output/demo"), Path("pygeoapi-config.yml"))


def served_from(home: Path) -> Release:
    origin = HomeOrigin(home)
    return origin.taken(origin.first())


def test_a_release_is_not_served_under_the_titles_of_another(zicht: Zicht, shown: demo.Demonstration, elsewhere: Path):
    """As it would be after a publication that was killed between its configuration and its release."""
    other = elsewhere / "other.yml"
    answer = zicht("serve", "--home", shown.home, "--config", other)
    assert answer.code == 1
    assert f"run `zicht publish --home {shown.home} --config {other}`" in answer.err
    titled = shown.config.read_text(encoding="utf-8").replace("(Testland)", "(Amsterdam)")
    other.write_text(titled.replace("Beheerder van", "Wij van"), encoding="utf-8")
    served = composed(shown.home, other, served_from(shown.home))
    assert "Wij van deze dienst" in served
    assert "(Amsterdam)" not in served
    assert "title: 'Gebieden: wijken (Testland)'" in served


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_release_keeps_its_language_whatever_the_screen_speaks(
    zicht: Zicht, published: Path, elsewhere: Path, lang: str
):
    config = published / "pygeoapi-config.yml"
    identity = release.current(published).name
    for command in (("publish",), ("publish", "--check"), ("export", "table", elsewhere / "table.csv")):
        answer = zicht("--lang", lang, *command, "--home", published)
        assert answer.code == 0, answer.err
    assert release.current(published).name == identity
    assert "Source:" not in config.read_text(encoding="utf-8")
    assert "Bron: Testland" in (elsewhere / "table.csv").read_text(encoding="utf-8-sig")
    with speaking(lang):
        assert "Source:" not in composed(published, config, served_from(published))


@pytest.mark.usefixtures("elsewhere")
def test_a_release_in_english_is_in_english_and_back_with_the_same_figures(zicht: Zicht):
    texts = []
    for lang in ("nl", "en", "nl"):
        for command in (("build", "misdrijven", "--level", "wijk"), ("publish",)):
            answer = zicht("--lang", lang, *command)
            assert answer.code == 0, answer.err
        folder = release.current(Path("output/demo"))
        assert release.language_of(folder) == lang
        tables = {one.id: one.table for one in release.collections(folder)}
        texts.append((folder.name, Path("pygeoapi-config.yml").read_bytes(), tables))
    assert texts[0][:2] == texts[2][:2]
    dutch, english = texts[0], texts[1]
    assert english[0] != dutch[0]
    assert english[1].startswith(configuration.TEMPLATES["en"].read_bytes() + b"resources:")
    for word in (b"Beheerder", b"Bron:", b"Gebieden"):
        assert word in dutch[1]
        assert word not in english[1]
    for name, table in dutch[2].items():
        other = english[2][name]
        assert list(table["id"]) == list(other["id"])
        for column in table.select_dtypes("number"):
            assert table[column].equals(other[column]), (name, column)


@pytest.mark.usefixtures("elsewhere")
def test_layers_of_two_languages_are_not_one_release(zicht: Zicht):
    assert zicht("--lang", "nl", "build", "misdrijven", "--level", "wijk").code == 0
    assert zicht("--lang", "en", "build", "misdrijven", "--level", "wijk", "--lens", "buitengebied").code == 0
    answer = zicht("publish")
    assert answer.code == 1
    assert "its layers were built in several languages (en, nl), and a release has one; build them again" in answer.err


def test_templates_differ_in_their_texts_only():
    dutch, english = (yaml.safe_load(configuration.TEMPLATES[one].read_text(encoding="utf-8")) for one in ("nl", "en"))
    assert dutch.keys() == english.keys()
    assert dutch["server"].keys() == english["server"].keys()
    assert dutch["server"]["limits"] == english["server"]["limits"]
    assert dutch["server"]["url"] == english["server"]["url"]
    assert dutch["metadata"].keys() == english["metadata"].keys()
    assert (dutch["server"]["languages"][0], english["server"]["languages"][0]) == ("nl-NL", "en-US")


def test_a_configuration_that_cannot_be_read_says_so(zicht: Zicht, shown: demo.Demonstration, elsewhere: Path):
    other = elsewhere / "other.yml"
    other.write_text("resources: [", encoding="utf-8")
    answer = zicht("publish", "--check", "--home", shown.home, "--config", other)
    assert answer.code == 1
    assert "other.yml: cannot be read" in answer.err

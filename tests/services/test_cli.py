"""The command as its user types it: what it does, what it says when it cannot, and how it ends."""

import json
import logging
import shutil
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import geopandas
import pandas as pd
import pytest
from rich.console import Console

from geo.messages import message
from layers.messages import speaking
from services.cli import app, reports
from services.cli.build import build
from services.cli.levels import LEVELS
from services.jobs import demo
from services.releases import release
from tests.ogc import servers
from tests.services.running import Zicht


@pytest.mark.parametrize("command", [None, *sorted(one.__name__ for one in app.COMMANDS)])
def test_help_teaches_with_an_example(zicht: Zicht, command: str | None):
    answer = zicht(*([command] if command else []), "--help")
    assert answer.code == 0
    assert (
        "zicht demo" in answer.out if command is None else f"zicht {command}" in answer.out.replace("Usage: zicht", "")
    )


@pytest.mark.parametrize("key", ["max_lost", "zone", "header_row"])
def test_help_on_counting_teaches_what_a_file_may_ask_for(zicht: Zicht, key: str):
    assert f"{key} =" in " ".join(zicht("tally", "--help").out.split())


def test_check_shows_what_is_declared(zicht: Zicht):
    answer = zicht("check")
    assert answer.code == 0
    assert "misdrijven" in answer.out
    assert "buitengebied" in answer.out


def test_check_names_all_three_faults_of_a_theme(zicht: Zicht, tmp_path: Path):
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "fout.toml").write_text(
        'id = "anders"\ntitle = ""\nquestion = "Waar?"\nlevel = "straat"\nindicator = []\n'
        '[search]\nstatistic = "getis_ord"\nmax_q = 0.05\n[privacy]\nmin_count = 5\nmin_exposure = 50\n'
    )
    answer = zicht("check", tmp_path)
    assert answer.code == 1
    assert "4 faults" in answer.err
    for part in ("themes/fout.toml: id:", "themes/fout.toml: title:", "themes/fout.toml: level:", "found 'straat'"):
        assert part in answer.err


@pytest.mark.parametrize("inside", ["", "theme", "themes"])
def test_a_folder_that_declares_nothing_is_not_said_to_be_without_faults(zicht: Zicht, tmp_path: Path, inside: str):
    (tmp_path / inside).mkdir(exist_ok=True)
    answer = zicht("check", tmp_path)
    assert answer.code == 1
    assert "declares nothing; it must hold themes/, lenses/, sources/ or corrections/" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "wapens"), "unknown theme 'wapens'; known: branches, branches_2012, branches_buurt, branches_groei"),
        (
            ("build", "misdrijven", "--lens", "stad"),
            "unknown lens for theme 'misdrijven' 'stad'; known: basis, binnenstad, buitengebied",
        ),
        (
            ("build", "misdrijven", "--level", "straat"),
            "unknown level 'straat'; known: buurt, wijk, gemeente, h3-7, h3-8, h3-9, h3-10",
        ),
        (("build", "misdrijven", "--period", "1999"), "period 1999: not one of"),
        (("build", "misdrijven", "--gemeente", "GM0001"), "unknown gemeente 'GM0001'; known: GM9"),
        (("build", "misdrijven", "--gemeente", "Atlantis"), "unknown gemeente 'Atlantis'; known: GM9101 Zilverlo"),
        (("demo", "--gemeente", "GM0363"), "'GM0363'; known: GM9101 Zilverlo"),
        (("demo", "--gemeente", "GM0363"), "this is Testland, which is made up; for a real gemeente give the folder"),
        (("build", "misdrijven", "--data", "/nowhere"), "/nowhere: no such folder; ZICHT_DATA"),
        (("publish",), "no layers have been built; run `zicht build THEME` first"),
        (("publish", "--check"), "nothing has been published; run `zicht publish` first"),
        (("layers",), "nothing has been published"),
        (("serve",), "nothing has been published"),
        (("export", "table"), "nothing has been published"),
        (("check", "/nowhere"), "no such folder"),
    ],
)
def test_a_fault_the_user_can_mend_is_one_message_and_code_1(
    zicht: Zicht, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
):
    monkeypatch.setenv("ZICHT_HOME", str(tmp_path))
    answer = zicht(*arguments)
    assert answer.code == 1
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert answer.err.count("error:") == 1


@pytest.mark.parametrize(
    "arguments", [("bouw",), ("build",), ("build", "misdrijven", "--hoe"), ("export", "pdf"), ("serve", "--port", "0")]
)
def test_wrong_usage_ends_with_code_2(zicht: Zicht, arguments: tuple[str, ...]):
    assert zicht(*arguments).code == 2


def test_build_publish_layers_and_export_do_the_main_job(zicht: Zicht, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZICHT_HOME", str(tmp_path / "home"))
    config = tmp_path / "config.yml"
    config.write_text(Path("pygeoapi-config.yml").read_text(encoding="utf-8").partition("\nresources:")[0] + "\n")
    built = zicht(
        "build", "misdrijven", "--level", "wijk", "--level", "buurt", "--period", "2025", "--lens", "buitengebied"
    )
    assert built.code == 0, built.err
    assert "Testland" in built.out
    assert "never says anything about a person" in " ".join(built.out.split())
    assert zicht("publish", "--config", config).code == 0
    assert zicht("publish", "--check", "--config", config).code == 0
    shown = zicht("layers")
    assert all(
        name in shown.out for name in ("zoekgebieden_misdrijven", "indicatoren_misdrijven_wijk", "gebieden_buurt")
    )
    for kind, name in (("table", "z.csv"), ("geopackage", "z.gpkg"), ("folium", "z.html")):
        assert zicht("export", kind, tmp_path / name).code == 0
    assert len(geopandas.read_file(tmp_path / "z.gpkg", layer="gebieden_buurt")) == 692


@pytest.mark.parametrize("gemeente", ["Havermonde", "haver", "gm9363"])
def test_build_shows_a_gemeente_by_its_name_and_says_what_was_built_and_where(
    zicht: Zicht, tmp_path: Path, gemeente: str
):
    options = ("--level", "wijk", "--period", "2024", "--gemeente", gemeente, "--home", tmp_path / "home")
    answer = zicht("build", "misdrijven", *options)
    assert answer.code == 0, answer.err
    assert f"Built in {tmp_path}/home: misdrijven, wijk, 2024, lens basis, Havermonde\n" in answer.out
    assert f"Next: `zicht publish --home {tmp_path}/home`\n" in answer.out
    (table,) = (tmp_path / "home" / "layers").rglob("indicatoren-*.parquet")
    assert set(pd.read_parquet(table)["gebiedscode"].str[2:6]) == {"9363"}


def test_the_demonstration_of_a_gemeente_of_testland_shows_that_gemeente(
    zicht: Zicht, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copy("pygeoapi-config.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    answer = zicht("demo", "--gemeente", "Havermonde", "--no-serve")
    assert answer.code == 0, answer.err
    layers = [json.loads(one.read_text()) for one in Path("output/demo-gm9363/layers").rglob("layer.json")]
    assert [one["key"]["gemeente"] for one in layers] == ["GM9363"] * 5
    assert "Oosterlake" not in answer.out


def test_help_loads_nothing_that_takes_long():
    script = (
        "import sys; sys.argv = ['zicht', '--help']; from services import cli; cli.main(); print(list(sys.modules))"
    )
    modules = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert "'typer.rich_utils'" in modules
    assert not [one for one in ("pandas", "numpy", "shapely", "pydantic", "pygeoapi") if f"'{one}'" in modules]


def test_serving_loads_no_searches_tables_of_shapes_or_maps(published: Path):
    script = (
        "import sys, uvicorn; uvicorn.Server.run = lambda *_, **__: None; from services import cli; cli.main(); "
        "print(list(sys.modules))"
    )
    command = [sys.executable, "-c", script, "serve", "--home", published, "--port", str(servers.free_port())]
    modules = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "'services.ogc.edition'" in modules
    heavy = ("folium", "geopandas", "libpysal", "numba", "pyogrio", "rasterio", "scipy")
    assert not [one for one in heavy if f"'{one}'" in modules]


def test_publish_check_says_when_the_configuration_is_not_current(zicht: Zicht, published: Path):
    config = published / "pygeoapi-config.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("gebieden-buurt:", "gebieden-oud:"), encoding="utf-8")
    assert zicht("publish", "--check", "--home", published, "--config", config).code == 1
    assert zicht("publish", "--home", published, "--config", config).code == 0
    config.write_text(config.read_text(encoding="utf-8").replace("table: gebieden-wijk", "table: gebieden-buurt"))
    answer = zicht("publish", "--check", "--home", published, "--config", config)
    assert answer.code == 1
    assert "stale on gebieden-wijk" in answer.err


def test_a_port_in_use_is_named_with_the_way_out(zicht: Zicht, published: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = zicht("serve", "--home", published, "--port", port)
    assert answer.code == 1
    assert f"port {port} on 127.0.0.1 is in use; choose another with --port" in answer.err


def test_serve_check_says_whether_it_can_be_served_and_serves_nothing(zicht: Zicht, published: Path):
    asked = ("serve", "--check", "--home", published, "--port", str(servers.free_port()))
    answer = zicht(*asked)
    assert (answer.code, answer.err) == (0, "")
    assert f"It can be served: {published}" in answer.out.replace("\n", "")
    assert "Ctrl-C" not in answer.out
    own = published / "pygeoapi-config.own.yml"
    own.write_text("server: [", encoding="utf-8")
    assert "pygeoapi-config.own.yml" in zicht(*asked).err
    own.unlink()
    page = published / "current" / "kaart.html"
    page.write_bytes(page.read_bytes()[:-1] + b" ")  # as large as it was
    answer = zicht(*asked)
    assert answer.code == 1
    assert all(part in answer.err for part in ("kaart.html", "zicht verify --repair"))


def test_a_key_is_shown_once_and_serves_what_is_for_colleagues(zicht: Zicht, published: Path, tmp_path: Path):
    file = tmp_path / "keys"
    answer = zicht("key", "gis", "--keys", file)
    assert answer.code == 0
    key, about = answer.out.split("\n", 1)
    assert len(key) == 43
    assert str(file) in about
    assert file.read_text() == f"gis {sha256(key.encode()).hexdigest()}\n"
    assert "gis has a key" in zicht("key", "gis", "--keys", file).err
    assert "--keys FILE" in zicht("key", "gis").err
    asked = ("serve", "--check", "--home", published, "--port", str(servers.free_port()))
    assert "All of it is for everyone" in zicht(*asked, "--keys", file).out
    file.chmod(0o666)
    answer = zicht(*asked, "--keys", file)
    assert answer.code == 1
    assert "chmod go-w" in answer.err


def test_the_demonstration_says_what_of_the_truth_is_found_raw_and_given_what_is_there(shown: demo.Demonstration):
    console = Console(width=200)
    with speaking("en"), console.capture() as captured:
        console.print(reports.truth(shown))
    rows = [[one.strip() for one in line.strip("│").split("│")] for line in captured.get().splitlines() if "│" in line]
    assert rows == [["sterk", "4.0", "9", "9", "9"], ["zwak", "2.0", "9", "8", "8"], ["grens", "3.0", "9", "8", "8"]]
    assert "0 buurten marked where nothing is planted" in captured.get()


def test_the_table_opens_in_a_dutch_spreadsheet_and_runs_nothing(
    shown: demo.Demonstration, tmp_path: Path, zicht: Zicht
):
    path = tmp_path / "z.csv"
    assert zicht("export", "table", path, "--home", shown.home).code == 0
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig", skiprows=1)
    zoekgebieden = next(one for one in release.collections(shown.folder) if one.id == "zoekgebieden_misdrijven")
    assert list(table["Score"]) == pytest.approx(list(zoekgebieden.table["score"]))
    assert "persoon, adres of bedrijf" in raw.decode("utf-8-sig").splitlines()[0]


def test_the_command_names_the_levels_and_the_lens_that_the_pipeline_has():
    from layers.declarations.lenses import BASIS  # noqa: PLC0415
    from layers.method import area_plan  # noqa: PLC0415

    assert [str(one) for one in area_plan.LEVELS] == list(LEVELS)
    assert build.__defaults__[2] == BASIS


def test_a_warning_that_is_a_message_is_written_in_the_language_of_the_screen(zicht: Zicht):
    text = message("compiling the statistics: some seconds, this first time only")
    for lang, begins in (("nl", "de toetsen worden gecompileerd"), ("en", "compiling the statistics")):
        assert zicht("--lang", lang, "--version").code == 0
        with speaking(lang):
            written = logging.lastResort.format(logging.LogRecord("geo", 30, "", 0, text, (), None))
        assert written.startswith(begins)


def test_names_of_pydantic_and_of_our_parameters_are_not_on_the_screen(zicht: Zicht, tmp_path):
    assert "'kind': 'foo' is not one of 'theme'" in zicht("new", "foo", "bar").err
    answer = zicht("series", "20x6=a", "--column", "n", "--vintage", 2022, "--to", tmp_path / "w.csv")
    assert "YEAR=FILE...: '20x6=a' is not YEAR=" in answer.err
    assert "COUNTS" not in answer.err

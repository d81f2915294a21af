"""The cache of a home: whole, bounded, for its owner alone, and what is confidential apart."""

import json
import os
import time
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layers.method.ports import About
from services.cache import disk
from services.cache.disk import HomeCache


def about(name: str = "a", *, confidential: bool = False) -> About:
    return About("figures", (name, "2024"), {}, {"figures": "1"}, {"figures/period": "2"}, {}, (), confidential)


def key(at: int) -> str:
    return f"{at:064x}"


def value(at: int = 0) -> pd.Series:
    return pd.Series(np.full(1000, float(at)))


def files(home: Path) -> dict[str, Path]:
    return {path.name: path for path in home.rglob("*") if path.is_file()}


def test_what_is_put_is_given_back_and_nothing_else(tmp_path: Path):
    cache = HomeCache(tmp_path)
    assert cache.get(key(1)) is None
    cache.put(key(1), value(1), about())
    assert HomeCache(tmp_path).get(key(1)).equals(value(1))  # type: ignore[union-attr]
    assert (cache.has(key(1)), cache.has(key(2))) == (True, False)
    assert cache.get(key(2)) is None


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o177])
def test_it_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path, umask: int):
    before = os.umask(umask)
    try:
        HomeCache(tmp_path / "home").put(key(1), value(), about(confidential=True))
    finally:
        os.umask(before)
    root, vault = tmp_path / "home" / "cache", tmp_path / "vault"
    for path in (root, vault, *root.rglob("*"), *vault.rglob("*")):
        if path.name != ".lock":
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path):
    (tmp_path / "cache" / "open").mkdir(parents=True)
    (tmp_path / "cache" / "open").chmod(0o755)
    HomeCache(tmp_path).put(key(1), value(), about())
    assert (tmp_path / "cache" / "open").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("at", [0, 31, 32, 200, -1])
def test_a_damaged_value_is_noticed_removed_and_made_again(tmp_path: Path, at: int):
    cache = HomeCache(tmp_path)
    cache.put(key(1), value(), about())
    path = files(tmp_path)[f"{key(1)}.zip"]
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    assert cache.get(key(1)) is None
    assert not cache.has(key(1))
    cache.put(key(1), value(), about())
    assert cache.get(key(1)) is not None


@pytest.mark.parametrize("length", [0, 10, 32, 500])
def test_a_value_that_was_cut_off_is_noticed(tmp_path: Path, length: int):
    cache = HomeCache(tmp_path)
    cache.put(key(1), value(), about())
    path = files(tmp_path)[f"{key(1)}.zip"]
    path.write_bytes(path.read_bytes()[:length])
    assert cache.get(key(1)) is None


def test_a_value_of_another_format_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = HomeCache(tmp_path)
    cache.put(key(1), value(), about())
    assert disk.FORMAT == 1
    monkeypatch.setattr(disk, "FORMAT", 2)
    assert cache.get(key(1)) is None


def test_what_was_used_longest_ago_goes_first(tmp_path: Path):
    HomeCache(tmp_path / "one").put(key(0), value(), about())
    size = files(tmp_path)[f"{key(0)}.zip"].stat().st_size
    cache = HomeCache(tmp_path / "home", largest=3 * size + 100)
    for at in range(3):
        cache.put(key(at), value(at), about())
        os.utime(files(tmp_path / "home")[f"{key(at)}.zip"], (at, at))
    assert cache.get(key(0)) is not None  # now it is the one that was used last
    cache.put(key(3), value(3), about())
    assert [cache.has(key(at)) for at in range(4)] == [True, False, True, True]
    assert sum(path.suffix == ".json" for path in files(tmp_path / "home").values()) == 3


def test_it_may_take_two_gigabytes():
    assert disk.LARGEST == 2147483648


def test_what_is_confidential_is_in_the_vault_and_goes_by_itself(tmp_path: Path):
    home, other = HomeCache(tmp_path / "home"), HomeCache(tmp_path / "other")
    for cache in (home, other):
        cache.put(key(1), value(), about("open"))
        cache.put(key(2), value(), about("eigen", confidential=True))
        assert (cache.has(key(1)), cache.has(key(2))) == (True, True)
    assert {path.parent.name for path in files(tmp_path / "home").values() if path.suffix == ".zip"} == {"open"}
    assert len([*(tmp_path / "vault" / "cache").glob("*/*.zip")]) == 2
    count, size = home.clean(confidential_only=True)
    assert (count, size > 0) == (1, True)
    assert (home.has(key(1)), home.has(key(2)), other.has(key(2))) == (True, False, True)
    assert home.clean()[0] == 1
    assert not home.has(key(1))
    assert HomeCache(tmp_path / "nothing").clean() == (0, 0)


def test_what_an_earlier_zicht_kept_in_the_home_goes(tmp_path: Path):
    before = tmp_path / "cache" / "vertrouwelijk"
    before.mkdir(parents=True)
    (before / "value.zip").touch()
    HomeCache(tmp_path).put(key(1), value(), about())
    assert not before.exists()


def test_it_tells_what_the_last_value_was_made_by(tmp_path: Path):
    cache = HomeCache(tmp_path)
    cache.put(key(1), value(), about("a"))
    cache.put(key(2), value(), about("b", confidential=True))
    assert cache.latest("figures", ("b", "2024")) == about("b", confidential=True)
    assert cache.latest("figures", ("c", "2024")) is None
    described = files(tmp_path)[f"{key(2)}.json"]
    described.write_text(json.dumps({"kind": "figures"}))
    assert cache.latest("figures", ("b", "2024")) is None


def test_a_disk_that_refuses_it_is_no_fault_of_the_build(tmp_path: Path):
    (tmp_path / "cache").write_text("a file")
    cache = HomeCache(tmp_path)
    cache.put(key(1), value(), about())
    assert cache.get(key(1)) is None


def put_for_ever(home: Path, largest: int) -> None:
    cache, at = HomeCache(home, largest), 0
    while True:
        cache.put(key(at % 7), value(at % 7), about())
        at += 1


def putter(home: Path, largest: int) -> BaseProcess:
    """A process that puts values until it is killed."""
    process = get_context("fork").Process(target=put_for_ever, args=(home, largest))
    process.start()
    return process


@pytest.mark.parametrize("largest", [10**9, 20_000])
def test_who_reads_while_two_write_and_are_killed_meets_whole_values_only(tmp_path: Path, largest: int, caplog):
    cache = HomeCache(tmp_path, largest)
    met = 0
    for moment in (0.05, 0.13, 0.21):
        both = [putter(tmp_path, largest), putter(tmp_path, largest)]
        until = time.monotonic() + moment
        while time.monotonic() < until or not met:
            for at in range(7):
                if (found := cache.get(key(at))) is not None:
                    assert found.equals(value(at))  # type: ignore[attr-defined]
                    met += 1
        for one in both:
            one.kill()
            one.join()
        for at in range(7):
            found = cache.get(key(at))
            assert found is None or found.equals(value(at))  # type: ignore[attr-defined]
    assert "damaged" not in caplog.text
    cache.put(key(99), value(99), about())
    assert not list(tmp_path.rglob(".unfinished-*"))

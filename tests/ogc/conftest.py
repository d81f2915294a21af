"""The real server over a home with two releases, started once."""

import pytest

from tests.ogc import servers

MAP = "<h1>De kaart</h1><script>let open = 1</script>" + "<p>" * 1000


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def api(home):
    port = servers.free_port()
    _, config = servers.a_home(home, port)
    (home / "current" / "kaart.html").write_text(MAP)
    (home / "current" / "zicht.gpkg").write_bytes(b"GPKG" * 1000)
    (home / "current" / "geheim.txt").write_text("niet voor buiten")
    with servers.running(servers.ours(home, config, port), home, config, port) as client:
        yield client

"""What OPERATING.md says to write on a server is what systemd and nginx take."""

import os
import re
import shutil
import ssl
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.ogc import servers

GUIDE = (servers.ROOT / "OPERATING.md").read_text(encoding="utf-8")
NGINX = """
daemon off; error_log stderr; pid {folder}/nginx.pid; events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
        {location}
    }}
}}
"""


def needs(*programs: str) -> None:
    """Skip on a machine without these; they are Debian's, and CI is not asked to have them."""
    for one in programs:
        if shutil.which(one, path=f"{os.defpath}:/usr/sbin:/sbin") is None:
            pytest.skip(f"no {one} on this machine")


def blocks(first: str) -> list[str]:
    """The blocks of the guide that begin so."""
    return re.findall(rf"```\n({re.escape(first)}\n.*?)```", GUIDE, re.DOTALL)


def test_systemd_takes_the_units_as_they_stand(tmp_path: Path):
    needs("systemd-analyze")
    nightly, serving = blocks("[Service]")
    (timer,) = blocks("[Timer]")
    program = tmp_path / "zicht"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name, text in (("nightly.service", nightly), ("nightly.timer", timer), ("serving.service", serving)):
        unit = text.replace("/opt/zicht/.venv/bin/zicht", str(program)).replace("User=zicht-web", "User=daemon")
        (tmp_path / name).write_text(unit.replace("User=zicht\n", "User=daemon\n"))
    names = ("nightly.service", "nightly.timer", "serving.service")
    done = subprocess.run(
        ["systemd-analyze", "verify", *names], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith(names)]
    assert done.returncode == 0, done.stderr
    assert not said


def test_cron_gives_a_night_all_that_the_settings_say(tmp_path: Path):
    (line,) = re.findall(r"`30 3 \* \* \* zicht (.*?)`", GUIDE)
    settings = tmp_path / "zicht.env"
    (named,) = blocks("ZICHT_HOME=/srv/zicht/home")
    settings.write_text(named.strip("`\n") + "\nZICHT_LAYERS=/srv/zicht/own\n")
    night = line.replace("/etc/zicht.env", str(settings)).replace("/opt/zicht/.venv/bin/zicht nightly", "env #")
    done = subprocess.run(["/bin/sh", "-c", night], capture_output=True, text=True, check=True, env={})
    given = dict(one.split("=", 1) for one in done.stdout.splitlines() if one.startswith("ZICHT_"))
    assert given.items() >= {
        "ZICHT_HOME": "/srv/zicht/home", "ZICHT_URL": "https://zicht.example.nl", "ZICHT_LAYERS": "/srv/zicht/own",
    }.items()  # fmt: skip
    assert given["ZICHT_VAULT"] == "/srv/zicht/vault"


def test_make_says_where_no_other_user_can_run_what_it_installed(tmp_path: Path):
    closed = tmp_path / "closed"
    for folder in (closed, tmp_path / ".venv" / "bin"):
        folder.mkdir(parents=True)
    (closed / "python3.13").touch()
    (tmp_path / ".venv" / "bin" / "python").symlink_to(closed / "python3.13")
    make = ["make", "-f", servers.ROOT / "Makefile", "for-others"]
    closed.chmod(0o755)
    before = subprocess.run(make, cwd=tmp_path, capture_output=True, text=True, check=True)
    closed.chmod(0o700)
    after = subprocess.run(make, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"may not enter {closed}," not in before.stderr
    assert f"other users cannot run this zicht, since they may not enter {closed}," in after.stderr


@pytest.mark.parametrize("prefix", ["", "/zicht"])
def test_nginx_serves_it_over_tls_at_the_address_that_readers_use(tmp_path: Path, prefix: str):
    needs("nginx", "openssl")
    inside, outside = servers.free_port(), servers.free_port()
    home, config = servers.a_home(tmp_path / "home", inside)
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "certificate.pem"]  # fmt: skip
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    (location,) = re.findall(rf"`(location {prefix}/ \{{ proxy_pass http://127\.0\.0\.1:5000; \}})`", GUIDE)
    text = NGINX.format(folder=tmp_path, port=outside, location=location.replace("5000", str(inside)))
    (tmp_path / "nginx.conf").write_text(text)
    address = f"https://localhost:{outside}{prefix}"
    nginx = shutil.which("nginx", path=f"{os.defpath}:/usr/sbin:/sbin")
    trusted = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    os.environ["ZICHT_URL"] = address  # noqa: TID251  # for the server, another process
    try:
        with servers.running(servers.ours(home, config, inside), home, config, inside):
            command = [nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
            front = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            try:
                landing = _answer(f"{address}/v1?f=json", trusted)
                links = {one["href"] for one in landing.json()["links"]}
                assert links
                assert all(
                    link.startswith(f"{address}/") for link in links if "localhost" in link or "127.0.0.1" in link
                )
                assert httpx.get(f"{address}/v1/collections?f=json", verify=trusted).status_code == 200
            finally:
                front.terminate()
                front.wait(10)
    finally:
        del os.environ["ZICHT_URL"]  # noqa: TID251


def _answer(url: str, trusted: ssl.SSLContext) -> httpx.Response:
    """The answer, once nginx is there."""
    for _ in range(100):
        try:
            answer = httpx.get(url, verify=trusted, timeout=30)
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            assert answer.status_code == 200, answer.text
            return answer
    raise AssertionError(f"nothing answers at {url}")


def test_the_image_runs_as_a_user_of_its_own_and_copies_nothing_that_is_not_needed():
    image = (servers.ROOT / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER (?!root)", image, re.MULTILINE)
    user = re.search(r"^USER (\d+)$", image, re.MULTILINE)  # a number: what runs it can then see that it is not root
    assert user is not None
    assert f"--uid {user[1]} " in image
    assert user.start() < image.index("ENTRYPOINT")
    ignored = (servers.ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    copied = {one.removeprefix("!") for one in ignored[1:]}
    assert copied == {
        "boundaries", "geo", "layers", "services", "LICENSE", "Makefile", "README.md", "pyproject.toml",
        "requirements*.lock",
    }  # fmt: skip

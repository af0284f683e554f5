"""A real nginx in front of services, on a free port, with the configuration that `scanner deploy nginx` writes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest

from tapehawk.app.deploying import Front, nginx_configuration
from tapehawk.app.settings import settings
from tests.bus.servers import free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
_AROUND = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/tapehawk.conf;
}}
"""


class Nginx:
    """nginx in front of `hosts`: a service's name to where it runs. Skips where it is not installed."""

    def __init__(self, folder: Path, hosts: dict[str, str], **front: object) -> None:
        if NGINX is None:
            pytest.skip("needs nginx (Debian: nginx-light)")
        self.port, self._folder = free_port(), folder
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        text = nginx_configuration(settings(environment={}), Front(listen=self.port, hosts=hosts, **front))
        (folder / "tapehawk.conf").write_text(text)
        (folder / "nginx.conf").write_text(_AROUND.format(folder=folder))

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [NGINX, "-p", self._folder, "-c", self._folder / "nginx.conf"], stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, self._process.stderr.read()
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

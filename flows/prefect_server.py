"""A Prefect server of our own: loopback only, behind a password, gone when its master is.

Prefect's temporary server writes to the user's terminal, has no password, gives up after 20 seconds (a cold
start takes longer on two busy cores) and outlives a killed run. This one logs to a file in the project's
Prefect folder and ends when its parent does, however that ends: its standard input closes. While
``joinedup serve`` keeps one, other runs of the project use that one, because two on one database lock each
other out.
"""

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from flows.prefect_settings import client_settings, prefect_home, server_settings, use
from governance import write_points
from governance.errors import InternalError
from governance.lock import Held, locked
from governance.store import write_file

START_SECONDS = 120
"""How long a cold start may take; measured 10 to 14 on two busy cores, 4 when warm."""

_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server answers, or will."""

    port: int
    password: str
    process: subprocess.Popen[bytes] | None = None
    """Where it was started here."""

    def ready(self) -> None:
        """Return once it answers.

        Raises:
            InternalError: It ended, or did not answer in time.
        """
        deadline = time.monotonic() + START_SECONDS
        import_module("prefect")  # takes a second, which the server needs anyway
        while not self.answers():
            if (self.process and self.process.poll() is not None) or time.monotonic() > deadline:
                raise _no_server()
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether it is up, and ours: another server on that port would not know the password."""
        return self.asked("admin/version") is not None

    def asked(self, what: str) -> Any:
        """What the server says at a path of its API; None if it does not answer, or not with that."""
        token = base64.b64encode(f"joinedup:{self.password}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{what}", headers={"Authorization": f"Basic {token}"}
        )
        # Not through a proxy, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as answer:
                return json.loads(answer.read() or b'""') if answer.status == 200 else None
        except (urllib.error.URLError, OSError, ValueError):
            return None


@contextmanager
def server_for(root: Path, *, wait: bool = False) -> Iterator[Server]:
    """A server for the project's flows, which this process's Prefect is pointed at; it may still be starting.

    Args:
        root: The project folder; the server's database and log are in ``.joinedup/prefect`` below it.
        wait: If the project already has one, wait until it has ended rather than use it.

    Raises:
        InternalError: None could be started or found.
    """
    home = prefect_home(root)
    try:
        with locked(home / "lock", wait=wait), _started(root) as server:
            yield server
    except Held:
        server = _kept_by_another(home)
        use(client_settings(root, server.password, server.port))
        yield server


@contextmanager
def _started(root: Path) -> Iterator[Server]:
    note, password = prefect_home(root) / "server.json", secrets.token_urlsafe(24)
    process = _spawn(root, password)
    try:
        server = Server(_port(process), password, process)
        use(client_settings(root, password, server.port))
        write_file(note, json.dumps({"port": server.port, "password": password}).encode())
        yield server
    finally:
        write_points.remove(note)
        _stop(process)


def _spawn(root: Path, password: str) -> subprocess.Popen[bytes]:
    home, here = prefect_home(root), Path(__file__).resolve().parent.parent
    use(server_settings(root, password))
    paths = [str(here), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path for path in paths if path))
    with open(home / "server.log", "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.prefect_server"],
            cwd=home,  # away from any prefect.toml or .env in the user's folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            # Ctrl-C is for the run, which stops its server itself, last.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )


def _port(process: subprocess.Popen[bytes]) -> int:
    line = process.stdout.readline() if process.stdout else b""
    if not line.strip().isdigit():
        raise _no_server()
    return int(line)


def _kept_by_another(home: Path) -> Server:
    """The server that holds the lock; it says where it is as soon as it has a port."""
    deadline = time.monotonic() + START_SECONDS
    while not (home / "server.json").exists():
        if time.monotonic() > deadline:
            raise _no_server()
        time.sleep(0.2)
    return Server(**json.loads((home / "server.json").read_bytes()))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Close its input, which it takes as the end; insist after a while."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def _no_server() -> InternalError:
    return InternalError(
        "The orchestrator (a local Prefect server) did not start.",
        why="Runs go through it so that they can be scheduled, watched and stopped.",
        fix="Look at .joinedup/prefect/server.log, or run the same command with --plain, which needs no server.",
        code="E-SERVER",
    )


def main() -> None:
    """The server process: bind, say the port, serve until the parent's end of our input closes."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    import uvicorn  # slow, and the parent waits for the port

    config = uvicorn.Config("prefect.server.api.server:create_app", factory=True, log_level="error", lifespan="on")
    server = uvicorn.Server(config)

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True
        time.sleep(_STOP_SECONDS)
        os._exit(0)  # a request that never ends must not keep a server without a master

    threading.Thread(target=end_with_parent, daemon=True).start()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()

"""Every Prefect setting that this product relies on, set before Prefect is imported.

Prefect reads settings from the environment, from ``prefect.toml`` and ``.env`` in the working directory, and
from profiles. The environment wins, so all inherited ``PREFECT_*`` variables are removed and ours are set:
whatever else is installed, no run is sent to a remote server and no log or result is kept.
"""

import os
from pathlib import Path

from governance import write_points
from governance.platform_calls import private_from_now_on

_DAY_SECONDS = 24 * 60 * 60

KEPT_DAYS = 90
"""So long a run is kept in Prefect's database. What was done stands in the ledger, for good."""

SAFE = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # the server's heartbeat to its makers
    "PREFECT_LOGGING_TO_API_ENABLED": "false",  # log lines would be stored in the database
    "PREFECT_LOGGING_LOG_PRINTS": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",  # results are pickled, world readable by default
    "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
    "PREFECT_TASKS_DEFAULT_RETRIES": "0",
    "PREFECT_FLOWS_DEFAULT_RETRIES": "0",  # a refusal stays a refusal
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # never a second, unprotected server
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # the default 20 is too short for a cold start
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",  # none are used
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # its default keeps runs for good
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEPT_DAYS * _DAY_SECONDS),
}
"""The same for every project; ``prefect.toml`` repeats them for those who use Prefect's own commands."""

_QUIET = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # the command line says what happened; the terminal is not a log
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
}

_HOSTS = ("127.0.0.1", "localhost")


def prefect_home(root: Path) -> Path:
    """The project's own Prefect folder, readable by its owner only."""
    home = root.resolve() / ".joinedup" / "prefect"
    for folder in (home.parent, home):
        write_points.make_folder(folder)
    return home


def use(settings: dict[str, str]) -> None:
    """Replace every Prefect setting of this process, and of the ones it starts, by ``settings``."""
    private_from_now_on()  # Prefect makes files that anyone on the machine could read
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(settings)
    os.environ["DO_NOT_TRACK"] = "1"
    for name in ("NO_PROXY", "no_proxy"):
        # A hospital's proxy would be asked for our own loopback address, and say no.
        listed = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join([*listed, *(host for host in _HOSTS if host not in listed)])


def server_settings(root: Path, password: str) -> dict[str, str]:
    """For the process that is the server."""
    home = prefect_home(root)
    return {
        **SAFE,
        **_QUIET,
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{(home / 'prefect.db').as_posix()}",
        "PREFECT_SERVER_API_AUTH_STRING": f"joinedup:{password}",
    }


def client_settings(root: Path, password: str, port: int) -> dict[str, str]:
    """For the process that runs flows."""
    home = prefect_home(root)
    return {
        **SAFE,
        **_QUIET,
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": f"joinedup:{password}",
    }

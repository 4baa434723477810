"""Ask a running server of ours what is scheduled and how it is set, without loading Prefect."""

from collections.abc import Mapping
from typing import Any

from flows.period import PERIOD
from flows.prefect_server import Server
from flows.serve import NAME, TIME_ZONE


def scheduled(server: Server) -> dict[str, Any]:
    """What the server would run by itself; empty where it knows of nothing."""
    return server.asked(f"deployments/name/{PERIOD}/{NAME}") or {}


def server_settings_of(server: Server) -> dict[str, Any]:
    """The server's own settings, as it is running; empty if it does not say."""
    return server.asked("admin/settings") or {}


def schedule_faults(deployment: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    """What is not as `joinedup serve` sets it, in words; empty if all is.

    Args:
        deployment: From :func:`scheduled`.
        settings: From :func:`server_settings_of`.
    """
    found = _of_deployment(deployment) if deployment else []
    own = settings.get("server", {})
    if own.get("analytics_enabled", True):
        found.append("the server reports to its makers")
    if "flow_runs" not in str(own.get("services", {}).get("db_vacuum", {}).get("enabled", "")):
        found.append("old runs are never removed from Prefect's database")
    return found


def _of_deployment(one: Mapping[str, Any]) -> list[str]:
    active = [each["schedule"] for each in one.get("schedules", ()) if each.get("active")]
    found = []
    if one.get("paused") or not active:
        found.append("the schedule is paused")
    if any(each.get("timezone") != TIME_ZONE for each in active):
        found.append(f"the schedule is not in {TIME_ZONE} time")
    limit = one.get("global_concurrency_limit") or {}
    if (one.get("concurrency_limit") or limit.get("limit")) != 1:
        found.append("more than one run may go at a time")
    return found


def crons(deployment: Mapping[str, Any]) -> str:
    """When it would run: minute, hour, day of month, month, weekday."""
    return ", ".join(str(each["schedule"].get("cron")) for each in deployment.get("schedules", ()))

"""When, not what: Prefect flows and the command line."""

"""Attacks on what the linkage zone holds, each with a control that must fall: else it proves nothing."""

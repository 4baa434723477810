"""Typed models of project, source and policy files, and the bundle they make."""

from governance.sector import Sector
from governance.settings.accountability import Governance
from governance.settings.bundle import Bundle, config_error, load_bundle, validate_yaml
from governance.settings.confirming import Way, signed_together, way_of
from governance.settings.extract import Coded, Column, ColumnClass, EventMapping, ExtractFile, NeedMapping
from governance.settings.fault import placeholders
from governance.settings.linkage import BlockingRule, Linkage
from governance.settings.policy import POLICY_VERSION, Policy
from governance.settings.preset import Preset
from governance.settings.project import Population, Profile, Project
from governance.settings.source import Coverage, Provider, Source
from governance.settings.yaml_file import YamlFile, parse_yaml, read_yaml

__all__ = [
    "POLICY_VERSION",
    "BlockingRule",
    "Bundle",
    "Coded",
    "Column",
    "ColumnClass",
    "Coverage",
    "EventMapping",
    "ExtractFile",
    "Governance",
    "Linkage",
    "NeedMapping",
    "Policy",
    "Population",
    "Preset",
    "Profile",
    "Project",
    "Provider",
    "Sector",
    "Source",
    "Way",
    "YamlFile",
    "config_error",
    "load_bundle",
    "parse_yaml",
    "placeholders",
    "read_yaml",
    "signed_together",
    "validate_yaml",
    "way_of",
]

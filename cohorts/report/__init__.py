"""The board report: safe counts and the facts of manifests in, one accessible page out."""

from cohorts.report.build import build_page
from cohorts.report.facts import ReportFacts, report_facts
from cohorts.report.page import BoardPage
from cohorts.report.write import REPORT_FILE, write_board_report

__all__ = ["REPORT_FILE", "BoardPage", "ReportFacts", "build_page", "report_facts", "write_board_report"]

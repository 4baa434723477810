"""The board report: safe counts and the facts of manifests in, a few accessible pages out."""

from cohorts.report.build import build_page
from cohorts.report.facts import ReportFacts, report_facts
from cohorts.report.page import BoardPage
from cohorts.report.site import REPORT_FILE
from cohorts.report.write import render_pages, write_board_report

__all__ = [
    "REPORT_FILE",
    "BoardPage",
    "ReportFacts",
    "build_page",
    "render_pages",
    "report_facts",
    "write_board_report",
]

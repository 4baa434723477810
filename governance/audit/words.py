"""Plain English for codes that stand in configs, receipts and the ledger.

Held here rather than taken from the code that made them: the auditor imports nothing it audits, and a code it
has no words for is shown as it stands.
"""

CLASSES = {
    "direct_identifier": "Direct identifier",
    "quasi_identifier": "Quasi-identifier",
    "attribute": "Attribute",
    "event_field": "Event field",
    "free_text": "Free text",
    "drop": "Dropped",
}

SECTORS = {
    "nhs": "NHS",
    "council": "Council",
    "police": "Police",
    "fire": "Fire and rescue",
    "justice": "Justice",
    "vcse": "Voluntary sector",
}

COMMON_LAW = {
    "consent": "Consent",
    "statute": "Statute",
    "s251": "Section 251 support",
    "not_confidential": "Not confidential",
}

EXEMPTIONS = {
    "consent": "the person consented",
    "legal_requirement": "the law requires the disclosure",
    "overriding_public_interest": "overriding public interest",
    "anonymised": "anonymised before disclosure",
    "not_cpi": "not confidential patient information",
}

REASONS = {
    "ragged_row": "Row has more or fewer cells than the header",
    "nul_byte": "Row holds a NUL byte: it was damaged on its way",
    "cell_too_long": "A cell of the row is longer than a megabyte",
    "no_record_id": "Row has no record id",
    "nothing_but_id": "Row holds nothing but a record id, as a closing line does",
    "conflicting_record": "Same record id in rows that disagree",
    "not_among_people": "Record id is not among the usable rows of the people file",
    "no_readable_date": "Row has no readable start date",
    "start_date_serial": "Row's start date is a number of days, and the format does not say from which day on",
    "date_unreadable": "Date does not exist or is in another format",
    "date_serial": "Date is a number of days, and the format does not say from which day on",
    "birth_date_future": "Date of birth after the period",
    "birth_date_before_1900": "Date of birth before 1900",
    "nhs_number_shape": "NHS number is not ten digits",
    "nhs_number_repeated": "NHS number is one digit repeated",
    "nhs_number_check_digit": "NHS number fails its check digit",
    "nhs_number_test_range": "NHS number from the test range",
    "postcode_shape": "Not the shape of a UK postcode",
    "formula_cell": "Spreadsheet cell holds a formula",
    "cell_error": "Spreadsheet cell holds an error",
    "number_rounded": "Number was rounded by a spreadsheet",
    "leading_zero_lost": "Number among texts with leading zeros",
    "pattern": "Value does not match the column's pattern",
    "unknown_code": "Code is not listed for the column",
}

EVENTS = {
    "keys_made": "Keys were made",
    "keys_issued": "Custodians issued keys to sources",
    "root_renewed": "Custodians made a new root key",
    "key_rotated": "Key was replaced and everything sealed anew",
    "key_destroyed": "Key was destroyed, with a certificate",
    "custody_renewed": "A custodian was replaced and all shares renewed",
    "config_approved": "Config was approved",
    "cut_off_line_set_aside": "A line that was cut off while it was written was set aside",
    "run_started": "Run started",
    "extract_read": "Extract was read",
    "source_absent": "No extract came, and the month went on without it",
    "rollback_begun": "A rollback was signed, and began",
    "rolled_back": "Results were rolled back to the last good ones",
    "opt_outs_applied": "Opt-outs were dealt with",
    "policy_refused": "Policy said no",
    "rule_waived": "A rule was waived for a time",
    "release_checked": "Somebody checked the release",
    "protected_left_out": "Protected records were dealt with",
    "package_published": "Package was published",
    "package_exported": "Package was written to a file to be carried",
    "package_imported": "Package from another machine was checked and taken in",
    "index_rekeyed": "Person index was carried over to a new epoch's record ids",
    "linked": "Records were linked",
    "person_index_published": "Person index was published",
    "review_approved": "Review of cross-source pairs was approved",
    "review_exported": "Pairs were drawn for review",
    "review_imported": "Answers of reviewers were taken in",
    "older_records_destroyed": "Records of older periods were destroyed",
    "data_destroyed": "Data were destroyed, with a certificate",
    "cohorts_published": "Cohort results were published in the analysis zone",
    "report_staged": "Board report was staged for people to check",
    "report_withdrawn": "Board report was withdrawn",
    "report_to_correct": "Board report was said to be wrong",
    "report_released": "Board report was released",
    "proposals_written": "Proposals of the finder were written",
    "scorecards_written": "Scorecards were written",
    "files_sealed_anew": "Files of one folder were sealed to the new key, and recorded as they are now",
    "files_announced": "A command wrote files, and is about to lead readers to them",
    "files_recorded": "What was written beside the results was recorded, file by file",
    "audit_written": "Audit page was written",
    "run_finished": "Run finished",
    "run_failed": "Run failed",
    "run_awaits": "Run waits for a cleaned list",
    "opt_outs_requested": "Cleaned list was asked for",
    "voice_taken_in": "What people told us was taken in, signed by who read it",
    "voice_withdrawn": "What people told us was withdrawn",
}

DATASETS = {
    "extracts": "Extracts",
    "opt_out_lists": "Opt-out lists",
    "source_zone": "Source zone",
    "linkage_zone": "Linkage zone",
    "analysis_zone": "Analysis zone",
    "released": "What was released",
}

COMPONENTS = {
    "date_of_birth": "date of birth",
    "birth_year": "year of birth",
    "birth_month": "month of birth",
    "birth_day": "day of birth",
    "birth_day_month": "day and month of birth",
    "birth_day_month_unordered": "day and month of birth in either order",
    "forename": "forename",
    "forename_initial": "forename initial",
    "forename_first3": "first three letters of forename",
    "forename_phonetic": "sound of forename",
    "surname": "surname",
    "surname_initial": "surname initial",
    "surname_first3": "first three letters of surname",
    "surname_last3": "last three letters of surname",
    "surname_phonetic": "sound of surname",
    "surname_sorted": "letters of the surname in any order",
    "phonetic_pair": "sound of both names in either order",
    "first3_pair": "first three letters of both names in either order",
    "initials": "both initials in either order",
    "date_of_birth_unordered": "birth date, with day and month in either order",
    "postcode": "postcode",
    "postcode_sector": "postcode sector",
    "postcode_district": "postcode district",
    "nhs_number": "NHS number",
    "phone": "telephone number",
    "email": "e-mail address",
    "uprn": "property number (UPRN)",
    "birth_place": "place of birth",
    "occupation": "occupation",
    "sex": "sex",
}

EVIDENCE = COMPONENTS | {"name": "names"}
"""Compared fields, inside a sentence."""

FIELDS = {"name": "Names", "record_id": "Record id"} | {
    name: words[0].upper() + words[1:] for name, words in COMPONENTS.items()
}

ROLES = FIELDS | {
    "full_name": "Full name",
    "previous_surname": "Previous surname",
    "previous_postcode": "Previous postcode",
    "address": "Address",
    "other_identifier": "Other identifier",
    "ethnic_group": "Ethnic group",
    "small_area": "Small area",
    "death_month": "Month of death",
    "address_kind": "Kind of address",
    "first_language": "First language",
}

KEY_USES = {
    "root_a": "Share of the project root key; any two of three open it",
    "root_b": "Share of the project root key; any two of three open it",
    "root_r": "Share of the project root key, kept for recovery",
    "custodian_a": "Opens this custodian's share",
    "custodian_b": "Opens this custodian's share",
    "custodian_r": "Opens this custodian's share",
    "person": "Makes person ids",
    "release": "Makes the noise of released counts",
    "signing_approver": "Signs approvals",
    "signing_second_approver": "Signs approvals that need two people",
    "signing_author": "Signs drafts of configs",
    "signing_signer": "Signs the ledger",
    "signing_linkage": "Signs what the linkage zone sends",
    "signing_analysis": "Signs the ledger of an analysis zone on a machine of its own",
    "zone_linkage": "Opens what is sealed to the linkage zone",
    "zone_analysis": "Opens what is sealed to the analysis zone",
    "zone_audit": "Opens sealed diagnostics",
}
"""By key id; sources' keys are told by what their ids begin with."""

SOURCE_KEY_USES = {
    "zone": "Opens what is sealed to this source",
    "signing": "Signs this source's packages",
    "issued": "Subkeys this source encodes with",
}
"""By kind."""

TABLES = {
    "view": "encoded views",
    "record": "record list",
    "u_statistic": "chance-agreement counts",
    "record_person": "person attributes",
    "record_address": "dated addresses",
    "record_event": "events",
    "record_need": "evidence of needs",
    "person_index": "person index",
    "record_translation": "record ids of two epochs",
    "record_quality": "linkage quality",
    "drawn_person": "people as linkage might have joined them",
    "linkage_draw": "linkage draws",
    "cohort_interval": "intervals of cohort counts",
    "area_interval": "intervals of counts in the areas of boards",
    "cohort_change": "exact counts of who came and went since last time, by cause",
    "cohort_attrition": "exact counts of who is lost at each step",
    "cohort_count": "exact cohort counts",
    "area_count": "exact cohort counts in the areas of boards",
    "cohort_measure": "exact measures",
    "service_set_count": "exact counts of combinations of services",
    "finder_proposal": "proposals of the finder",
    "measure_count": "exact counts of measures",
    "safe_counts": "safe counts",
    "scored_pair": "scored pairs",
    "agreement_pattern": "agreement patterns",
    "review_item": "items to review",
    "review_sample": "pairs drawn for review",
    "review_answer": "answers of reviewers",
    "person_change": "changes of person ids",
    "previous_index": "earlier person ids still in use",
    "record_state": "digests of records",
    "large_block": "blocks left out as too large",
    "reject_row": "rejected rows",
}


def retention(months: int) -> str:
    """What a run destroys of older periods, whatever else is kept."""
    return f"A run removes from the linkage and analysis zones everything that is {months} months old or older"


def spaced(digest: str, groups: int = 16) -> str:
    """A digest in groups of four characters, which can be read aloud and compared."""
    return " ".join(digest[at : at + 4] for at in range(0, min(len(digest), groups * 4), 4))

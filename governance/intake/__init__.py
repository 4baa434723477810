"""What a source delivers: read as text, checked, quarantined with reasons, never with a value in a message.

    extracts.read_extracts(...) -> Intake   usable rows in a locked database, counts, rejects, digests
    extracts.local_ids(...)                 own ids and pseudonyms, to hold truth against results
    period.as_of_date(period)               first day after a period

Reads extract files below the project folder; writes nothing. Must not know what rows mean as events, nor how
identifiers are encoded.

Nothing is imported here: the process that parses files is of this package, and knows neither a
key nor a database.
"""

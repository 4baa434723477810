"""What joinedup promises: contracts, settings, keys, approvals, the ledger, disclosure control, the audit.

Imports nothing of ours.
"""

"""The audit: what ran, under which rules, keys and approval, as one page for the information governance lead."""

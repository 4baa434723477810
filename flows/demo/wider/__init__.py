"""Ten more services of Northmoor, asked for with ``make_ics(..., whole=True)``: children, homes, safety, talking."""

"""Clerical review on encoded data: which pairs people look at, what they are shown, and what their answers say."""

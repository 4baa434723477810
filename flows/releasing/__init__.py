"""What staging, checking, publishing and taking back a release need besides the flows themselves."""

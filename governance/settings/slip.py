"""What a validator says of settings that do not go together: what, how to mend it, and why it matters."""


class Slip(ValueError):  # noqa: N818 - people see a fault, never this exception
    """Raised by validators; pydantic wraps it, and the fault that people read takes its three parts from here."""

    def __init__(self, what: str, fix: str, why: str) -> None:
        super().__init__(what)
        self.fix, self.why = fix, why

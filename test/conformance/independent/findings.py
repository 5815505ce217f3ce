"""What a check found wrong, collected so that one run tells everything."""


class Findings:
    def __init__(self):
        self.lines = []
        self.checks = 0

    def expect(self, holds, message):
        """Counts a check; remembers the message when it does not hold."""
        self.checks += 1
        if not holds:
            self.lines.append(message)
        return bool(holds)

    def equal(self, actual, expected, what):
        return self.expect(actual == expected, f"{what}: {actual!r} instead of {expected!r}")

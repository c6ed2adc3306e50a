"""The one way a witness fails."""


class WitnessFailure(Exception):
    """The witness did not take, or could not show, a checkpoint; the message says why."""

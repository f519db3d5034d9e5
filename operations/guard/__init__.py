"""Says of every step of an `up` what it really does, and stops what does damage unless it is allowed by name."""

from operations.guard.judgement import Judgement, UnknownAllowance, judge

__all__ = ["Judgement", "UnknownAllowance", "judge"]

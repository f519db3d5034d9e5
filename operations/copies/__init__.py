"""Copies of data as they were really made: when each ended, with how many bytes, and what became of it."""

from operations.copies.attempts import CopyState as CopyState
from operations.copies.attempts import Found as Found
from operations.copies.check import CheckedCopy as CheckedCopy
from operations.copies.check import checked_copies as checked_copies

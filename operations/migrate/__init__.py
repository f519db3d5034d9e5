"""Brings the files of a lab to the newest format, so that they mean the same as before."""

from operations.migrate.run import Migrated, migrate

__all__ = ["Migrated", "migrate"]

"""Backups of both stores, and copies restored from them (docs/operating.md)."""

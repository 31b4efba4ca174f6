"""What stands in every evidence bundle beside the evidence."""

from pathlib import Path

SCRIPT = Path(__file__).parent / "verify_bundle.py"
"""Checks a bundle with Python alone: nothing of ours is imported."""

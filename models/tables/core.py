"""The ledger's tables as plain SQL sees them, for statements that are built once and run at every append."""

from sqlmodel import SQLModel

from models.tables import ledger as _ledger  # noqa: F401 - declares the tables
from models.tables import post as _post  # noqa: F401

EVENTS = SQLModel.metadata.tables["event"]
ACTS = SQLModel.metadata.tables["act_taken"]
CASES = SQLModel.metadata.tables["case_"]
CLOCKS = SQLModel.metadata.tables["clock"]
NOTICES = SQLModel.metadata.tables["notice"]

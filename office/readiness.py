"""Whether the servers that we stand on answer: the ledger's database, and the engine."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from models.database import Database

WHILE = timedelta(seconds=3)


def ledger_answers(database: Database) -> bool:
    """Whether the ledger can be read."""
    try:
        with database.reading() as session:
            session.connection().execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


async def engine_answers(client: Client) -> bool:
    """Whether the engine says within three seconds that it serves."""
    try:
        return await client.service_client.check_health(timeout=WHILE)
    except (RPCError, RuntimeError):
        return False

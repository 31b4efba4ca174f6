"""A client that seals, over the same connection as one that does not."""

from temporalio.client import Client

from models.database import Database
from secrecy.case_keys import CaseKeys
from secrecy.converter import converter_for
from secrecy.ring import Ring

OLD, NEW = "0" * 32, "1" * 32


def keys_of(database: Database, *texts: str) -> CaseKeys:
    return CaseKeys(database, Ring(texts or (OLD,)), "default")


def sealing(client: Client, keys: CaseKeys) -> Client:
    return Client(client.service_client, namespace=client.namespace, data_converter=converter_for(keys))

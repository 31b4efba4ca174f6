"""What our workflows need of a Temporal namespace: search attributes, and histories kept for a month."""

from datetime import timedelta
from typing import cast

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.service import RPCError

from models import attributes

RETENTION = timedelta(days=30)


class NamespaceUnready(Exception):  # noqa: N818 - said to a person
    """The namespace cannot be made ready by us. The text says what to do."""


async def prepare(client: Client) -> None:
    """Make the client's namespace ready. Safe to repeat. Raises NamespaceUnready."""
    await register_attributes(client)
    await keep_histories(client, RETENTION)


async def register_attributes(client: Client) -> list[str]:
    """Register the search attributes that are missing, and give their names. Raises NamespaceUnready."""
    there = await _registered(client)
    for key in attributes.ALL:
        if there.get(key.name, key.indexed_value_type) != key.indexed_value_type:
            raise NamespaceUnready(
                f"the namespace {client.namespace!r} has a search attribute {key.name} of another type. "
                f"Remove it with `temporal operator search-attribute remove --name {key.name}`, or use "
                "another namespace (TEMPORAL_NAMESPACE)."
            )
    missing = {key.name: key.indexed_value_type for key in attributes.ALL if key.name not in there}
    if missing:
        await _register(client, missing)
    return sorted(missing)


async def _registered(client: Client) -> dict[str, int]:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    listed = await client.operator_service.list_search_attributes(request)
    return {name: int(kind) for name, kind in listed.custom_attributes.items()}


async def _register(client: Client, missing: dict[str, SearchAttributeIndexedValueType]) -> None:
    kinds = cast("dict[str, IndexedValueType.ValueType]", missing)
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        raise NamespaceUnready(
            f"the namespace {client.namespace!r} lacks the search attributes {', '.join(sorted(missing))}, "
            f"and the server did not let us add them: {error}. Ask who runs it to add them "
            "(names and types: models/attributes.py)."
        ) from error


async def keep_histories(client: Client, at_least: timedelta) -> None:
    """Raise, never lower, how long the histories of closed workflows are kept."""
    name = client.namespace
    now = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=name))
    if now.config.workflow_execution_retention_ttl.ToTimedelta() >= at_least:
        return
    kept = Duration()
    kept.FromTimedelta(at_least)
    config = NamespaceConfig(workflow_execution_retention_ttl=kept)
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=name, config=config))

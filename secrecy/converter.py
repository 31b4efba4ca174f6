"""The one data converter of client, worker and replayer, with the codec that the keys ask for."""

import dataclasses

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from secrecy.case_keys import CaseKeys
from secrecy.codec import Sealing, Unsealed


def converter_for(keys: CaseKeys | None) -> DataConverter:
    """With keys, failures' words and traces are sealed too. Search attributes and ids never are."""
    if keys is None:
        return dataclasses.replace(pydantic_data_converter, payload_codec=Unsealed())
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=Sealing(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )

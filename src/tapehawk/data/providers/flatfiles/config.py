"""Where the flat files are."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class FlatfilesConfig(BaseModel):
    """Settings `providers.flatfiles.…`; the keys are the storage's own, not those of the REST service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    location: Annotated[str, Field(min_length=1, description="s3://BUCKET, or a folder with the same layout")] = (
        "s3://flatfiles"
    )
    endpoint: Annotated[str, Field(min_length=1, description="address of the storage")] = "https://files.massive.com"
    region: Annotated[str, Field(min_length=1, description="region that requests are signed for")] = "us-east-1"
    access_key: Annotated[SecretStr, Field(description="access key of the storage")] = SecretStr("")
    secret_key: Annotated[SecretStr, Field(description="secret that belongs to the access key")] = SecretStr("")

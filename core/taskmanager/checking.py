"""Parameters held against their type's schema on our side, by the code with which the embedded TaskManager does it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.errors import BadSetting
from core.forms import Violation
from core.models import Json
from core.taskmanager.alternatives import in_words


def violations(param_schema: Mapping[str, Json], params: Mapping[str, Json]) -> list[Violation]:
    """The rules that these parameters break; may take long. Raises `BadSetting` where the schema cannot be used."""
    from core.server.refusal import Refused
    from core.server.schema_check import violations as found
    from core.server.schema_parts import with_empty_objects

    try:
        schema = with_empty_objects(dict(param_schema))
        broken = (Violation(each.path, each.message, each.rule) for each in found(json.dumps(schema), dict(params)))
        return [in_words(each, schema, params) for each in broken]
    except Refused as refused:
        raise BadSetting(refused.error) from None

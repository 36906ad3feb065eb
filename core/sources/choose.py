"""Which source to use, from the settings."""

from __future__ import annotations

from core.config import Config
from core.errors import BadSetting
from core.sources.port import Source
from core.sources.sample import SampleSource


def choose_source(config: Config) -> Source | None:
    """The source that ``PRISMQ_SOURCE`` names; unset: the sample on the embedded TaskManager, elsewhere none.

    Never the sample against a remote TaskManager unless it is named: invented rows must not reach a real database by
    surprise. Raises `BadSetting` for a source that this version does not bring.
    """
    if config.source == SampleSource.name or (config.source is None and config.embedded):
        return SampleSource()
    if config.source is None:
        return None
    raise BadSetting(
        f"PRISMQ_SOURCE={config.source} cannot be used: this version brings only the source {SampleSource.name!r}."
    )

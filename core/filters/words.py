"""Divides a line of the filter language into words, which know where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import BadFilter

QUOTED = r'"(?:[^"\\]|\\.)*"'
WORD = re.compile(rf'(?:{QUOTED}|[^\s"])+')


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the line, with its quotes, and where it stands."""

    raw: str
    start: int

    def wrong(self, sentence: str) -> BadFilter:
        """What is wrong with it."""
        return BadFilter(sentence, self.start, self.start + len(self.raw))

    def rest(self, length: int) -> Word:
        """Its last ``length`` characters."""
        return Word(self.raw[len(self.raw) - length :], self.start + len(self.raw) - length)


def words(line: str) -> list[Word]:
    """The words of the line; what stands in quotes is not divided."""
    found: list[Word] = []
    place = 0
    while place < len(line):
        if line[place].isspace():
            place += 1
            continue
        match = WORD.match(line, place)
        end = match.end() if match else place
        if end < len(line) and line[end] == '"':
            raise BadFilter("The filter has an opening quote without a closing one.", end, len(line))
        found.append(Word(line[place:end], place))
        place = end
    return found

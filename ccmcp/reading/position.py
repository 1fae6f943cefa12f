"""Where a page begins, as JSON that a cursor can hold: by file and byte, so that it holds while the session grows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s

from ccmcp.errors import BadCursorError
from ccmcp.reading.lines import Line, Survey
from ccmcp.reading.page import Place


@dataclass(frozen=True, slots=True)
class Start:
    """What a page is read by: asked for at first, told by the page before from then on."""

    agent: str
    around: str
    key: str = ""
    """The file the page begins in; empty on a first page."""
    offset: int = 0
    nth: int = 0
    place: int = 0
    character: int = 0

    @classmethod
    def at(cls, position: object) -> "Start":
        """
        The start that `json` gave.

        Raises:
            BadCursorError: it is none.

        """
        match position:
            case [str(agent), str(around), str(key), int(offset), int(nth), int(place), int(character)] if (
                key
            ):
                return cls(agent, around, key, offset, nth, place, character)
            case _:
                raise BadCursorError

    def json(self) -> list[str | int]:
        """The start as JSON."""
        return [self.agent, self.around, self.key, self.offset, self.nth, self.place, self.character]

    def within(self, survey: Survey, order: Sequence[Line]) -> Place:
        """
        Its place among the lines in reading order; the next line there is when its own is gone.

        Raises:
            BadCursorError: the file is gone.

        """
        files = {number for number in {line.file for line in order} if file_key(survey, number) == self.key}
        asked = (self.offset, self.nth)
        later: int | None = None
        for index, line in enumerate(order):
            if line.file in files and (line.offset, line.nth) >= asked:
                if (line.offset, line.nth) == asked:
                    return Place(index, self.place, self.character)
                later = index if later is None else later
        if later is None:
            raise BadCursorError
        return Place(later)


def file_key(survey: Survey, number: int) -> str:
    """A short name of a file that stays when the cache is rebuilt."""
    path = survey.files[number].path if number >= 0 else ""
    return blake2s(path.encode(errors="surrogatepass"), digest_size=3).hexdigest()

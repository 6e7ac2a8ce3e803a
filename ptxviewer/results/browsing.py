"""A store as a list: filtered and ordered in SQL. What is in memory is one number a film; rows come by the page."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ptxviewer.app.films.watched_folder import files_below
from ptxviewer.core.engine import Checkpoint, never_cancelled
from ptxviewer.results.query import Condition, parse
from ptxviewer.results.schema import BY_NAME, Record, Value
from ptxviewer.results.store import ORDER, URGENT, ResultStore, stamp_in

Column = Literal["score", "side", "size", "film", "view", "date", "site", "verdict", "state"]
SITE = "coalesce(nullif(institution, ''), site_id)"
"""SQL: how a site is called; by its name in a store that names, else by its pseudonym."""
ORDERS: dict[Column, str] = {
    "score": "score",
    "side": "side",
    "size": "percent {way}, area_px",
    "film": "film",
    "view": "view",
    "date": "study_date {way}, study_year",
    "site": SITE,
    "verdict": "verdict",
    "state": f"{ORDER} {{way}}, status",
}
"""SQL: what each column is ordered by, in the order of the screen."""
COLUMNS: tuple[Column, ...] = tuple(ORDERS)
FIRST = 500  # films that are shown while the others are still being ordered
PAGE = 200  # rows that are read at once
LONGEST_CHOICE = 100  # letters
PAGES = 40  # kept in memory
CHECK_EVERY = 20_000  # films between two questions whether the order is still wanted


@dataclass(frozen=True)
class Filter:
    """Which films are listed; what is left as it is leaves none out. ``query`` is one of ``results.query``."""

    group: str = ""
    side: str = ""
    view: str = ""
    verdict: str = ""
    site: str = ""
    score_from: float = 0.0
    percent_from: float = 0.0
    year_from: int = 0
    year_to: int = 0
    query: str = ""

    def condition(self) -> Condition:
        """Return the SQL. Raises ``PtxError`` for a query that is not understood."""
        asked = parse(self.query)
        parts, values = [asked.sql] if asked.sql else [], list(asked.values)
        for expression, value in (
            ('"group" = ?', self.group),
            ("side = ?", self.side),
            ("view = ?", self.view),
            ("verdict = ?", self.verdict),
            (f"{SITE} = ?", self.site),
            ("score >= ?", self.score_from),
            ("percent >= ?", self.percent_from),
            ("study_year >= ?", self.year_from),
            ("study_year <= ?", self.year_to),
        ):
            if value:
                parts.append(expression)
                values.append(value)
        return Condition(" AND ".join(parts), tuple(values))


EVERYTHING = Filter()


def order_of(column: Column | None, *, descending: bool = False) -> str:
    """Return the SQL of an order: of a column, of urgency for None. Films that are alike stay in theirs."""
    if column is None:
        return URGENT
    way = "DESC" if descending else "ASC"
    return f"{ORDERS[column].format(way=way)} {way}, film"


@dataclass(frozen=True)
class Listing:
    """Films in their order by their numbers; ``whole`` False: the first of them."""

    numbers: array[int]
    whole: bool
    total: int  # films in the store


@dataclass(frozen=True)
class Choices:
    """What a filter may choose from in a store."""

    views: tuple[str, ...]
    sites: tuple[str, ...]


def choices(path: Path) -> Choices:
    """Return what the films of a store differ in. Raises ``PtxError``."""
    with ResultStore(path, writable=False) as store:
        views, sites = (map(str, store.distinct(column)) for column in ("view", SITE))
        return Choices(*(tuple(one for one in them if len(one) <= LONGEST_CHOICE) for them in (views, sites)))


def ordered(path: Path, condition: Condition, order: str, checkpoint: Checkpoint, *, first: bool = False) -> Listing:
    """Return the films that fit, in an order; ``first``: only those that are seen first. Raises ``PtxError``."""
    with ResultStore(path, writable=False) as store:
        limit = FIRST if first else -1
        numbers = array("q")
        for number in store.numbers(condition.sql, condition.values, order, limit):
            numbers.append(number)
            if len(numbers) % CHECK_EVERY == 0:
                checkpoint()
        return Listing(numbers, not first or len(numbers) < FIRST, store.count())


class Rows:
    """The rows of films by their place in a list of numbers, a page at a time."""

    def __init__(self, path: Path) -> None:
        """Open a store. Raises ``PtxError``; so do the methods."""
        self.path = path
        self._store = ResultStore(path, writable=False)
        self._numbers: Sequence[int] = ()
        self._pages: dict[int, list[Record | None]] = {}

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def use(self, numbers: Sequence[int], *, longer: bool = False) -> None:
        """Take another list; ``longer``: the one that is there, with more behind it."""
        self._numbers = numbers
        if not longer:
            self._pages.clear()
        elif self._pages:
            del self._pages[max(self._pages)]  # it may not have been full

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, place: int) -> int:
        """Return the number of a film."""
        return self._numbers[place]

    def some(self, numbers: Sequence[int]) -> Iterator[Record]:
        """Yield rows by the numbers of their films."""
        return some(self._store, numbers)

    def at(self, place: int) -> Record | None:
        """Return a row; None for one that has left the store since."""
        page = place // PAGE
        rows = self._pages.get(page)
        if rows is None:
            if len(self._pages) >= PAGES:
                del self._pages[next(iter(self._pages))]  # the one that was read first
            wanted = self._numbers[page * PAGE : (page + 1) * PAGE]
            rows_by_film = {row["film"]: row for row in some(self._store, wanted)}
            rows = self._pages[page] = [rows_by_film.get(number) for number in wanted]
        return rows[place - page * PAGE]


def copy(store: ResultStore, numbers: Sequence[int], target: ResultStore, *, identified: bool) -> None:
    """Put films and their findings into another store, within a transaction of the caller."""
    for row in some(store, numbers):
        number = row["film"]
        assert isinstance(number, int)
        kept = row if identified else {name: value for name, value in row.items() if not BY_NAME[name].personal}
        target.put(kept, store.findings_of(number), stamp_in(kept))


def some(store: ResultStore, numbers: Sequence[int]) -> Iterator[Record]:
    """Yield the rows of films by their numbers, in that order; those that are gone are left out."""
    for start in range(0, len(numbers), PAGE):
        wanted = list(numbers[start : start + PAGE])
        rows_by_film = {row["film"]: row for row in store.films(f"film IN ({', '.join('?' * len(wanted))})", wanted)}
        for place, number in enumerate(wanted, start + 1):
            if number in rows_by_film:
                yield {**rows_by_film[number], "rank": place}


def findings_of(store: ResultStore, numbers: Sequence[int]) -> Iterator[Record]:
    """Yield the findings of films by their numbers."""
    for start in range(0, len(numbers), PAGE):
        wanted: list[Value] = list(numbers[start : start + PAGE])
        yield from store.findings(f"film IN ({', '.join('?' * len(wanted))})", wanted)


Places = dict[tuple[int, int], Path | None]
"""Files by size and time of change (ns), by which a store knows those that it does not name; None: two are alike."""


def places_in(folder: Path, checkpoint: Checkpoint = never_cancelled) -> Places:
    """Return where the files below a folder lie; it may be another mount than the one that was analysed."""
    found: Places = {}
    for path, status in files_below(folder, checkpoint):
        key = status.st_size, status.st_mtime_ns
        found[key] = None if key in found else path
    return found


def place_of(row: Record, places: Places) -> Path | None:
    """Return the file of a film if it is still there: the one that the row names, else the one that is like it."""
    named, size, time = row.get("file"), row.get("file_bytes"), row.get("file_mtime_ns")
    if isinstance(named, str) and named and Path(named).is_file():
        return Path(named)
    if isinstance(size, int) and isinstance(time, int) and time:
        path = places.get((size, time))
        return path if path is not None and path.is_file() else None
    return None

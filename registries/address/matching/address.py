"""From written addresses to the registry: town, numbers, standard forms, position, and what every character was used for.

Source of the rules: GIF 442 住所 (2026-03-17) for the forms; アドレス・ベース・レジストリ for the ids. Nothing is told more precisely
than the registry shows: an unknown number leaves the town and the number as written, a known block without the residence the block.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from registries.address.matching.assembly import assembled
from registries.address.matching.code_points import CodePoints
from registries.address.matching.dictionary import TownDictionary
from registries.address.matching.english_order import carried_back, is_roman, turned
from registries.address.matching.forms import town_forms
from registries.address.matching.kyoto import streets_of_kyoto
from registries.address.matching.match import found_towns
from registries.address.matching.number_match import FOUND_SCHEMA, match_numbers
from registries.address.matching.number_register import NumberRegister
from registries.address.matching.output import OUTPUT
from registries.address.matching.plans import absent, as_text, columns, equals, given_in, taken, with_rows
from registries.address.matching.remainder import parse_remainders
from registries.address.matching.segments import segments
from registries.address.matching.town_kin import TownKin, town_kin
from registries.address.matching.town_names import chome_in_kanji

_POSITION = {"latitude": "rep_lat", "longitude": "rep_lon", "epsg": "rep_srid"}


@dataclass(frozen=True)
class AddressMatcher:
    """Matches written addresses.

    Attributes:
        dictionary: The towns.
        forms: What the result says of each town, in the order of the dictionary's rows.
        kin: For each town the towns that its numbers may be registered under.
        register: The blocks, residences and lots; may be empty.
    """

    dictionary: TownDictionary
    forms: pl.DataFrame
    kin: TownKin
    register: NumberRegister

    @classmethod
    def build(cls, towns: pl.DataFrame, register: NumberRegister | None = None) -> "AddressMatcher":
        """Build a matcher from a town table.

        Args:
            towns: As for the build of a :class:`TownDictionary`; positions (``latitude``, ``longitude``, ``epsg``), postal codes
                (``postal_codes`` or ``post_code``) and the readings of :data:`registries.address.matching.forms.TOWN_PARTS` where given.
            register: Numbers below the towns; none where not given.

        Returns:
            The matcher.
        """
        dictionary = TownDictionary.build(towns)
        return cls(
            dictionary,
            _town_results(dictionary.towns).rechunk(),
            TownKin(town_kin(dictionary.towns).rechunk()),
            register or NumberRegister.of_frames(),
        )

    def write(self, folder: Path) -> None:
        """Write the towns into a folder; the numbers stay where they are.

        Args:
            folder: Folder, made where it is missing.
        """
        self.dictionary.write(folder)
        self.forms.write_ipc(folder / "forms.arrow", compression="lz4")
        self.kin.frame.write_ipc(folder / "kin.arrow", compression="lz4")

    @classmethod
    def read(cls, folder: Path, register: NumberRegister | None = None) -> "AddressMatcher":
        """Read what :meth:`write` wrote.

        Args:
            folder: Folder.
            register: Numbers below the towns; none where not given.

        Returns:
            The matcher.
        """
        # rows are taken out of frames in one piece many times as fast
        forms, kin = (pl.read_ipc(folder / f"{name}.arrow").rechunk() for name in ("forms", "kin"))
        return cls(TownDictionary.read(folder), forms, TownKin(kin), register or NumberRegister.of_frames())

    def match(self, addresses: pl.Series) -> pl.DataFrame:
        """Match addresses.

        Args:
            addresses: Addresses as written; null counts as empty.

        Returns:
            One row for each, in order, with the columns of :data:`OUTPUT`.
        """
        written = as_text(addresses).alias("written")
        result = self._matched(written)
        unread = np.flatnonzero(
            np.logical_or.reduce([equals(result, "match_level", level) for level in ("none", "prefecture", "municipality")])
        )
        if len(unread):
            unread = unread[written[unread].to_frame().select(is_roman(pl.col("written"))).to_series().to_numpy()]
        return self._in_english_order(result, written, pl.Series(unread)) if len(unread) else result

    def _in_english_order(self, result: pl.DataFrame, written: pl.Series, rows: pl.Series) -> pl.DataFrame:
        """Read addresses in Roman letters once more, their pieces in Japanese order.

        A prefecture, a city with its ward or the country must be named; where a municipality was read already the country is not enough.
        """
        order = turned(pl.DataFrame({"row": rows, "written": written.gather(rows)}))
        again = self._matched(order["text"].alias("written"))
        placed = pl.Series(equals(result, "match_level", "municipality")).gather(rows)
        supplied = pl.col("corrections").list
        with_city = pl.col("municipality").str.contains("市.+区$") & ~supplied.contains("city_supplied")
        told = ~supplied.contains("prefecture_supplied") | with_city.fill_null(value=False)
        named = told | (order["written"].str.contains("(?i)japan") & ~placed)
        found = (pl.col("match_level").is_in(["none", "prefecture"]).not_() & named) | ((pl.col("status") == "ambiguous") & told)
        better = found & pl.col("prefecture").is_not_null()
        again = again.with_columns(
            carried_back(again["spans"], order["pieces"]), pl.col("corrections").list.concat(pl.lit(["english_order_read"])), better=better
        )
        again = again.hstack(order.select("row")).filter("better").select("row", *OUTPUT)
        if again.is_empty():
            return result
        kept = result.with_row_index("row").filter(~pl.col("row").is_in(again["row"].implode()))
        return pl.concat([kept, again.cast({"row": kept.schema["row"]})]).sort("row").select(*OUTPUT)

    def _matched(self, written: pl.Series) -> pl.DataFrame:
        points = CodePoints.of(written)
        towns = found_towns(written, points, self.dictionary)
        found = towns.frame.hstack([pl.Series("place", towns.numbers["row"]), written])
        # without a municipality what is left is no number of a place
        start = np.where(given_in(found, "municipality"), towns.numbers["town_end"], points.length)
        chome = absent("town_chome", pl.String, found.height)
        if found.get_column("coarser_row").null_count() < found.height:
            chome = self.forms.get_column("chome_number").gather(found.get_column("town_row")).alias("town_chome")
        remainders = parse_remainders(written, points, start)
        parsed = remainders.texts
        parsed.columns = [_OWN_NAMES.get(name, name) for name in parsed.columns]
        found = found.hstack(parsed)
        numbers = match_numbers(found.hstack([chome.alias("chome_number")]), self.register, self.kin)
        frame = found.hstack([chome, found.get_column("unverified").alias("unconfirmed_town")])
        if numbers.height == frame.height:
            frame = frame.hstack(columns(numbers, *FOUND_SCHEMA))
        elif numbers.height:
            frame = frame.join(numbers, on="place", how="left", maintain_order="left")
        else:
            frame = frame.hstack(taken(_NO_NUMBER, np.zeros(frame.height, np.intp)).get_columns())
        final = frame.get_column("town_row")
        if numbers.height:
            final = frame.get_column("found_town_row").zip_with(pl.Series(given_in(frame, "found_town_row")), final)
        frame = self._with_oaza(frame.hstack(_rows_of(self.forms, final)))
        parts = segments(frame, points.length, towns.numbers, remainders.ends)
        return assembled(frame, parts, towns.numbers["corrections"], streets_of_kyoto(towns, points), self.forms)

    @cached_property
    def _oaza(self) -> pl.DataFrame:
        """What the forms write for each 大字・町, which may have no row of its own in the register."""
        towns = self.dictionary.towns.select("lg_code", "oaza_cho", "koaza").hstack(self.forms.select("plain"))
        return (
            towns.filter(pl.col("koaza").fill_null("") == "")
            .select("lg_code", "oaza_cho", "plain")
            .unique(["lg_code", "oaza_cho"], keep="first", maintain_order=True)
        )

    def _with_oaza(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Fill in the 大字・町 of addresses that name no more than that, where only its 丁目 are in the register."""
        rows = np.flatnonzero(given_in(frame, "town") & ~given_in(frame, "plain") & given_in(frame, "lg_code"))
        if not len(rows):
            return frame
        asked = taken(columns(frame, "lg_code", "oaza_cho"), rows)
        plain = asked.join(self._oaza, on=["lg_code", "oaza_cho"], how="left", maintain_order="left").get_column("plain")
        return with_rows(frame, rows, pl.DataFrame({"plain": plain, "with_koaza": plain}))


def _rows_of(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The rows of some numbers; nulls where the number is null."""
    return frame[rows] if rows.null_count() else taken(frame, rows.to_numpy())


_NO_NUMBER = pl.DataFrame({name: [None] for name in FOUND_SCHEMA}, schema=FOUND_SCHEMA)
_OWN_NAMES = {"chome": "unconfirmed_chome", "left_over": "loose"}


def _town_results(towns: pl.DataFrame) -> pl.DataFrame:
    """What results say of each town, whatever the table calls its columns."""
    position = []
    for name, other in _POSITION.items():
        kind = pl.String if name == "epsg" else pl.Float64
        given = next((column for column in (name, other) if column in towns.columns), None)
        position.append((pl.lit(None, kind) if given is None else pl.col(given).cast(kind)).alias(f"town_{name}"))
    code = pl.col("post_code") if "post_code" in towns.columns else pl.lit(None, pl.String)
    if "postal_codes" in towns.columns:
        code = pl.when(pl.col("postal_codes").list.len() == 1).then(pl.col("postal_codes").list.first()).otherwise(code)
    formal = [chome_in_kanji(pl.col(name)) if name == "chome" else pl.col(name) for name in ("oaza_cho", "chome", "koaza")]
    own = towns.select(
        *position,
        town_code=code.replace("", None),
        final_code="lg_code",
        final_id="machiaza_id",
        formal=pl.concat_str(*(part.fill_null("") for part in formal)),
    )
    return own.hstack(town_forms(towns.with_row_index("town_row")).drop("town_row"))

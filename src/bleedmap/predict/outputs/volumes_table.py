"""``volumes.csv``: a row a class, then a row a lesion, in mL and mm."""

from collections.abc import Sequence

import pandas as pd

from bleedmap.predict.outputs.measurements import ClassTotal, Lesion

COLUMNS = (
    *("class", "lesion", "ml", "lesions", "slices", "first_slice", "last_slice", "key_slice", "abc2_ml", "mean_hu"),
    *("feret_mm", "ellipsoid_short_mm", "ellipsoid_middle_mm", "ellipsoid_long_mm"),
)


def volumes_table(totals: Sequence[ClassTotal], lesions: Sequence[Lesion]) -> pd.DataFrame:
    """Both kinds of rows; ``lesion`` is blank in a row of a class, and what a row cannot say is blank too."""
    rows = [{**vars(total), "class": total.name} for total in totals]
    for each in lesions:
        first, last = each.slices
        short, middle, long = each.ellipsoid_mm or (None, None, None)
        rows.append(
            {
                **vars(each),
                "class": each.name,
                "lesion": each.number,
                "slices": last - first + 1,
                "first_slice": first,
                "last_slice": last,
                "ellipsoid_short_mm": short,
                "ellipsoid_middle_mm": middle,
                "ellipsoid_long_mm": long,
            }
        )
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    whole = ["lesion", "lesions", "slices", "first_slice", "last_slice", "key_slice"]
    return table.astype(dict.fromkeys(whole, "Int64"))

"""Names in bulk: patterns with brackets, families, folding, spelling."""

from cluster_spec.names.bracket import Bracket, RangeError
from cluster_spec.names.families import family_groups, overlaps
from cluster_spec.names.fold import fold, fold_coordinates, natural_key
from cluster_spec.names.ranges import Range, parse_range, parse_ranges
from cluster_spec.names.spelling import spell_bytes

__all__ = [
    "Bracket",
    "Range",
    "RangeError",
    "family_groups",
    "fold",
    "fold_coordinates",
    "natural_key",
    "overlaps",
    "parse_range",
    "parse_ranges",
    "spell_bytes",
]

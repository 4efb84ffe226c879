SELECT
    postal_code, lg_code, folded_town, postal_part_number, prefecture, postal_city, town, town_kana, postal_town, postal_part_code,
    postal_part, postal_range_from, postal_range_to, postal_part_is_excluded, postal_has_several_codes, postal_counts_from_koaza,
    postal_has_chome, postal_covers_several_towns
FROM postal_line

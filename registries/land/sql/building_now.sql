WITH record AS (
    SELECT
        d.* EXCLUDE (real_estate_number),
        CASE WHEN NOT coalesce(c.is_number_disputed, FALSE) THEN d.real_estate_number END AS real_estate_number,
        coalesce(c.is_number_disputed, FALSE) AS is_number_disputed,
        d.lg_code || '/' || d.town_key || '/' || d.house_number AS house
    FROM delivered_building_register AS d
    JOIN newest_register AS n
        ON n.object_kind_code = 'building' AND n.lg_code = d.lg_code AND n.day = coalesce(d.file_date, DATE '0001-01-01')
    LEFT JOIN number_claim AS c ON c.object_kind_code = 'building' AND c.real_estate_number = d.real_estate_number
    WHERE c.claimed_on IS NULL OR c.claimed_on = n.day
)

SELECT
    *,
    -- a unit's number begins with its town
    regexp_replace(house_number, '^.* ', '') AS house_key,
    -- the layout has no mark of closing; the cause tells of it
    coalesce(regexp_matches(building_cause, '取壊|取毀|滅失|焼失|倒壊'), FALSE) AS is_gone
FROM record
QUALIFY row_number() OVER (
    PARTITION BY coalesce(real_estate_number, house)
    ORDER BY register_updated_on DESC NULLS LAST, file_id, source_line
) = 1

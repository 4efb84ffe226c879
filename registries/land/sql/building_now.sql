WITH newest AS (
    SELECT lg_code, max(coalesce(file_date, DATE '0001-01-01')) AS day
    FROM delivered_building_register
    GROUP BY lg_code
)
SELECT
    d.*,
    -- a unit's number begins with its town
    regexp_replace(d.house_number, '^.* ', '') AS house_key,
    -- the layout has no mark of closing; the cause tells of it
    coalesce(regexp_matches(d.building_cause, '取壊|取毀|滅失|焼失|倒壊'), FALSE) AS is_gone
FROM delivered_building_register AS d
JOIN newest AS n ON n.lg_code = d.lg_code AND n.day = coalesce(d.file_date, DATE '0001-01-01')
QUALIFY row_number() OVER (
    PARTITION BY coalesce(d.real_estate_number, d.lg_code || '/' || d.town_key || '/' || d.house_number)
    ORDER BY d.register_updated_on DESC NULLS LAST, d.file_id, d.source_line
) = 1

WITH followed AS (
    SELECT
        *,
        lag(event_id) OVER previous IS NOT NULL AS has_previous,
        lag(lg_code) OVER previous AS previous_lg_code,
        lag(prefecture) OVER previous AS previous_prefecture,
        lag(city) OVER previous AS previous_city,
        lag(street_address) OVER previous AS previous_street_address,
        lag(address_abroad) OVER previous AS previous_address_abroad,
        concat_ws(
            ',',
            CASE WHEN name IS DISTINCT FROM lag(name) OVER previous THEN 'name' END,
            CASE WHEN name_kana IS DISTINCT FROM lag(name_kana) OVER previous THEN 'name_kana' END,
            CASE WHEN name_en IS DISTINCT FROM lag(name_en) OVER previous THEN 'name_en' END,
            CASE WHEN kind_code IS DISTINCT FROM lag(kind_code) OVER previous THEN 'kind_code' END,
            CASE WHEN lg_code IS DISTINCT FROM lag(lg_code) OVER previous THEN 'lg_code' END,
            CASE WHEN prefecture IS DISTINCT FROM lag(prefecture) OVER previous THEN 'prefecture' END,
            CASE WHEN city IS DISTINCT FROM lag(city) OVER previous THEN 'city' END,
            CASE WHEN street_address IS DISTINCT FROM lag(street_address) OVER previous THEN 'street_address' END,
            CASE WHEN postal_code IS DISTINCT FROM lag(postal_code) OVER previous THEN 'postal_code' END,
            CASE WHEN address_abroad IS DISTINCT FROM lag(address_abroad) OVER previous THEN 'address_abroad' END,
            CASE WHEN closed_on IS DISTINCT FROM lag(closed_on) OVER previous THEN 'closed_on' END,
            CASE WHEN close_cause_code IS DISTINCT FROM lag(close_cause_code) OVER previous THEN 'close_cause_code' END,
            CASE
                WHEN successor_corporate_number IS DISTINCT FROM lag(successor_corporate_number) OVER previous
                    THEN 'successor_corporate_number'
            END
        ) AS differing_items
    FROM delivered_event
    WHERE era_records > 1
    -- a withdrawal opens an era and describes nobody, so what is published after it has no event before it
    WINDOW previous AS (PARTITION BY corporate_number, era, process_code = '99' ORDER BY event_id)
),
-- most events are alone in their era: only the others are put in order
compared AS (
    FROM followed
    UNION ALL
    SELECT *, FALSE, NULL, NULL, NULL, NULL, NULL, NULL
    FROM delivered_event
    WHERE era_records = 1
)
SELECT
    compared.event_id,
    compared.corporate_number,
    compared.process_code,
    compared.is_correction,
    compared.changed_on,
    compared.updated_on,
    compared.retracted_on,
    CASE
        WHEN compared.process_code NOT IN ('12', '13') THEN NULL
        WHEN compared.has_previous
            AND compared.lg_code IS NOT DISTINCT FROM compared.previous_lg_code
            AND compared.prefecture IS NOT DISTINCT FROM compared.previous_prefecture
            AND compared.city IS NOT DISTINCT FROM compared.previous_city
            AND compared.street_address IS NOT DISTINCT FROM compared.previous_street_address
            AND compared.address_abroad IS NOT DISTINCT FROM compared.previous_address_abroad
            THEN 'unchanged'
        -- The state publishes a renumbering as an ordinary change of address, weeks after the ordinance at times: what tells it
        -- apart is that nothing below the municipality changed. A municipality that only takes a new name keeps its code.
        WHEN compared.has_previous AND compared.street_address IS NOT DISTINCT FROM compared.previous_street_address AND EXISTS (
            FROM municipality_change
            WHERE municipality_change.from_lg_code = compared.previous_lg_code
                AND municipality_change.to_lg_code = compared.lg_code
                AND compared.changed_on >= municipality_change.effective_on - INTERVAL 31 DAY
        ) THEN 'renumbered'
        WHEN NOT compared.has_previous AND NOT compared.is_correction AND EXISTS (
            FROM municipality_change
            WHERE municipality_change.to_lg_code = compared.lg_code
                AND municipality_change.from_lg_code <> municipality_change.to_lg_code
                AND compared.changed_on BETWEEN municipality_change.effective_on
                    AND municipality_change.effective_on + INTERVAL 31 DAY
        ) THEN 'presumed_renumbered'
        ELSE 'moved'
    END AS address_change_code,
    CASE WHEN compared.has_previous AND compared.process_code <> '99' THEN nullif(compared.differing_items, '') END
        AS changed_items,
    compared.successor_corporate_number,
    compared.change_cause,
    compared.source_file,
    compared.source_line
FROM compared

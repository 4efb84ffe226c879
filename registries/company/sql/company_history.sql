-- What was believed, publication by publication. A later event takes over from its own date on, also where that date lies before
-- the date of an event published earlier, because the last publication is the one the state stands by.
WITH event AS (
    SELECT event_id, corporate_number, era, updated_on, changed_on
    FROM delivered_event
    WHERE process_code <> '99' AND era_records > 1
),
delivery AS (
    SELECT DISTINCT corporate_number, era, updated_on
    FROM delivered_event
    WHERE era_records > 1
),
belief AS (
    SELECT event.event_id, delivery.updated_on AS recorded_from, min(later.changed_on) AS valid_to
    FROM event
    JOIN delivery
        ON event.corporate_number = delivery.corporate_number
        AND event.era = delivery.era
        AND delivery.updated_on >= event.updated_on
    LEFT JOIN event AS later
        ON event.corporate_number = later.corporate_number
        AND event.era = later.era
        AND later.event_id > event.event_id
        AND later.updated_on <= delivery.updated_on
    GROUP BY event.event_id, delivery.updated_on
),
-- the end of validity only ever moves forward in time's favour of later events, so equal ends are one stretch of belief
period AS (
    SELECT event_id, valid_to, min(recorded_from) AS recorded_from
    FROM belief
    GROUP BY event_id, valid_to
),
bounded AS (
    SELECT
        event_id,
        valid_to,
        recorded_from,
        lead(recorded_from) OVER (PARTITION BY event_id ORDER BY recorded_from) AS superseded_on
    FROM period
),
version AS (
    -- an event alone in its era is believed from its publication until the era ends
    SELECT delivered_event.*, NULL::DATE AS valid_to, updated_on AS recorded_from, retracted_on AS recorded_to
    FROM delivered_event
    WHERE process_code <> '99' AND era_records = 1
    UNION ALL
    SELECT
        delivered_event.*,
        bounded.valid_to,
        bounded.recorded_from,
        coalesce(bounded.superseded_on, delivered_event.retracted_on) AS recorded_to
    FROM delivered_event
    JOIN bounded ON delivered_event.event_id = bounded.event_id
)
SELECT
    corporate_number,
    changed_on AS valid_from,
    valid_to,
    recorded_from,
    recorded_to,
    event_id,
    process_code,
    name,
    name_kana,
    name_en,
    name_image_id,
    kind_code,
    status,
    lg_code,
    prefecture_code,
    prefecture,
    city,
    street_address,
    address_image_id,
    postal_code,
    address_abroad,
    address_abroad_image_id,
    closed_on,
    close_cause_code,
    successor_corporate_number
FROM version
WHERE valid_to IS NULL OR valid_to > changed_on

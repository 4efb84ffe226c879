-- What was believed, publication by publication. A later event takes over from its own date on, also where that date lies before
-- the date of an event published earlier, because the last publication is the one the state stands by.
WITH event AS (
    FROM delivered_event
    WHERE process_code <> '99'
),
delivery AS (
    SELECT DISTINCT corporate_number, era, updated_on
    FROM delivered_event
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
)
SELECT
    event.corporate_number,
    event.changed_on AS valid_from,
    bounded.valid_to,
    bounded.recorded_from,
    coalesce(bounded.superseded_on, event.retracted_on) AS recorded_to,
    event.event_id,
    event.process_code,
    event.name,
    event.name_kana,
    event.name_en,
    event.name_image_id,
    event.kind_code,
    event.status,
    event.lg_code,
    event.prefecture_code,
    event.prefecture,
    event.city,
    event.street_address,
    event.address_image_id,
    event.postal_code,
    event.address_abroad,
    event.address_abroad_image_id,
    event.closed_on,
    event.close_cause_code,
    event.successor_corporate_number
FROM event
JOIN bounded ON event.event_id = bounded.event_id
WHERE bounded.valid_to IS NULL OR bounded.valid_to > event.changed_on

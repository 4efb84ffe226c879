SELECT
    corporate_number,
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
    prefecture_en,
    street_address_en,
    address_abroad_en,
    closed_on,
    close_cause_code,
    successor_corporate_number,
    assigned_on,
    changed_on,
    updated_on,
    excluded_from_search,
    event_id
FROM delivered_event
SEMI JOIN (
    -- a withdrawal begins an era of its own, so a withdrawn number has no row left here
    SELECT max(event_id) AS event_id
    FROM delivered_event
    WHERE retracted_on IS NULL AND process_code <> '99'
    GROUP BY corporate_number
) AS newest USING (event_id)

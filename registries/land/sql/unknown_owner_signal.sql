-- weights: nothing registered for 30 or 50 years, a closed owner, an address in no municipality of today, a lost taxpayer
WITH owner AS (
    SELECT
        p.parcel_uid,
        p.lg_code,
        p.town_key,
        p.lot_number,
        max(o.received_on) AS last_received,
        bool_or(coalesce(c.status = 'closed', FALSE)) AS closed,
        -- an address under protection (不動産登記法第119条第6項) tells nothing
        bool_or(NOT coalesce(o.is_address_current, TRUE) AND NOT coalesce(o.is_address_protected, FALSE)) AS moved_area
    FROM parcel AS p
    JOIN owner_now AS o ON o.real_estate_number = p.real_estate_number AND o.object_kind_code = 'land'
    LEFT JOIN parcel_ownership AS w ON w.parcel_uid = p.parcel_uid AND w.owner_number = o.owner_number
    LEFT JOIN company AS c ON c.corporate_number = w.corporate_number
    WHERE NOT p.is_register_closed
    GROUP BY ALL
),

asked AS (
    SELECT coalesce(max(extracted_on), max(file_date), DATE '0001-01-01') AS day FROM land_now
),

lost AS (
    SELECT r.lg_code, r.town_key, r.lot_number, bool_or(p.died_on IS NOT NULL OR p.is_whereabouts_unknown) AS lost
    FROM roll_land AS r
    JOIN payee AS p ON p.lg_code = r.lg_code AND p.addressee_number = r.addressee_number
    GROUP BY ALL
),

weighed AS (
    SELECT
        o.parcel_uid,
        o.lg_code,
        o.town_key,
        o.lot_number,
        CASE
            WHEN date_diff('year', o.last_received, a.day) >= 50 THEN 40
            WHEN date_diff('year', o.last_received, a.day) >= 30 THEN 20
            ELSE 0
        END AS unchanged,
        CASE WHEN o.closed THEN 40 ELSE 0 END AS closed,
        CASE WHEN o.moved_area THEN 20 ELSE 0 END AS no_place,
        CASE WHEN coalesce(l.lost, FALSE) THEN 40 ELSE 0 END AS lost
    FROM owner AS o
    CROSS JOIN asked AS a
    LEFT JOIN lost AS l USING (lg_code, town_key, lot_number)
)

SELECT
    parcel_uid,
    lg_code,
    town_key,
    lot_number,
    least(100, unchanged + closed + no_place + lost) AS signal_score,
    concat_ws(
        ',',
        CASE WHEN unchanged > 0 THEN 'register_unchanged' END,
        CASE WHEN closed > 0 THEN 'owner_closed' END,
        CASE WHEN no_place > 0 THEN 'address_gone' END,
        CASE WHEN lost > 0 THEN 'taxpayer_lost' END
    ) AS signal_reasons
FROM weighed
WHERE unchanged + closed + no_place + lost > 0

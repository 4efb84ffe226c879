-- natural persons stand here alone; a protected address (不動産登記法第119条第6項) is not kept
WITH owned AS (
    SELECT o.parcel_uid AS property_uid, o.owner_number, p.real_estate_number, 'land' AS object_kind_code
    FROM parcel_ownership AS o
    JOIN parcel AS p USING (parcel_uid)
    WHERE o.owner_kind_code = 'natural_person'
    UNION ALL
    SELECT o.building_uid, o.owner_number, b.real_estate_number, 'building'
    FROM building_ownership AS o
    JOIN building AS b USING (building_uid)
    WHERE o.owner_kind_code = 'natural_person'
)

SELECT
    w.property_uid,
    w.owner_number,
    o.owner_name,
    CASE WHEN NOT coalesce(o.is_address_protected, FALSE) THEN o.owner_address END AS owner_address,
    coalesce(o.is_address_protected, FALSE) AS is_address_protected
FROM owned AS w
JOIN owner_now AS o
    ON o.real_estate_number = w.real_estate_number AND o.object_kind_code = w.object_kind_code AND o.owner_number = w.owner_number

SELECT
    'gbizinfo_organisation:' || corporate_number AS record_id,
    corporate_number,
    name,
    name_kana,
    full_address,
    stated_on
FROM delivered_gbizinfo_organisation
QUALIFY row_number() OVER (PARTITION BY corporate_number ORDER BY stated_on DESC NULLS LAST, file_date DESC NULLS LAST, file_id, source_line) = 1

SELECT lg_code, object_kind_code, outcome_code AS summary_outcome_code, count(*) AS comparison_count
FROM register_tax_comparison
GROUP BY ALL

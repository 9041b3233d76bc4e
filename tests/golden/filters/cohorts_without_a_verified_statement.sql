SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT cohort_1.code AS code
FROM cohort AS cohort_1
WHERE cohort_1.accepted_at IS NOT NULL AND cohort_1.visibility = 'PUBLIC' AND fold(cohort_1.title) LIKE (SELECT concat('%', regexp_replace(fold($2::VARCHAR), '([\\%_])', '\\\1', 'g'), '%') AS concat_1) AND NOT (EXISTS (SELECT *
FROM statement AS statement_1
WHERE statement_1.cohort_id = cohort_1.id AND statement_1.visibility = 'PUBLIC' AND statement_1.state = 'VERIFIED' AND statement_1.kind = 'COUNT' AND statement_1.state = $3::VARCHAR)) ORDER BY cohort_1.starts_on ASC, cohort_1.id ASC
 LIMIT $4::INTEGER) AS r$) AS nodes) AS r$) AS cohorts) AS r$) AS TEXT) END AS anon_1

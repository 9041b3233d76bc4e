SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT statement_1.count AS count, statement_1.unit AS unit, statement_1.measure AS measure, statement_1.member_state_count AS "memberStateCount", (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT statement_department_1.institution_type AS "institutionType", (SELECT row_to_json(r$) FROM (SELECT department_1.code AS code
FROM department AS department_1
WHERE department_1.code = statement_department_1.department_code) AS r$) AS department
FROM statement_department AS statement_department_1, department AS department_2
WHERE (EXISTS (SELECT *
FROM statement AS statement_2
WHERE statement_2.id = statement_department_1.statement_id AND statement_2.visibility = 'PUBLIC' AND statement_2.state = 'VERIFIED' AND statement_2.kind = 'COUNT')) AND department_2.code = statement_department_1.department_code AND statement_department_1.statement_id = statement_1.id ORDER BY department_2.list_order, statement_department_1.institution_type) AS r$) AS departments, CASE WHEN (statement_1.source_url IS NOT NULL OR statement_1.source_title IS NOT NULL OR statement_1.source_page IS NOT NULL OR statement_1.source_retrieved_on IS NOT NULL) THEN (SELECT row_to_json(r$) FROM (SELECT statement_1.source_title AS title) AS r$) ELSE NULL END AS "sourceDoc", (SELECT row_to_json(r$) FROM (SELECT cohort_1.code AS code, 'Cohort' AS __typename
FROM cohort AS cohort_1
WHERE cohort_1.id = statement_1.cohort_id AND cohort_1.accepted_at IS NOT NULL AND cohort_1.visibility = 'PUBLIC') AS r$) AS cohort, CASE WHEN (statement_1.reporting_period_label IS NOT NULL) THEN (SELECT row_to_json(r$) FROM (SELECT statement_1.reporting_period_label AS label) AS r$) ELSE NULL END AS "reportingPeriod", CASE WHEN (statement_1.cost_amount IS NOT NULL) THEN (SELECT row_to_json(r$) FROM (SELECT CAST(statement_1.cost_amount AS TEXT) AS amount) AS r$) ELSE NULL END AS cost
FROM statement AS statement_1
WHERE statement_1.visibility = 'PUBLIC' AND statement_1.state = 'VERIFIED' AND statement_1.kind = 'COUNT' AND (EXISTS (SELECT *
FROM cohort AS cohort_2
WHERE cohort_2.id = statement_1.cohort_id AND cohort_2.accepted_at IS NOT NULL AND cohort_2.visibility = 'PUBLIC' AND cohort_2.code = ANY ($2::TEXT[]))) ORDER BY statement_1.count ASC, statement_1.id ASC
 LIMIT $3::INTEGER) AS r$) AS nodes) AS r$) AS statements) AS r$) AS TEXT) END AS anon_1

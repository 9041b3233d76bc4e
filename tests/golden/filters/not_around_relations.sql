SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT department_1.code AS code
FROM department AS department_1
WHERE NOT (EXISTS (SELECT *
FROM statement AS statement_1, cohort AS cohort_1, statement_department AS statement_department_1
WHERE statement_1.cohort_id = cohort_1.id AND statement_1.visibility = 'PUBLIC' AND statement_1.state = 'VERIFIED' AND statement_1.kind = 'COUNT' AND statement_department_1.statement_id = statement_1.id AND statement_department_1.department_code = department_1.code AND cohort_1.accepted_at IS NOT NULL AND cohort_1.visibility = 'PUBLIC' AND true)) AND (fold(department_1.label) LIKE (SELECT concat(regexp_replace(fold($2::VARCHAR), '([\\%_])', '\\\1', 'g'), '%') AS concat_1)) IS NOT true ORDER BY department_1.list_order) AS r$) AS departments, (SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT partner_agency_1.code AS code
FROM partner_agency AS partner_agency_1
WHERE partner_agency_1.accepted_at IS NOT NULL AND ((EXISTS (SELECT 1
FROM unnest(partner_agency_1.labels) AS anon_2(value)
WHERE (anon_2.value = $3::VARCHAR) IS NOT true)) OR NOT (EXISTS (SELECT *
FROM partner_agency AS partner_agency_2
WHERE partner_agency_2.id = partner_agency_1.parent_id AND partner_agency_2.accepted_at IS NOT NULL AND true))) ORDER BY partner_agency_1.name ASC, partner_agency_1.id ASC
 LIMIT $4::INTEGER) AS r$) AS nodes) AS r$) AS "partnerAgencies") AS r$) AS TEXT) END AS anon_1

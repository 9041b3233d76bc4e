SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT cohort_1.code AS code
FROM cohort AS cohort_1
WHERE cohort_1.accepted_at IS NOT NULL AND cohort_1.visibility = 'PUBLIC' AND (EXISTS (SELECT *
FROM cohort_role AS cohort_role_1
WHERE cohort_role_1.cohort_id = cohort_1.id AND cohort_role_1.role = $2::VARCHAR AND (EXISTS (SELECT *
FROM partner_agency AS partner_agency_1
WHERE partner_agency_1.id = cohort_role_1.agency_id AND partner_agency_1.accepted_at IS NOT NULL AND (EXISTS (SELECT *
FROM agency_ancestor AS agency_ancestor_1, partner_agency AS partner_agency_2
WHERE agency_ancestor_1.agency_id = partner_agency_1.id AND agency_ancestor_1.ancestor_id = partner_agency_2.id AND partner_agency_2.accepted_at IS NOT NULL AND partner_agency_2.code = $3::VARCHAR)))))) ORDER BY cohort_1.starts_on ASC, cohort_1.id ASC
 LIMIT $4::INTEGER) AS r$) AS nodes) AS r$) AS cohorts) AS r$) AS TEXT) END AS anon_1

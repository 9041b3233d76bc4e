SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT (SELECT count(*) AS count_1
FROM cohort AS cohort_1
WHERE cohort_1.accepted_at IS NOT NULL AND cohort_1.visibility = 'PUBLIC' AND (cohort_1.mode = $2::VARCHAR) IS NOT true AND cohort_1.title >= $3::VARCHAR) AS "totalCount", (SELECT row_to_json(r$) FROM (SELECT count(*) > $4::INTEGER AS "hasNextPage", false AS "hasPreviousPage"
FROM (SELECT anon_3.place AS place, row_number() OVER () AS n, count(*) OVER () AS total
FROM (SELECT CAST(json_build_array($5::VARCHAR, $6::VARCHAR, CAST(cohort_2.ends_on AS TEXT), CAST(cohort_2.title AS TEXT), CAST(cohort_2.id AS TEXT)) AS TEXT) AS place
FROM cohort AS cohort_2
WHERE cohort_2.accepted_at IS NOT NULL AND cohort_2.visibility = 'PUBLIC' AND (cohort_2.mode = $7::VARCHAR) IS NOT true AND cohort_2.title >= $8::VARCHAR ORDER BY cohort_2.ends_on DESC NULLS LAST, cohort_2.title ASC, cohort_2.id ASC
 LIMIT CAST($4::INTEGER + $9::INTEGER AS INTEGER)) AS anon_3) AS anon_2
HAVING count(*) >= $10::INTEGER) AS r$) AS "pageInfo", (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT cohort_3.code AS code, cohort_3.title AS title, (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT course_1.code AS code
FROM course AS course_1, cohort_course AS cohort_course_1
WHERE course_1.accepted_at IS NOT NULL AND course_1.visibility = 'PUBLIC' AND cohort_course_1.cohort_id = cohort_3.id AND course_1.id = cohort_course_1.course_id ORDER BY cohort_course_1.position) AS r$) AS courses, (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT cohort_role_1.role AS role, (SELECT row_to_json(r$) FROM (SELECT partner_agency_1.code AS code
FROM partner_agency AS partner_agency_1
WHERE partner_agency_1.id = cohort_role_1.agency_id AND partner_agency_1.accepted_at IS NOT NULL) AS r$) AS agency
FROM cohort_role AS cohort_role_1
WHERE (EXISTS (SELECT *
FROM cohort AS cohort_4
WHERE cohort_4.id = cohort_role_1.cohort_id AND cohort_4.accepted_at IS NOT NULL AND cohort_4.visibility = 'PUBLIC')) AND cohort_role_1.cohort_id = cohort_3.id ORDER BY cohort_role_1.role, cohort_role_1.agency_id) AS r$) AS roles, (SELECT row_to_json(r$) FROM (SELECT member_state_1.code AS code
FROM member_state AS member_state_1
WHERE member_state_1.code = cohort_3.venue_state_code) AS r$) AS "venueState") AS r$) AS node
FROM cohort AS cohort_3
WHERE cohort_3.accepted_at IS NOT NULL AND cohort_3.visibility = 'PUBLIC' AND (cohort_3.mode = $11::VARCHAR) IS NOT true AND cohort_3.title >= $12::VARCHAR ORDER BY cohort_3.ends_on DESC NULLS LAST, cohort_3.title ASC, cohort_3.id ASC
 LIMIT $13::INTEGER) AS r$) AS edges) AS r$) AS cohorts) AS r$) AS TEXT) END AS anon_1

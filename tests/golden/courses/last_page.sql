SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT false AS "hasNextPage", count(*) > $2::INTEGER AS "hasPreviousPage"
FROM (SELECT anon_3.place AS place, row_number() OVER () AS n, count(*) OVER () AS total
FROM (SELECT CAST(json_build_array($3::VARCHAR, $4::VARCHAR, CAST(member_state_1.name AS TEXT), CAST(cohort_1.starts_on AS TEXT), CAST(cohort_1.id AS TEXT)) AS TEXT) AS place
FROM cohort AS cohort_1 LEFT OUTER JOIN member_state AS member_state_1 ON member_state_1.code = cohort_1.venue_state_code
WHERE cohort_1.accepted_at IS NOT NULL AND cohort_1.visibility = 'PUBLIC' AND true ORDER BY member_state_1.name DESC NULLS LAST, cohort_1.starts_on ASC, cohort_1.id DESC
 LIMIT CAST($2::INTEGER + $5::INTEGER AS INTEGER)) AS anon_3) AS anon_2
HAVING count(*) >= $6::INTEGER) AS r$) AS "pageInfo", (SELECT coalesce(json_agg(r$.item ORDER BY r$.n DESC), '[]'::json) FROM (SELECT row_to_json(r$) AS item, row_number() OVER () AS n FROM (SELECT cohort_2.code AS code, (SELECT row_to_json(r$) FROM (SELECT member_state_2.name AS name
FROM member_state AS member_state_2
WHERE member_state_2.code = cohort_2.venue_state_code) AS r$) AS "venueState", cohort_2.starts_on AS "startsOn"
FROM cohort AS cohort_2 LEFT OUTER JOIN member_state AS member_state_3 ON member_state_3.code = cohort_2.venue_state_code
WHERE cohort_2.accepted_at IS NOT NULL AND cohort_2.visibility = 'PUBLIC' AND true ORDER BY member_state_3.name DESC NULLS LAST, cohort_2.starts_on ASC, cohort_2.id DESC
 LIMIT $7::INTEGER) AS r$) AS r$) AS nodes) AS r$) AS cohorts) AS r$) AS TEXT) END AS anon_1

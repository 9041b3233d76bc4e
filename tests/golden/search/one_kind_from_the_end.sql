SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(r$.item ORDER BY r$.n DESC), '[]'::json) FROM (SELECT r$.object AS item, row_number() OVER () AS n FROM (SELECT coalesce((SELECT row_to_json(r$) FROM (SELECT
FROM member_state AS member_state_1
WHERE anon_2.type = 'MemberState' AND member_state_1.code = anon_2.code) AS r$), (SELECT row_to_json(r$) FROM (SELECT
FROM department AS department_1
WHERE anon_2.type = 'Department' AND department_1.code = anon_2.code) AS r$), (SELECT row_to_json(r$) FROM (SELECT partner_agency_1.code AS code
FROM partner_agency AS partner_agency_1
WHERE anon_2.type = 'PartnerAgency' AND partner_agency_1.id = anon_2.uuid AND partner_agency_1.accepted_at IS NOT NULL) AS r$), (SELECT row_to_json(r$) FROM (SELECT
FROM course AS course_1
WHERE anon_2.type = 'Course' AND course_1.id = anon_2.uuid AND course_1.accepted_at IS NOT NULL AND course_1.visibility = 'PUBLIC') AS r$), (SELECT row_to_json(r$) FROM (SELECT
FROM cohort AS cohort_1
WHERE anon_2.type = 'Cohort' AND cohort_1.id = anon_2.uuid AND cohort_1.accepted_at IS NOT NULL AND cohort_1.visibility = 'PUBLIC') AS r$)) AS object
FROM (SELECT CASE WHEN ((SELECT search_text($2::VARCHAR) AS search_text_1) = ANY (partner_agency_2.search_codes)) THEN 1 WHEN (partner_agency_2.search_name = (SELECT search_text($2::VARCHAR) AS search_text_1)) THEN 2 WHEN starts_with(partner_agency_2.search_name, (SELECT search_text($2::VARCHAR) AS search_text_1)) THEN 3 WHEN ((' ' || partner_agency_2.search_name) LIKE ALL (CAST((SELECT search_beginnings($2::VARCHAR) AS search_beginnings_1) AS TEXT[]))) THEN 4 ELSE 5 END AS rank, partner_agency_2.name AS name, 'PARTNER_AGENCY' AS kind, CAST(partner_agency_2.id AS TEXT) AS key, 'PartnerAgency' AS type, partner_agency_2.id AS uuid, CAST(NULL AS TEXT) AS code
FROM partner_agency AS partner_agency_2
WHERE partner_agency_2.accepted_at IS NOT NULL AND (partner_agency_2.search_words @@ (SELECT search_query($2::VARCHAR) AS search_query_1))) AS anon_2 ORDER BY anon_2.rank DESC, anon_2.name DESC, anon_2.kind DESC, anon_2.key DESC
 LIMIT $3::INTEGER) AS r$) AS r$) AS nodes) AS r$) AS search) AS r$) AS TEXT) END AS anon_1

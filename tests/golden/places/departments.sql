SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT department_1.list_order AS "order", department_1.code AS code, department_1.label AS label, department_1.name AS name, department_1.scope AS scope
FROM department AS department_1
WHERE true ORDER BY department_1.list_order) AS r$) AS departments, (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT member_state_1.code AS code
FROM member_state AS member_state_1
WHERE EXISTS (SELECT *
FROM membership AS membership_1
WHERE membership_1.member_state_code = member_state_1.code AND (membership_1.valid_from IS NULL OR membership_1.valid_from <= $2::DATE) AND (membership_1.valid_to IS NULL OR membership_1.valid_to > $2::DATE) AND membership_1.body = $3::VARCHAR AND membership_1.status = ANY ($4::TEXT[])) ORDER BY member_state_1.code) AS r$) AS "memberStates") AS r$) AS TEXT) END AS anon_1

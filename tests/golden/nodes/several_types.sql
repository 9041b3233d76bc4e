SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(r$.object), '[]'::json) FROM (SELECT coalesce((SELECT row_to_json(r$) FROM (SELECT 'Department' AS __typename, 'Department:' || CAST(department_1.code AS TEXT) AS id, department_1.label AS label
FROM department AS department_1
WHERE anon_2.type = 'Department' AND department_1.code = anon_2.code) AS r$), (SELECT row_to_json(r$) FROM (SELECT 'MemberState' AS __typename, 'MemberState:' || CAST(member_state_1.code AS TEXT) AS id, member_state_1.name AS name
FROM member_state AS member_state_1
WHERE anon_2.type = 'MemberState' AND member_state_1.code = anon_2.code) AS r$)) AS object
FROM unnest($2::TEXT[], $3::UUID[], $4::TEXT[]) WITH ORDINALITY AS anon_2(type, uuid, code, position) ORDER BY anon_2.position) AS r$) AS nodes) AS r$) AS TEXT) END AS anon_1

SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT member_state_1.code AS code
FROM member_state AS member_state_1
WHERE EXISTS (SELECT *
FROM membership AS membership_1
WHERE membership_1.member_state_code = member_state_1.code AND membership_1.body = $2::VARCHAR AND membership_1.status = $3::VARCHAR AND (membership_1.valid_from IS NULL OR membership_1.valid_from <= $4::DATE) AND (membership_1.valid_to IS NULL OR membership_1.valid_to > $4::DATE)) ORDER BY member_state_1.code) AS r$) AS "memberStates") AS r$) AS TEXT) END AS anon_1

SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT statement_1.count AS count, coalesce((SELECT row_to_json(r$) FROM (SELECT 'PartnerAgency' AS __typename, partner_agency_1.code AS code
FROM partner_agency AS partner_agency_1
WHERE partner_agency_1.id = (SELECT api_client_1.agency_id
FROM api_client AS api_client_1
WHERE api_client_1.id = statement_1.created_by_id AND api_client_1.kind = $2::VARCHAR) AND partner_agency_1.accepted_at IS NOT NULL) AS r$), (SELECT row_to_json(r$) FROM (SELECT 'Staff' AS __typename, NULL AS name
FROM api_client AS api_client_2
WHERE api_client_2.id = statement_1.created_by_id AND (api_client_2.kind = $3::VARCHAR OR api_client_2.kind = $4::VARCHAR OR api_client_2.kind = $5::VARCHAR OR api_client_2.kind = $6::VARCHAR OR api_client_2.kind = $7::VARCHAR) AND (api_client_2.kind = $8::VARCHAR OR api_client_2.kind = $9::VARCHAR OR api_client_2.kind = $10::VARCHAR OR api_client_2.kind = $11::VARCHAR OR api_client_2.kind = $12::VARCHAR)) AS r$)) AS "enteredBy"
FROM statement AS statement_1
WHERE statement_1.visibility = 'PUBLIC' AND statement_1.state = 'VERIFIED' AND statement_1.kind = 'COUNT' AND statement_1.measure = $13::VARCHAR ORDER BY statement_1.id ASC
 LIMIT $14::INTEGER) AS r$) AS nodes) AS r$) AS statements) AS r$) AS TEXT) END AS anon_1

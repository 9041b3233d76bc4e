SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT partner_listing_1.list_order AS "listOrder", partner_listing_1.list_order AS "order", partner_listing_1.label AS label, (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT partner_agency_1.code AS code, partner_agency_1.name AS name, (SELECT row_to_json(r$) FROM (SELECT partner_agency_2.code AS code
FROM partner_agency AS partner_agency_2
WHERE partner_agency_2.id = partner_agency_1.parent_id AND partner_agency_2.accepted_at IS NOT NULL) AS r$) AS parent
FROM partner_agency AS partner_agency_1, partner_listing_agency AS partner_listing_agency_1
WHERE partner_agency_1.accepted_at IS NOT NULL AND partner_listing_agency_1.list_order = partner_listing_1.list_order AND partner_agency_1.id = partner_listing_agency_1.agency_id ORDER BY partner_listing_agency_1.position) AS r$) AS agencies
FROM partner_listing AS partner_listing_1
WHERE true ORDER BY partner_listing_1.list_order) AS r$) AS "partnerListings") AS r$) AS TEXT) END AS anon_1

SELECT CASE WHEN (set_config('graph.kind', $1::VARCHAR, true) IS NOT NULL) THEN CAST((SELECT row_to_json(r$) FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) FROM (SELECT department_1.code AS r, department_1.category AS anon_1, department_1.scope AS row
FROM department AS department_1
WHERE true ORDER BY department_1.list_order) AS r$) AS r) AS r$) AS TEXT) END AS anon_1

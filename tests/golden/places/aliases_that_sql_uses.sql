SELECT CAST((SELECT row_to_json(r$) AS row_to_json_1
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r$)), '[]'::json) AS coalesce_1
FROM (SELECT department_1.code AS r, department_1.category AS anon_1, department_1.scope AS row
FROM department AS department_1
WHERE true ORDER BY department_1.list_order) AS r$) AS r) AS r$) AS TEXT) AS anon_1

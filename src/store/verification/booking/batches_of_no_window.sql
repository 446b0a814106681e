SELECT 'batches' AS relation, b.id::text AS row_key, 'window_id' AS what, b.window_id::text AS stored,
       'the id of a window that is there' AS expected
  FROM batches b LEFT JOIN windows w ON w.id = b.window_id
 WHERE w.id IS NULL AND b.id BETWEEN $1 AND $2
 LIMIT 100

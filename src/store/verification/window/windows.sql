SELECT w.id, n.code AS network, w.period_key, s.window_id IS NOT NULL AS is_sealed,
       coalesce(b.batch_count, 0) AS batch_count, coalesce(b.row_count, 0)::bigint AS row_count
  FROM windows w
  JOIN networks n ON n.id = w.network_id
  LEFT JOIN window_seals s ON s.window_id = w.id
  LEFT JOIN (SELECT window_id, count(*) AS batch_count, sum(row_count) AS row_count
               FROM batches GROUP BY window_id) b ON b.window_id = w.id
 ORDER BY w.id

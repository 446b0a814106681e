-- Transactions of the batches $1 to $2 that no portion of a window would meet. $3 rows at most.
SELECT t.batch_id, t.line, t.window_id, b.window_id AS window_of_batch
  FROM transactions t
  LEFT JOIN batches b ON b.id = t.batch_id AND b.id BETWEEN $1 AND $2
 WHERE t.batch_id BETWEEN $1 AND $2
   AND b.window_id IS DISTINCT FROM t.window_id
 ORDER BY t.batch_id, t.line
 LIMIT $3

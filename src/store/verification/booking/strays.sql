-- Transactions that no portion of a window would meet. $1 rows at most.
SELECT t.batch_id, t.line, t.window_id, b.window_id AS window_of_batch
  FROM transactions t
  LEFT JOIN batches b ON b.id = t.batch_id
 WHERE b.window_id IS DISTINCT FROM t.window_id
 ORDER BY t.batch_id, t.line
 LIMIT $1

-- The batches of window $1 in ranges of about $2 transactions.
SELECT min(id) AS first, max(id) AS last, sum(row_count)::bigint AS rows
  FROM (SELECT id, row_count, (sum(row_count) OVER (ORDER BY id) - 1)::bigint / $2 AS portion
          FROM batches WHERE window_id = $1) b
 GROUP BY portion ORDER BY 1

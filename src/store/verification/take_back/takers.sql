-- What takes back of the originals $1, in whatever window. An id is batch × 16384 + line.
SELECT t.original_id, t.batch_id * 16384 + t.line AS id, t.allocation_id, t.principal
  FROM transactions t
 WHERE t.original_id = ANY ($1)
 ORDER BY t.original_id, t.batch_id, t.line

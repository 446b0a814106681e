-- Windows that do not go on where the one before them ended, closings and seals that are out of order, and what only
-- sealed windows may have.
WITH line AS (
    SELECT w.id, w.ordinal, w.starts_at, n.first_window_starts_at,
           lag(w.ordinal) OVER network AS ordinal_before, lag(w.ends_at) OVER network AS ended_before
      FROM windows w JOIN networks n ON n.id = w.network_id
    WINDOW network AS (PARTITION BY w.network_id ORDER BY w.starts_at)
)
SELECT id, 'ordinal' AS what, ordinal::text AS stored, (coalesce(ordinal_before, 0) + 1)::text AS expected
  FROM line WHERE ordinal <> coalesce(ordinal_before, 0) + 1
UNION ALL
SELECT id, 'starts_at', starts_at::text, coalesce(ended_before, first_window_starts_at)::text
  FROM line WHERE starts_at <> coalesce(ended_before, first_window_starts_at)
UNION ALL
SELECT DISTINCT t.window_id, 'window_totals', 'there', 'absent: the window is not sealed'
  FROM window_totals t LEFT JOIN window_seals s ON s.window_id = t.window_id WHERE s.window_id IS NULL
UNION ALL
SELECT s.window_id, 'window_closings', 'absent', 'there: the window is sealed'
  FROM window_seals s LEFT JOIN window_closings c ON c.window_id = s.window_id WHERE c.window_id IS NULL
UNION ALL
SELECT x.window_id, x.what, 'there', 'absent: there is no such window'
  FROM (SELECT window_id, 'window_closings' AS what FROM window_closings UNION ALL SELECT window_id, 'batches' FROM batches) x
  LEFT JOIN windows w ON w.id = x.window_id WHERE w.id IS NULL
 LIMIT 100

-- Windows that do not go on where the one before them ended, and what windows have that they may not have or lack. Whose
-- batches and totals there are is found from each window to the next. $1 rows at most.
WITH RECURSIVE with_batches (id) AS (
    SELECT min(window_id) FROM batches
    UNION ALL
    SELECT (SELECT min(b.window_id) FROM batches b WHERE b.window_id > before.id) FROM with_batches before WHERE before.id IS NOT NULL
), with_totals (id) AS (
    SELECT min(window_id) FROM window_totals
    UNION ALL
    SELECT (SELECT min(t.window_id) FROM window_totals t WHERE t.window_id > before.id) FROM with_totals before WHERE before.id IS NOT NULL
), line AS (
    SELECT w.id, w.ordinal, w.starts_at, n.first_window_starts_at,
           lag(w.ordinal) OVER network AS ordinal_before, lag(w.ends_at) OVER network AS ended_before
      FROM windows w JOIN networks n ON n.id = w.network_id
    WINDOW network AS (PARTITION BY w.network_id ORDER BY w.starts_at)
)
SELECT 'windows' AS relation, id::text AS row_key, 'ordinal' AS what, ordinal::text AS stored, (coalesce(ordinal_before, 0) + 1)::text AS expected
  FROM line WHERE ordinal <> coalesce(ordinal_before, 0) + 1
UNION ALL
SELECT 'windows', id::text, 'starts_at', starts_at::text, coalesce(ended_before, first_window_starts_at)::text
  FROM line WHERE starts_at <> coalesce(ended_before, first_window_starts_at)
UNION ALL
SELECT 'window_totals', concat_ws(':', t.window_id, t.party_id, t.deposit_identifier, t.unit_id, t.earlier), 'window_id',
       t.window_id::text, 'the id of a sealed window'
  FROM with_totals o JOIN window_totals t ON t.window_id = o.id
  LEFT JOIN window_seals s ON s.window_id = o.id WHERE s.window_id IS NULL
UNION ALL
SELECT 'window_closings', s.window_id::text, 'the row', 'absent', 'there: the window is sealed'
  FROM window_seals s LEFT JOIN window_closings c ON c.window_id = s.window_id WHERE c.window_id IS NULL
UNION ALL
SELECT 'window_closings', c.window_id::text, 'window_id', c.window_id::text, 'the id of a window that is there'
  FROM window_closings c LEFT JOIN windows w ON w.id = c.window_id WHERE w.id IS NULL
UNION ALL
SELECT 'batches', b.id::text, 'window_id', b.window_id::text, 'the id of a window that is there'
  FROM with_batches o JOIN batches b ON b.window_id = o.id
  LEFT JOIN windows w ON w.id = o.id WHERE w.id IS NULL
 LIMIT $1

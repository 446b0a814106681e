-- Windows that do not go on where the one before them ended, and what windows have that they may not have or lack.
WITH line AS (
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
  FROM window_totals t LEFT JOIN window_seals s ON s.window_id = t.window_id WHERE s.window_id IS NULL
UNION ALL
SELECT 'window_totals', concat_ws(':', window_id, party_id, deposit_identifier, unit_id, earlier), 'its arrays',
       'empty, of several lengths or with a NULL', 'an element each for each of its lines'
  FROM window_totals
 WHERE cardinality(service_ids) = 0
    OR NOT cardinality(service_ids) = ALL (ARRAY[cardinality(sides), cardinality(transaction_kinds), cardinality(component_kinds),
                                                 cardinality(counts), cardinality(sums)])
    OR array_position(service_ids, NULL) IS NOT NULL OR array_position(sides, NULL) IS NOT NULL
    OR array_position(transaction_kinds, NULL) IS NOT NULL OR array_position(component_kinds, NULL) IS NOT NULL
    OR array_position(counts, NULL) IS NOT NULL OR array_position(sums, NULL) IS NOT NULL
UNION ALL
SELECT 'window_closings', s.window_id::text, 'the row', 'absent', 'there: the window is sealed'
  FROM window_seals s LEFT JOIN window_closings c ON c.window_id = s.window_id WHERE c.window_id IS NULL
UNION ALL
SELECT 'window_closings', c.window_id::text, 'window_id', c.window_id::text, 'the id of a window that is there'
  FROM window_closings c LEFT JOIN windows w ON w.id = c.window_id WHERE w.id IS NULL
UNION ALL
SELECT 'batches', b.id::text, 'window_id', b.window_id::text, 'the id of a window that is there'
  FROM batches b LEFT JOIN windows w ON w.id = b.window_id WHERE w.id IS NULL
 LIMIT 200

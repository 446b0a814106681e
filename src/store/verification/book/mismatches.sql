     -- What says the same is summed, so that no entry hides behind another.
     GROUP BY j.kind, j.cause_id, j.party_id, j.network_id, j.window_id, meaning
)
SELECT s.place[1] AS journal_id, s.place[2]::smallint AS line, kind, cause_id, party_id, meaning,
       s.items::bigint AS stored_items, s.amount::bigint AS stored_amount, x.items::bigint AS items, x.amount::bigint AS amount
  FROM stored s
  FULL JOIN expected x USING (kind, cause_id, party_id, network_id, window_id, meaning)
 WHERE (s.items, s.amount) IS DISTINCT FROM (x.items, x.amount)
 ORDER BY kind, cause_id, party_id, meaning
 LIMIT $2

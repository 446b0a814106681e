)
SELECT s.journal_id, s.line, kind, cause_id, party_id, meaning,
       s.items::bigint AS stored_items, s.amount::bigint AS stored_amount, x.items::bigint AS items, x.amount::bigint AS amount
  FROM stored s
  FULL JOIN expected x USING (kind, cause_id, party_id, network_id, window_id, meaning)
 WHERE (s.items, s.amount) IS DISTINCT FROM (x.items, x.amount)
 ORDER BY kind, cause_id, party_id, meaning
 LIMIT $2

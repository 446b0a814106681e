-- The next $5 journals after the id $4, of network $1, posted from $2 until $3 (exclusive), each filter or none, with their entries.
SELECT j.id AS journal_id, n.code AS network, j.kind, w.period_key AS window, p.code AS party, j.cause_id AS cause, j.posted_at, n.time_zone,
       o.code AS originator, a.kind AS account, q.code AS account_party, a.deposit_identifier, v.period_key AS account_window,
       u.code AS unit, e.amount, e.side, e.transaction_kind, e.component_kind, e.item_count
  FROM (SELECT j.* FROM journals j JOIN networks n ON n.id = j.network_id
         WHERE j.id > $4 AND ($1::text IS NULL OR n.code = $1)
           AND ($2::timestamptz IS NULL OR j.posted_at >= $2) AND ($3::timestamptz IS NULL OR j.posted_at < $3)
         ORDER BY j.id LIMIT $5) j
  JOIN networks n ON n.id = j.network_id
  JOIN windows w ON w.id = j.window_id
  JOIN parties p ON p.id = j.party_id
  JOIN originators o ON o.id = j.originator_id
  JOIN entries e ON e.journal_id = j.id
  JOIN accounts a ON a.id = e.account_id
  JOIN currency_units u ON u.id = a.unit_id
  LEFT JOIN parties q ON q.id = a.party_id
  LEFT JOIN windows v ON v.id = a.window_id
 ORDER BY j.id, e.line

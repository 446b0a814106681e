-- Windows, newest first, with what closing and sealing wrote. $1 network, $2 window, $3 before this ordinal, $4 rows.
SELECT w.id, n.code AS network, u.code AS unit, w.ordinal, w.period_key, w.starts_at, w.ends_at, c.closed_at,
       s.sealed_at, s.transaction_count, s.batch_count, s.amount_sum, s.principal_sum, s.earned_sum, s.collected_sum, s.root,
       p.id AS settlement_id, p.state AS settlement_state
  FROM windows w
  JOIN networks n ON n.id = w.network_id
  JOIN currency_units u ON u.id = n.unit_id
  LEFT JOIN window_closings c ON c.window_id = w.id
  LEFT JOIN window_seals s ON s.window_id = w.id
  LEFT JOIN settlements p ON p.window_id = w.id AND p.state <> 'rejected'
 WHERE ($1::smallint IS NULL OR w.network_id = $1)
   AND ($2::integer IS NULL OR w.id = $2)
   AND ($3::integer IS NULL OR w.ordinal < $3)
 ORDER BY w.network_id, w.ordinal DESC
 LIMIT $4

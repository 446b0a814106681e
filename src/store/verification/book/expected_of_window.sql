-- The entries that the totals of window $1 make: a line per destination and what it sums, and against them the clearing.
WITH sums AS (
    SELECT w.party_id, w.deposit_identifier, w.unit_id, line.side, line.transaction_kind, line.component_kind,
           sum(line.items) AS items, sum(CASE line.side WHEN 1 THEN line.amount ELSE -line.amount END) AS amount
      FROM window_totals w
     CROSS JOIN LATERAL unnest(w.sides, w.transaction_kinds, w.component_kinds, w.counts, w.sums)
           AS line (side, transaction_kind, component_kind, items, amount)
     WHERE w.window_id = $1
     GROUP BY 1, 2, 3, 4, 5, 6
), expected AS (
    SELECT 'window' AS kind, $1 AS cause_id, s.party_id, w.network_id, w.id AS window_id,
           concat_ws(':', 'due', s.party_id, s.deposit_identifier, 0, s.unit_id,
                     CASE s.side WHEN 1 THEN 'earned' ELSE 'collected' END, s.transaction_kind, s.component_kind) AS meaning,
           s.items, s.amount
      FROM sums s JOIN windows w ON w.id = $1
    UNION ALL
    SELECT 'window', $1, s.party_id, w.network_id, w.id,
           concat_ws(':', 'clearing', 0, '', w.id, s.unit_id, 'clearing', 0, ''), sum(s.items), -sum(s.amount)
      FROM sums s JOIN windows w ON w.id = $1
     GROUP BY s.party_id, s.unit_id, w.network_id, w.id
)

-- What `demands.sql` lists, of those that are not paid and in the state $6 as it is at $7: only chains that owe have any, what comes in only
-- lessens what the last settlement left owed, and from a chain's newest demand on each is open as long as those after it leave something owed.
WITH RECURSIVE owing AS MATERIALIZED (
    SELECT n.id AS network_id, n.code AS network, p.id AS party_id, p.code AS party, o.deposit_identifier, u.id AS unit_id, u.code AS unit,
           (o.closing + came.amount)::bigint AS balance
      FROM networks n
     CROSS JOIN LATERAL (SELECT t.id, v.ordinal FROM settlements t JOIN windows v ON v.id = t.window_id
                          WHERE v.network_id = n.id AND t.state = 'approved' ORDER BY v.ordinal DESC LIMIT 1) last
      JOIN positions o ON o.settlement_id = last.id AND o.closing < 0
     CROSS JOIN LATERAL came_in_since(last.ordinal, n.id, o.party_id, o.deposit_identifier, o.unit_id) came
      JOIN parties p ON p.id = o.party_id
      JOIN currency_units u ON u.id = o.unit_id
     WHERE ($1 IS NULL OR n.code = $1) AND ($2 IS NULL OR p.code = $2) AND ($3 IS NULL OR p.id = $3)
), open AS (
    SELECT o.*, 9223372036854775807 AS id, NULL::int AS settlement_id, 0::bigint AS amount, '' AS reference, NULL::timestamptz AS due_at,
           0::bigint AS newer
      FROM owing o
    UNION ALL
    SELECT s.network_id, s.network, s.party_id, s.party, s.deposit_identifier, s.unit_id, s.unit, s.balance,
           d.id, d.settlement_id, d.amount, d.reference, d.due_at, s.newer + s.amount
      FROM open s
     CROSS JOIN LATERAL (SELECT l.id, l.settlement_id, l.amount, l.reference, l.due_at
                           FROM remittance_demands l JOIN settlements t ON t.id = l.settlement_id AND t.network_id = s.network_id
                          WHERE l.party_id = s.party_id AND l.deposit_identifier = s.deposit_identifier AND l.unit_id = s.unit_id AND l.id < s.id
                          ORDER BY l.id DESC LIMIT 1) d
     WHERE s.newer + s.amount < -s.balance
)
SELECT d.id, d.settlement_id, d.network, d.party, d.deposit_identifier, d.unit, d.amount, d.reference, d.due_at, w.period_key, d.newer, d.balance
  FROM open d
  JOIN settlements s ON s.id = d.settlement_id
  JOIN windows w ON w.id = s.window_id
 WHERE ($4 IS NULL OR d.id < $4)
   AND $6 = CASE WHEN d.due_at <= $7 THEN 'overdue' WHEN -d.balance - d.newer < d.amount THEN 'partly_paid' ELSE 'due' END
 ORDER BY d.id DESC
 LIMIT $5

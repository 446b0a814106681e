-- Accounts that nothing was posted to, positions of no approved settlement (whose positions there are is found from each settlement
-- to the next), and networks that have not exactly their version of the rules. $1 rows at most.
WITH RECURSIVE with_positions (id) AS (
    SELECT min(settlement_id) FROM positions
    UNION ALL
    SELECT (SELECT min(p.settlement_id) FROM positions p WHERE p.settlement_id > before.id)
      FROM with_positions before WHERE before.id IS NOT NULL
)
SELECT 'accounts' AS relation, a.id::text AS row_key, 'entries' AS what, 'none' AS stored, 'one or more' AS expected
  FROM accounts a WHERE NOT EXISTS (SELECT FROM entries e WHERE e.account_id = a.id)
UNION ALL
SELECT 'positions', concat_ws(':', p.settlement_id, p.party_id, p.deposit_identifier, p.unit_id), 'settlement_id',
       p.settlement_id::text, 'the id of an approved settlement'
  FROM with_positions o JOIN positions p ON p.settlement_id = o.id
  LEFT JOIN settlements s ON s.id = o.id AND s.state = 'approved' WHERE s.id IS NULL
UNION ALL
SELECT 'network_rules', n.id::text, 'the row', 'absent', 'there: without it nothing is booked in the network'
  FROM networks n LEFT JOIN network_rules r ON r.network_id = n.id WHERE r.network_id IS NULL
UNION ALL
SELECT 'network_rules', r.network_id::text, 'network_id', r.network_id::text, 'the id of a network that is there'
  FROM network_rules r LEFT JOIN networks n ON n.id = r.network_id WHERE n.id IS NULL
 LIMIT $1

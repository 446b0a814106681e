-- Accounts that nothing was posted to, and positions of no approved settlement; whose positions there are is found from each
-- settlement to the next. $1 rows at most.
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
 LIMIT $1

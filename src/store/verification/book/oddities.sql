-- Accounts that nothing was posted to, and positions of no approved settlement: of each settlement one look, however many they have.
WITH RECURSIVE settled AS (
    (SELECT p.settlement_id FROM positions p ORDER BY p.settlement_id LIMIT 1)
    UNION ALL
    SELECT (SELECT p.settlement_id FROM positions p WHERE p.settlement_id > s.settlement_id ORDER BY p.settlement_id LIMIT 1)
      FROM settled s WHERE s.settlement_id IS NOT NULL
)
SELECT 'accounts' AS relation, a.id::text AS row_key, 'entries' AS what, 'none' AS stored, 'one or more' AS expected
  FROM accounts a WHERE (SELECT e.journal_id FROM entries e WHERE e.account_id = a.id LIMIT 1) IS NULL
UNION ALL
SELECT 'positions', concat_ws(':', p.settlement_id, p.party_id, p.deposit_identifier, p.unit_id), 'settlement_id',
       p.settlement_id::text, 'the id of an approved settlement'
  FROM settled d
  JOIN positions p ON p.settlement_id = d.settlement_id
 WHERE NOT EXISTS (SELECT FROM settlements s WHERE s.id = d.settlement_id AND s.state = 'approved')
 LIMIT 200

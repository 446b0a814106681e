SELECT 'journals' AS relation, e.journal_id::text AS row_key, 'the sum of its entries' AS what, sum(e.amount)::text AS stored, '0' AS expected
  FROM entries e JOIN accounts a ON a.id = e.account_id
 GROUP BY e.journal_id, a.unit_id HAVING sum(e.amount) <> 0
UNION ALL
SELECT 'entries', e.journal_id || ':' || max(e.line), 'line', max(e.line)::text, count(*)::text
  FROM entries e GROUP BY e.journal_id HAVING min(e.line) <> 1 OR max(e.line) <> count(*)
UNION ALL
SELECT 'entries', e.journal_id || ':' || e.line, 'journal_id', 'of no journal', 'of a journal that is there'
  FROM entries e LEFT JOIN journals j ON j.id = e.journal_id WHERE j.id IS NULL
UNION ALL
SELECT 'entries', e.journal_id || ':' || e.line, 'account_id', 'of no account of its network', 'of an account that is there'
  FROM entries e JOIN journals j ON j.id = e.journal_id
  LEFT JOIN accounts a ON a.id = e.account_id AND a.network_id = j.network_id WHERE a.id IS NULL
UNION ALL
SELECT 'journals', j.id::text, 'entries', 'none', 'two or more'
  FROM journals j LEFT JOIN entries e ON e.journal_id = j.id WHERE e.journal_id IS NULL
UNION ALL
SELECT 'journals', j.id::text, 'cause_id', 'a window that is not sealed', 'a sealed window'
  FROM journals j LEFT JOIN window_seals s ON s.window_id = j.cause_id WHERE j.kind = 'window' AND s.window_id IS NULL
UNION ALL
SELECT 'accounts', a.id::text, 'entries', 'none', 'one or more'
  FROM accounts a LEFT JOIN entries e ON e.account_id = a.id WHERE e.account_id IS NULL
UNION ALL
SELECT 'positions', concat_ws(':', p.settlement_id, p.party_id, p.deposit_identifier, p.unit_id), 'settlement_id',
       p.settlement_id::text, 'the id of an approved settlement'
  FROM positions p LEFT JOIN settlements s ON s.id = p.settlement_id AND s.state = 'approved' WHERE s.id IS NULL
 LIMIT 200

-- What is wrong by itself with the journals $1 to $2 and their entries. $3 rows at most.
WITH written AS (
    SELECT j.id, j.kind, j.cause_id, j.window_id FROM journals j WHERE j.id BETWEEN $1 AND $2
), lines AS (
    SELECT e.journal_id, e.line, e.amount, e.account_id, e.side, e.transaction_kind, e.component_kind,
           w.id IS NOT NULL AS is_of_one, a.unit_id
      FROM entries e
      LEFT JOIN journals w ON w.id = e.journal_id AND w.id BETWEEN $1 AND $2
      LEFT JOIN accounts a ON a.id = e.account_id AND a.network_id = w.network_id
     WHERE e.journal_id BETWEEN $1 AND $2
)
SELECT 'journals' AS relation, journal_id::text AS row_key, 'the sum of its entries' AS what, sum(amount)::text AS stored, '0' AS expected
  FROM lines WHERE unit_id IS NOT NULL GROUP BY journal_id, unit_id HAVING sum(amount) <> 0
UNION ALL
SELECT 'entries', journal_id || ':' || max(line), 'line', max(line)::text, count(*)::text
  FROM lines GROUP BY journal_id HAVING min(line) <> 1 OR max(line) <> count(*)
UNION ALL
SELECT 'entries', journal_id || ':' || max(line), 'how many entries of the journal say this', count(*)::text, '1'
  FROM lines GROUP BY journal_id, account_id, side, transaction_kind, component_kind HAVING count(*) > 1
UNION ALL
SELECT 'entries', journal_id || ':' || line, 'journal_id', 'of no journal', 'of a journal that is there'
  FROM lines WHERE NOT is_of_one
UNION ALL
SELECT 'entries', journal_id || ':' || line, 'account_id', 'of no account of its network', 'of an account that is there'
  FROM lines WHERE is_of_one AND unit_id IS NULL
UNION ALL
SELECT 'journals', w.id::text, 'entries', 'none', 'two or more'
  FROM written w WHERE NOT EXISTS (SELECT FROM lines l WHERE l.journal_id = w.id)
UNION ALL
SELECT 'journals', w.id::text, 'cause_id', 'a window that is not sealed', 'a sealed window'
  FROM written w LEFT JOIN window_seals s ON s.window_id = w.cause_id WHERE w.kind = 'window' AND s.window_id IS NULL
UNION ALL
SELECT 'journals', w.id::text, 'window_id', w.window_id::text, 'the id of a window that is there'
  FROM written w LEFT JOIN windows o ON o.id = w.window_id WHERE o.id IS NULL
 LIMIT $3

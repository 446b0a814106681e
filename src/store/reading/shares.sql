-- Both sides of one transaction's allocation with the parties that play the roles, and its principal: a leg if it was
-- collected, a source if it was paid out.
-- $1 batch, $2 line.
WITH t AS (
    SELECT t.holder, t.principal, a.tariff_version_id, a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts,
           g.party_ids, v.agency_party_id, n.central_party_id
      FROM transactions t
      JOIN allocations a ON a.id = t.allocation_id
      JOIN tariff_versions v ON v.id = a.tariff_version_id
      JOIN networks n ON n.id = t.network_id
      JOIN bindings g ON g.id = t.binding_id
     WHERE t.batch_id = $1 AND t.line = $2
), shares AS (
    SELECT s.ordinal, s.amount FROM t, unnest(t.source_terms, t.source_amounts) AS s (ordinal, amount)
    UNION ALL
    SELECT l.ordinal, l.amount FROM t, unnest(t.leg_terms, t.leg_amounts) AS l (ordinal, amount)
    UNION ALL
    -- A version's own principal is the last of its terms; a component may be of that kind too.
    SELECT (SELECT max(m.ordinal) FROM tariff_terms m WHERE m.tariff_version_id = t.tariff_version_id AND m.kind = 'principal'),
           t.principal
      FROM t WHERE t.principal <> 0
)
SELECT m.side, m.name, m.kind, r.code AS role, p.code AS party, p.name_fa, p.name_en, m.deposit_identifier, m.refundable, h.amount
  FROM t
  CROSS JOIN shares h
  JOIN tariff_terms m ON m.tariff_version_id = t.tariff_version_id AND m.ordinal = h.ordinal
  JOIN roles r ON r.id = m.role_id
  LEFT JOIN parties p ON p.id = CASE
       WHEN m.role_id <= 3 THEN t.party_ids[m.role_id]
       WHEN m.role_id = 30 THEN CASE t.holder WHEN 1 THEN t.party_ids[1] WHEN 2 THEN t.agency_party_id WHEN 3 THEN t.central_party_id END
       ELSE m.party_id END
 ORDER BY m.side DESC, m.ordinal

-- Both sides of one transaction, of equal sum, with the parties that play the roles: each leg earned by its party, each source collected by
-- its party, its principal on either side.
-- $1 batch, $2 line.
WITH t AS (
    SELECT t.holder, t.kind, t.principal, a.tariff_version_id, a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts,
           g.party_ids, v.agency_party_id, n.central_party_id
      FROM transactions t
      JOIN allocations a ON a.id = t.allocation_id
      JOIN tariff_versions v ON v.id = a.tariff_version_id
      JOIN networks n ON n.id = t.network_id
      JOIN bindings g ON g.id = t.binding_id
     WHERE t.batch_id = $1 AND t.line = $2
), shares AS (
    SELECT 'leg' AS side, l.ordinal, l.amount, false AS is_holders
      FROM t CROSS JOIN LATERAL unnest(t.leg_terms, t.leg_amounts) AS l (ordinal, amount)
    UNION ALL
    SELECT 'source', s.ordinal, s.amount, false
      FROM t CROSS JOIN LATERAL unnest(t.source_terms, t.source_amounts) AS s (ordinal, amount) WHERE t.holder <> 4
    UNION ALL
    -- What a terminal split came in from whoever earned it.
    SELECT 'source', l.ordinal, l.amount, false
      FROM t CROSS JOIN LATERAL unnest(t.leg_terms, t.leg_amounts) AS l (ordinal, amount) WHERE t.holder = 4
    UNION ALL
    -- A version's own principal is the last of its terms; a component may be of that kind too. The biller has the side of the term, the
    -- holder the other one; of what a terminal split the biller has both.
    SELECT b.side, p.ordinal, t.principal, b.side <> p.side AND t.holder <> 4
      FROM t CROSS JOIN LATERAL (SELECT m.ordinal, m.side FROM tariff_terms m
                                  WHERE m.tariff_version_id = t.tariff_version_id AND m.kind = 'principal'
                                  ORDER BY m.ordinal DESC LIMIT 1) p
     CROSS JOIN (VALUES ('source'), ('leg')) AS b (side)
     WHERE t.principal <> 0
)
SELECT h.side, m.name, m.kind, r.code AS role, p.code AS party, p.name_fa, p.name_en, CASE WHEN h.is_holders OR m.side = 'source' THEN '' ELSE m.deposit_identifier END AS deposit_identifier,
       m.refundable, h.amount, CASE WHEN t.kind IN (2, 3) THEN -h.amount ELSE h.amount END AS signed_amount
  FROM t
  CROSS JOIN shares h
  JOIN tariff_terms m ON m.tariff_version_id = t.tariff_version_id AND m.ordinal = h.ordinal
  JOIN roles r ON r.id = CASE WHEN h.is_holders THEN 30 ELSE m.role_id END
  LEFT JOIN parties p ON p.id = CASE
       WHEN r.id <= 3 THEN t.party_ids[r.id]
       WHEN r.id = 30 THEN CASE t.holder WHEN 1 THEN t.party_ids[1] WHEN 2 THEN t.agency_party_id WHEN 3 THEN t.central_party_id END
       ELSE m.party_id END
 ORDER BY h.side DESC, m.ordinal

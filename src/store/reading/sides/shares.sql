), shares AS (
    SELECT t.id, 'leg' AS side, l.ordinal, l.amount, false AS is_holders
      FROM t CROSS JOIN LATERAL unnest(t.leg_terms, t.leg_amounts) AS l (ordinal, amount)
    UNION ALL
    SELECT t.id, 'source', s.ordinal, s.amount, false
      FROM t CROSS JOIN LATERAL unnest(t.source_terms, t.source_amounts) AS s (ordinal, amount) WHERE t.holder <> 4
    UNION ALL
    -- What a terminal split came in from whoever earned it.
    SELECT t.id, 'source', l.ordinal, l.amount, false
      FROM t CROSS JOIN LATERAL unnest(t.leg_terms, t.leg_amounts) AS l (ordinal, amount) WHERE t.holder = 4
    UNION ALL
    -- A version's own principal is the last of its terms; a component may be of that kind too. The biller has the side of the term, the
    -- holder the other one; of what a terminal split the biller has both.
    SELECT t.id, b.side, p.ordinal, t.principal, b.side <> p.side AND t.holder <> 4
      FROM t CROSS JOIN LATERAL (SELECT m.ordinal, m.side FROM tariff_terms m
                                  WHERE m.tariff_version_id = t.tariff_version_id AND m.kind = 'principal'
                                  ORDER BY m.ordinal DESC LIMIT 1) p
     CROSS JOIN (VALUES ('source'), ('leg')) AS b (side)
     WHERE t.principal <> 0
)
SELECT t.id, h.side, m.name, m.kind, r.code AS role, p.code AS party, p.name_fa, p.name_en,
       CASE WHEN h.is_holders OR m.side = 'source' THEN '' ELSE m.deposit_identifier END AS deposit_identifier,
       m.refundable, h.amount, CASE WHEN t.kind IN (2, 3) THEN -h.amount ELSE h.amount END AS signed_amount
  FROM t
  JOIN shares h ON h.id = t.id
  JOIN tariff_terms m ON m.tariff_version_id = t.tariff_version_id AND m.ordinal = h.ordinal
  JOIN roles r ON r.id = CASE WHEN h.is_holders THEN 30 ELSE m.role_id END
  LEFT JOIN parties p ON p.id = CASE
       WHEN r.id <= 3 THEN t.party_ids[r.id]
       WHEN r.id = 30 THEN CASE t.holder WHEN 1 THEN t.party_ids[1] WHEN 2 THEN t.agency_party_id WHEN 3 THEN t.central_party_id END
       ELSE m.party_id END
 ORDER BY t.id, h.side DESC, m.ordinal

-- The licensees' own legs of the candidates, net of what took them back until then.
, parts AS (
    SELECT 1 AS sign, c.id, c.allocation_id, c.binding_id, c.licence_id, c.holder, c.principal, c.occurred_at, c.received_at, c.ordinal
      FROM candidates c
    UNION ALL
    SELECT -1, c.id, t.allocation_id, t.binding_id, c.licence_id, t.holder, t.principal, c.occurred_at, c.received_at, c.ordinal
      FROM candidates c
      JOIN transactions t ON t.original_id = c.id AND t.kind IN (2, 3)
      JOIN windows w ON w.id = t.window_id AND w.network_id = $1 AND w.ordinal <= $2
), own AS (
    SELECT p.sign, p.id, p.licence_id, b.party_ids[1] AS party_id, term.deposit_identifier, v.unit_id, p.ordinal, p.occurred_at, p.received_at,
           p.sign * leg.amount AS amount
      FROM parts p
      JOIN allocations a ON a.id = p.allocation_id
      JOIN tariff_versions v ON v.id = a.tariff_version_id
      JOIN bindings b ON b.id = p.binding_id
     CROSS JOIN LATERAL unnest(a.leg_terms, a.leg_amounts) AS leg (ordinal, amount)
      JOIN tariff_terms term ON term.tariff_version_id = v.id AND term.ordinal = leg.ordinal
     WHERE term.role_id = 1 OR (term.role_id = 30 AND p.holder = 1) OR term.party_id = b.party_ids[1]
    UNION ALL
    SELECT p.sign, p.id, p.licence_id, b.party_ids[1], term.deposit_identifier, v.unit_id, p.ordinal, p.occurred_at, p.received_at,
           p.sign * p.principal
      FROM parts p
      JOIN allocations a ON a.id = p.allocation_id
      JOIN tariff_versions v ON v.id = a.tariff_version_id
      JOIN bindings b ON b.id = p.binding_id
      JOIN LATERAL (SELECT m.side, m.role_id, m.party_id, m.deposit_identifier FROM tariff_terms m
                     WHERE m.tariff_version_id = v.id AND m.kind = 'principal' ORDER BY m.ordinal DESC LIMIT 1) term ON term.side = 'leg'
     WHERE p.principal > 0 AND (term.role_id = 1 OR term.party_id = b.party_ids[1])
)

-- What party $1 earned (side 1) and collected (side 2) by each transaction of network $2 in the windows of the ordinals
-- $3 to $4, for service $5 and component kind $6 where they are named, at the offices $7 where it can have a share at no other,
-- after transaction $8.
WITH booked AS (
    SELECT t.batch_id * 16384 + t.line AS id, t.office_id, t.reference, t.occurred_at, t.kind, t.holder, t.principal, t.allocation_id,
           CASE WHEN t.kind IN (2, 3) THEN -1 ELSE 1 END AS sign, t.occurred_at < w.starts_at AS earlier,
           g.party_ids, v.agency_party_id, n.central_party_id, a.tariff_version_id,
           a.leg_terms, a.leg_amounts, a.source_terms, a.source_amounts
      FROM windows w
      JOIN networks n ON n.id = w.network_id
      JOIN transactions t ON t.window_id = w.id AND ($7::integer[] IS NULL OR t.office_id = ANY ($7))
       AND t.batch_id >= $8::bigint / 16384
      JOIN services s ON s.id = t.service_id AND ($5::text IS NULL OR s.code = $5)
      JOIN bindings g ON g.id = t.binding_id
      JOIN allocations a ON a.id = t.allocation_id
      JOIN tariff_versions v ON v.id = a.tariff_version_id
     WHERE w.network_id = $2 AND w.ordinal BETWEEN $3 AND $4
), principals AS (
    -- A version's own principal is the last of its terms: a leg if it was collected, a source if it was paid out.
    SELECT b.*, CASE m.side WHEN 'leg' THEN 1 ELSE 2 END AS side, m.ordinal, b.principal AS part
      FROM booked b
      JOIN (SELECT DISTINCT ON (tariff_version_id) tariff_version_id, side, ordinal FROM tariff_terms
             WHERE kind = 'principal' ORDER BY tariff_version_id, ordinal DESC) m ON m.tariff_version_id = b.tariff_version_id
     WHERE b.principal > 0
), parts AS (
    SELECT b.*, 1 AS side, part.ordinal, part.amount AS part FROM booked b CROSS JOIN LATERAL unnest(b.leg_terms, b.leg_amounts) AS part (ordinal, amount)
    UNION ALL
    SELECT b.*, 2, part.ordinal, part.amount FROM booked b CROSS JOIN LATERAL unnest(b.source_terms, b.source_amounts) AS part (ordinal, amount)
     WHERE b.holder <> 4
    UNION ALL
    SELECT * FROM principals
), played AS (
    SELECT p.*, m.kind AS component, m.name AS term, m.role_id, m.deposit_identifier, sides.side AS told_side,
           CASE WHEN m.role_id <= 3 THEN p.party_ids[m.role_id]
                WHEN m.role_id = 30 THEN CASE p.holder WHEN 1 THEN p.party_ids[1] WHEN 2 THEN p.agency_party_id WHEN 3 THEN p.central_party_id END
                ELSE m.party_id END AS party_id
      FROM parts p
      JOIN tariff_terms m ON m.tariff_version_id = p.tariff_version_id AND m.ordinal = p.ordinal
      -- What the terminal split was collected by whoever earned it.
      JOIN (VALUES (1), (2)) sides (side) ON sides.side = p.side OR p.holder = 4
    UNION ALL
    -- A principal is collected by whoever holds the money, or owed to whoever paid it out.
    SELECT p.*, m.kind, m.name, 30, '', 3 - p.side,
           CASE p.holder WHEN 1 THEN p.party_ids[1] WHEN 2 THEN p.agency_party_id WHEN 3 THEN p.central_party_id END
      FROM principals p JOIN tariff_terms m ON m.tariff_version_id = p.tariff_version_id AND m.ordinal = p.ordinal
     WHERE p.holder <> 4
), shares AS (
    SELECT * FROM played WHERE party_id = $1 AND part > 0 AND ($6::text IS NULL OR component = $6)
)

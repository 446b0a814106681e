-- What is due next to one party in each network at each destination that a tariff names for it: its last approved position, what moved in the window that is settled next (earned only
-- if that is sealed, else it has no totals yet), and what is on its way.
WITH asked AS (
    SELECT $1::int AS party_id
), destinations AS (
    SELECT n.id AS network_id, '' AS identifier FROM networks n
    UNION
    SELECT v.network_id, m.deposit_identifier
      FROM asked q
      JOIN tariff_terms m ON m.side = 'leg' AND m.deposit_identifier <> '' AND (m.role_id IN (1, 30) OR m.party_id = q.party_id)
      JOIN tariff_versions v ON v.id = m.tariff_version_id
)
SELECT (SELECT y.code FROM parties y WHERE y.id = q.party_id) AS party,
       n.id AS network_id, n.code AS network, d.identifier AS deposit_identifier, u.id AS unit_id, u.code AS unit, n.payout_threshold AS threshold, n.carried_cycles_max,
       coalesce(o.closing, 0)::bigint AS closing, coalesce(o.carried_cycles, 0)::smallint AS carried_cycles,
       coalesce((SELECT sum(CASE line.side WHEN 1 THEN line.amount ELSE -line.amount END)
          FROM window_totals t CROSS JOIN LATERAL unnest(t.sides, t.sums) AS line (side, amount)
         WHERE w.is_sealed AND t.window_id = w.id AND t.party_id = q.party_id AND t.deposit_identifier = d.identifier AND t.unit_id = u.id
       ), 0)::bigint AS sealed,
       coalesce((SELECT sum(r.amount) FROM remittances r
          WHERE r.party_id = q.party_id AND r.network_id = n.id AND r.unit_id = u.id AND r.deposit_identifier = d.identifier
            AND r.window_id = w.id), 0)::bigint AS remitted,
       coalesce((SELECT sum(p.amount) FROM payout_answers a JOIN payouts p ON p.id = a.payout_id
          WHERE p.party_id = q.party_id AND p.network_id = n.id AND p.unit_id = u.id AND p.deposit_identifier = d.identifier AND a.outcome = 'returned'
            AND a.window_id = w.id), 0)::bigint AS returned,
       coalesce((SELECT sum(p.amount) FROM payouts p
          WHERE p.party_id = q.party_id AND p.network_id = n.id AND p.unit_id = u.id AND p.deposit_identifier = d.identifier AND p.state IN ('waiting', 'released')), 0)::bigint AS on_its_way,
       w.id AS window_id, w.ordinal AS window_ordinal, w.starts_at AS window_starts_at, w.ends_at AS window_ends_at, w.period_key,
       coalesce(w.is_sealed, false) AS window_is_sealed
  FROM asked q
 CROSS JOIN networks n
  JOIN currency_units u ON u.id = n.unit_id
  JOIN destinations d ON d.network_id = n.id
  LEFT JOIN LATERAL (SELECT p.closing, p.carried_cycles, w.ordinal
                       FROM settlements s JOIN windows w ON w.id = s.window_id
                       LEFT JOIN positions p ON p.settlement_id = s.id AND p.party_id = q.party_id AND p.deposit_identifier = d.identifier AND p.unit_id = u.id
                      WHERE s.network_id = n.id AND s.state = 'approved' ORDER BY w.ordinal DESC LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT w.id, w.ordinal, w.starts_at, w.ends_at, w.period_key,
                            EXISTS (SELECT FROM window_seals s WHERE s.window_id = w.id) AS is_sealed
                       FROM windows w
                      WHERE w.network_id = n.id AND w.ordinal > coalesce(o.ordinal, 0) ORDER BY w.ordinal LIMIT 1) w ON true
 WHERE EXISTS (SELECT FROM bindings b JOIN licences l ON l.id = b.licence_id WHERE b.party_ids[1] = q.party_id AND l.network_id = n.id)
 ORDER BY n.code, d.identifier
